"""Reads the envelope of an answer: data, or one error of the tree (contract 1.3).

The body is read before the HTTP status, since most failures answer 200:

1. HTTP 5xx is an unknown outcome whatever the body says. A server that broke off may have done the work
   first, and the codes of the contract were only ever printed for 200, 403, 404 and 422. The code, if there
   is one, is kept on the error.
2. A body that is no JSON object cannot be read: HTML, a cut body, a redirect.
3. `status` says `error`: refused, with the code at the first of the contract's places for it.
4. `status` says `ok`, `success` or `sucess`, and HTTP 2xx: the answer.
5. No `status`: Laravel's validation, or another 4xx with a message: refused. With 2xx it is a success only
   for calls whose contract says that the word may be missing.
6. Anything else fails loudly.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.dig import ABSENT, dig, dig_first
from backoffice.cryptopocket.endpoints import Conventions, Endpoint
from backoffice.cryptopocket.errors import NotFound, OutcomeUnknown, Refused, UnreadableAnswer

VALIDATION_FAILED = "validation_failed"
FREE_TEXT = "free_text"
NO_CODE = "no_code"
"""Our words for a refusal that brings no code of the provider's."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)
_SHORT_WORD = re.compile(r"[A-Za-z0-9_ -]{1,32}", re.ASCII)
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_envelope(answer: Answer, *, endpoint: Endpoint, conventions: Conventions) -> dict[str, Any]:
    """Return the whole JSON object of a success; floats in it are Decimal.

    Raises Refused (or NotFound), OutcomeUnknown or UnreadableAnswer.
    """
    document, problem = decode_body(answer.body)
    if answer.http_status >= 500:
        raise _broken_off(document, answer, endpoint, conventions)
    if 300 <= answer.http_status < 400:
        raise _unreadable("the answer is a redirect, which is not followed", answer, endpoint)
    if not isinstance(document, dict):
        raise _unreadable(problem or "the answer is no JSON object", answer, endpoint)
    if "status" not in document:
        return _read_without_status(document, answer, endpoint, conventions)
    return _read_with_status(document, answer, endpoint, conventions)


def decode_body(body: bytes) -> tuple[Any, str]:
    """Return the JSON value and "", or None and why there is none."""
    text = body.removeprefix(_BYTE_ORDER_MARK).strip()
    if not text:
        return None, "the answer is empty"
    if text.startswith(b"<"):
        return None, "the answer is HTML, not JSON: is the base URL right?"
    try:
        return _DECODER.decode(text), ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError, ValueError):
        return None, "the answer is cut off or no JSON"


def _read_with_status(
    document: dict[str, Any], answer: Answer, endpoint: Endpoint, conventions: Conventions
) -> dict[str, Any]:
    word = document["status"].strip().casefold() if isinstance(document["status"], str) else None
    if word in conventions.failure_words:
        raise _refuse(document, answer, endpoint, conventions)
    if word not in conventions.success_words:
        shown = f" {word!r}" if word and _SHORT_WORD.fullmatch(word) else ""
        raise _unreadable(f"the answer's status word{shown} is unknown", answer, endpoint)
    if answer.http_status >= 400:
        raise _unreadable("the answer says success and its HTTP status says failure", answer, endpoint)
    return document


def _read_without_status(
    document: dict[str, Any], answer: Answer, endpoint: Endpoint, conventions: Conventions
) -> dict[str, Any]:
    if isinstance(document.get("errors"), dict | list):
        raise _refuse_validation(document, answer, endpoint)
    if answer.http_status >= 400 and any(_find_texts(document, conventions)):
        raise _refuse(document, answer, endpoint, conventions)
    names_an_error = any(document.get(name) for name in _failure_names(conventions))
    if answer.http_status < 300 and endpoint.status_may_be_missing and not names_an_error:
        return document
    raise _unreadable("the answer has no status word", answer, endpoint)


def _refuse(document: Mapping[str, Any], answer: Answer, endpoint: Endpoint, conventions: Conventions) -> Refused:
    theirs, text = _find_code(document, conventions)
    code = conventions.error_codes.get(theirs, theirs)
    kind = NotFound if {code, theirs} & set(endpoint.not_found_codes) else Refused
    return kind(
        endpoint=endpoint.name,
        code=code,
        text=text,
        data=dig_first(document, conventions.refusal_data_locations),
        http_status=answer.http_status,
        field_errors=_read_field_errors(document.get("errors")),
    )


def _refuse_validation(document: Mapping[str, Any], answer: Answer, endpoint: Endpoint) -> Refused:
    return Refused(
        endpoint=endpoint.name,
        code=VALIDATION_FAILED,
        text=_write_text(document.get("message")),
        data=document.get("data"),
        http_status=answer.http_status,
        field_errors=_read_field_errors(document.get("errors")),
    )


def _find_code(document: Mapping[str, Any], conventions: Conventions) -> tuple[str, str]:
    """Return code and text: the code stands at the first place that holds anything, which can be free text too."""
    texts = _find_texts(document, conventions)
    if not texts:
        return NO_CODE, ""
    if _CODE.fullmatch(texts[0]):
        return texts[0], " ".join(texts[1:])
    return FREE_TEXT, " ".join(texts)


def _find_texts(document: Mapping[str, Any], conventions: Conventions) -> list[str]:
    """Return what stands at the places of code and text, in their order; an object around one of them counts once."""
    texts: list[str] = []
    for place in conventions.code_locations:
        value = dig(document, place)
        text = "" if value is ABSENT or (texts and isinstance(value, Mapping)) else _write_text(value)
        texts += [text] if text else []
    return texts


def _failure_names(conventions: Conventions) -> set[str]:
    """Return the top-level names that only a failure has; a message comes with a success as well."""
    return {place.partition(".")[0] for place in conventions.code_locations} - {"message"}


def _write_text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else msgspec.json.encode(value).decode()


def _read_field_errors(errors: Any) -> dict[str, list[str]]:
    """Return Laravel's messages by field; a single text or a list without fields is taken as well."""
    if isinstance(errors, list):
        errors = {"": errors}
    if not isinstance(errors, dict):
        return {}
    return {
        str(field): [_write_text(text) for text in (texts if isinstance(texts, list) else [texts])]
        for field, texts in errors.items()
    }


def _broken_off(document: Any, answer: Answer, endpoint: Endpoint, conventions: Conventions) -> OutcomeUnknown:
    code = _find_code(document, conventions)[0] if isinstance(document, dict) else ""
    return OutcomeUnknown(
        f"the provider broke off with HTTP {answer.http_status}",
        endpoint=endpoint.name,
        only_read=endpoint.only_reads,
        http_status=answer.http_status,
        code="" if code in {FREE_TEXT, NO_CODE} else code,
    )


def _unreadable(reason: str, answer: Answer, endpoint: Endpoint) -> UnreadableAnswer:
    return UnreadableAnswer(
        f"{reason} (HTTP {answer.http_status})",
        endpoint=endpoint.name,
        only_read=endpoint.only_reads,
        http_status=answer.http_status,
    )

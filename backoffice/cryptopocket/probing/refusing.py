"""Learns how a call that writes wants to be asked, from refusals alone: no body sent here is ever complete.

The first body is empty: a validation names what is required. The others hold one field each, of at least two that are
required, so each is refused as well: the field that is no longer named was understood.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import names_of_validation
from backoffice.cryptopocket.probing.trying import match_names

SendBody = Callable[[Endpoint, Mapping[str, Any]], Reply]
"""Sends a call with these fields, by our names, and those of its path."""

Encoding = Literal["json", "form", "multipart"]
ENCODINGS: tuple[Encoding, ...] = ("json", "form", "multipart")
FILES = ("document_front", "document_back", "face", "liveness", "file")
_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PICTURE = f"data:image/png;base64,{_PICTURE}"
"""A picture of one point."""

_PLAIN = ("name", "payment_id", "company_name", "coin_symbol", "type")
"""Required fields that take any text."""


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """What refusals have taught. endpoint: the call as it is believed now; unmatched: names that nobody knows."""

    endpoint: Endpoint
    required: tuple[str, ...]
    unmatched: tuple[str, ...]
    lines: tuple[str, ...]


def learn_request(send: SendBody, catalogue: Catalogue, endpoint: Endpoint, first: Reply) -> Lesson:
    """Learn names, encoding and how documents travel; `first` is the answer to an empty body."""
    required = names_of_validation(first)
    renamed, unmatched = match_names(required, endpoint)
    learned = msgspec.structs.replace(endpoint, request={**endpoint.request, **renamed})
    if len(required) < 2:
        return Lesson(endpoint=learned, required=required, unmatched=unmatched, lines=())
    learned, told = _learn_encoding(send, learned, required)
    learned, more = _learn_file_encoding(send, learned, required)
    learned, names = take_over_names(catalogue, learned, renamed)
    return Lesson(endpoint=learned, required=required, unmatched=unmatched, lines=(*told, *more, *names))


def _learn_encoding(send: SendBody, endpoint: Endpoint, required: tuple[str, ...]) -> tuple[Endpoint, tuple[str, ...]]:
    """Send one field in each encoding until the provider has read it."""
    field = next((name for name in _PLAIN if endpoint.request.get(name) in required), None)
    if field is None:
        return endpoint, ()
    for encoding in (endpoint.encoding, *ENCODINGS):
        candidate = msgspec.structs.replace(endpoint, encoding=encoding)
        if _is_understood(send, candidate, field, "Example", required):
            told = () if encoding == endpoint.encoding else (f"the body is sent as {encoding}",)
            return candidate, told
    return endpoint, ("no encoding of the body was understood: ask the provider",)


def _learn_file_encoding(
    send: SendBody, endpoint: Endpoint, required: tuple[str, ...]
) -> tuple[Endpoint, tuple[str, ...]]:
    """Send one picture as a data URI, then as bare base64, until the provider takes it."""
    field = next((name for name in FILES if endpoint.request.get(name) in required), None)
    if field is None or _is_understood(send, endpoint, field, PICTURE, required):
        return endpoint, ()
    bare = msgspec.structs.replace(endpoint, file_encoding="base64")
    if _is_understood(send, bare, field, PICTURE, required):
        return bare, ("documents are sent as bare base64",)
    return endpoint, ("no way of sending a document was understood: ask the provider",)


def _is_understood(send: SendBody, endpoint: Endpoint, field: str, value: str, required: tuple[str, ...]) -> bool:
    """Whether a body of this one field is refused for the other required ones only."""
    if len(required) < 2:
        raise AssertionError("a body that may be complete must not be sent")
    still = names_of_validation(send(endpoint, {field: value}))
    return bool(still) and endpoint.request[field] not in still


def take_over_names(
    catalogue: Catalogue, endpoint: Endpoint, renamed: Mapping[str, str]
) -> tuple[Endpoint, tuple[str, ...]]:
    """Name optional fields as the list of customers names them, where the required ones are named so."""
    listed = {field: names[0] for field, names in catalogue["list_customers"].fields.items()}
    prefix = _find_prefix(renamed, listed)
    if prefix is None:
        return endpoint, ()
    taken = {
        field: prefix + _inner(listed[field])
        for field, name in endpoint.request.items()
        if field in listed and field == name and field not in renamed and not (prefix and field == "company_name")
    }
    changed = {field: name for field, name in taken.items() if name != field}
    lines = tuple(
        f"{field} is taken to be called {name}, as in the list of customers" for field, name in changed.items()
    )
    return msgspec.structs.replace(endpoint, request={**endpoint.request, **changed}), lines


def _find_prefix(renamed: Mapping[str, str], listed: Mapping[str, str]) -> str | None:
    """Return what stands before the list's names in the request's: `person.` of `person.firstName`."""
    prefixes = {
        name.removesuffix(_inner(listed[field])) if name.endswith(_inner(listed[field])) else None
        for field, name in renamed.items()
        if field in listed
    }
    return next(iter(prefixes)) if len(prefixes) == 1 else None


def _inner(name: str) -> str:
    """Return a name without the outermost object around it."""
    return name.partition(".")[2] or name

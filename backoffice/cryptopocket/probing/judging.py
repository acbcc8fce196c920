"""Reads what an answer says of itself: done, refused with which code at which place, or no such path."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.endpoints import Conventions
from backoffice.cryptopocket.probing.alternatives import CODE_NAMES
from backoffice.cryptopocket.probing.asking import Reply

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,63}", re.ASCII)
_NO_ROUTE = {"notfound", "routenotfound", "pathnotfound", "endpointnotfound", "nosuchroute", "resourcenotfound"}


def succeeded(reply: Reply, conventions: Conventions) -> bool:
    """Whether the answer is a JSON object that does not say that it is a failure."""
    if reply.http_status >= 300 or not isinstance(reply.document, Mapping):
        return False
    word = reply.document.get("status")
    if isinstance(word, str) and word.strip().casefold() in conventions.failure_words:
        return False
    return not _says_failure(reply.document)


def _says_failure(document: Mapping[str, Any]) -> bool:
    return document.get("success") is False or bool(document.get("error") or document.get("errors"))


def is_other_method(reply: Reply) -> bool:
    """Whether the path exists, for another method than the one asked with."""
    return reply.http_status == 405


def find_code(reply: Reply, conventions: Conventions) -> tuple[str, str]:
    """Return the code of a refusal and the place where it stands; empty where there is none."""
    places = [place for place in conventions.code_locations if _is_code(dig(reply.document, place))]
    if places:
        return str(dig(reply.document, places[0])), places[0]
    for place, value in _walk(reply.document):
        if place.rpartition(".")[2] in CODE_NAMES and _is_code(value):
            return value, place
    return "", ""


def find_text_place(reply: Reply, code_place: str) -> str:
    """Return where the sentence for people stands, beside the code; "" where there is none."""
    around = code_place.rpartition(".")[0]
    texts = [
        place
        for place, value in _walk(reply.document)
        if place.rpartition(".")[0] == around and place != code_place and isinstance(value, str) and " " in value
    ]
    return texts[0] if len(texts) == 1 else ""


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _walk(node: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, Mapping) or depth > 3:
        return
    for name, value in node.items():
        place = f"{path}.{name}" if path else str(name)
        yield place, value
        yield from _walk(value, place, depth + 1)


def names_of_validation(reply: Reply) -> tuple[str, ...]:
    """Return the fields that a validation names (contract 1.3)."""
    errors = dig(reply.document, "errors")
    return tuple(errors) if isinstance(errors, Mapping) else ()


def path_exists(reply: Reply, conventions: Conventions) -> bool:
    """Whether somebody answers at this path: with data, with a code of their own, or with a validation."""
    if succeeded(reply, conventions) or names_of_validation(reply):
        return True
    code, _ = find_code(reply, conventions)
    if not code or code.replace("_", "").replace("-", "").casefold() in _NO_ROUTE:
        return False
    return reply.http_status not in {405, 501}

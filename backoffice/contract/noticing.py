"""Looks at each answer: which parts it has, of which kind, with which words, codes and HTTP status.

Most answers look like the one before. What an answer of a look holds is worked out once and remembered by its look
(names, types, and the words of the fields that have known ones): looking at a page costs a fraction of reading it.
"""

import re
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import Refused
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.cryptopocket.shapes import DEEPEST, Shape, kind_of, last_name, plain_name, sample, shape_of

from .expected import Expected, expectations
from .models import Sighting

MOST_LOOKS = 500
"""So many different looks of a call's answers are remembered."""

_A_WORD = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}", re.ASCII)
_NO_WORD = "(no plain word)"

Aspect = Sighting.Aspect


class Seen(NamedTuple):
    """One thing that an answer was seen to hold."""

    call: str
    aspect: str
    place: str
    found: str


def notice(call: ObservedCall, catalogue: Catalogue) -> dict[Seen, bool]:
    """What the answer holds, and whether the contract knows it; nothing where there was no answer."""
    name = call.request.endpoint.name
    expected = expectations(catalogue)[name]
    found = dict(_notice_outcome(call, expected))
    return found if call.document is None else {**found, **_notice_document(name, call.document, expected)}


def _notice_outcome(call: ObservedCall, expected: Expected) -> Iterator[tuple[Seen, bool]]:
    name = call.request.endpoint.name
    if call.answer is not None:
        status = call.answer.http_status
        yield Seen(name, Aspect.HTTP_STATUS, "", str(status)), status in expected.http_statuses
    if isinstance(call.error, Refused):
        yield Seen(name, Aspect.CODE, "", call.error.code[:100]), call.error.code in expected.codes


def _notice_document(name: str, document: dict[str, Any], expected: Expected) -> dict[Seen, bool]:
    look = _look_of(document, expected.words, depth=0)
    if look not in expected.looks:
        if len(expected.looks) >= MOST_LOOKS:
            expected.looks.clear()
        expected.looks[look] = dict(_notice_content(name, document, expected))
    known: dict[Seen, bool] = expected.looks[look]
    return known


def _look_of(node: Any, words: dict[str, frozenset[str]], *, depth: int) -> Hashable:
    """What makes two answers hold the same: names and types, and the words where words are looked at."""
    if depth > DEEPEST:
        return kind_of(node)
    if isinstance(node, dict):
        return tuple(
            (name, value)
            if name in words and isinstance(value, str)
            else (name, _look_of(value, words, depth=depth + 1) if isinstance(value, dict | list) else kind_of(value))
            for name, value in node.items()
        )
    if isinstance(node, list):
        return frozenset(_look_of(item, words, depth=depth + 1) for item in sample(node))
    return kind_of(node)


def _notice_content(name: str, document: dict[str, Any], expected: Expected) -> Iterator[tuple[Seen, bool]]:
    shape = shape_of(document)
    if shape and not _lists_nothing(shape):
        yield Seen(name, Aspect.ANSWER, "", ""), True
        yield from _notice_parts(name, shape, expected)
        yield from _notice_words(name, document, expected, path="")


def _lists_nothing(shape: Shape) -> bool:
    """An empty list says nothing about its items."""
    return any("list" in kinds for kinds in shape.values()) and not any("[]" in path for path in shape)


def _notice_parts(name: str, shape: Shape, expected: Expected) -> Iterator[tuple[Seen, bool]]:
    for path, kinds in shape.items():
        is_known = last_name(path) in expected.names
        yield Seen(name, Aspect.PART, path[:300], ""), is_known
        for kind in kinds:
            yield Seen(name, Aspect.KIND, path[:300], kind), is_known


def _notice_words(name: str, node: Any, expected: Expected, *, path: str) -> Iterator[tuple[Seen, bool]]:
    """Words of the fields that have a list of known ones, wherever in the answer's objects they stand."""
    if isinstance(node, list):
        for item in sample(node):
            yield from _notice_words(name, item, expected, path=f"{path}[]")
    elif isinstance(node, dict):
        for field, value in node.items():
            plain = plain_name(field)
            where = f"{path}.{plain}" if path else plain
            if isinstance(value, dict | list):
                yield from _notice_words(name, value, expected, path=where)
            elif path and field in expected.words and isinstance(value, str):
                yield Seen(name, Aspect.WORD, where[:300], _as_word(value)), value.casefold() in expected.words[field]


def _as_word(value: str) -> str:
    """The word; what is no plain word can be anything, and is not kept."""
    return value if _A_WORD.fullmatch(value) else _NO_WORD

"""The shape of an answer: names and kinds, never values.

`{"data": [{"id": 7, "holder": {"name": "Lena"}}]}` has the parts `data` (list), `data[].id` (number),
`data[].holder` (object) and `data[].holder.name` (text).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Shape = dict[str, set[str]]
"""Path of a part -> the kinds that were seen there: text, number, flag, nothing, object, list."""

MOST_ITEMS = 20
"""Of a longer list the first and the last are looked at: looking at all would cost as much as reading them."""

_MOST_PARTS = 300
DEEPEST = 6
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}", re.ASCII)
_OTHER_NAME = "*"
_MOST_DIGITS = 3
"""A name with more of them is an id, an account or a day."""


def shape_of(document: Any) -> Shape:
    """Return the parts of a decoded answer.

    A name that is no plain word stands as `*`: objects can be keyed by ids, accounts or e-mail addresses.
    """
    shape: Shape = {}
    for path, kind in _walk(document, path="", depth=0):
        if path in shape or len(shape) < _MOST_PARTS:
            shape.setdefault(path, set()).add(kind)
    return shape


def _walk(value: Any, *, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if path:
        yield path, kind_of(value)
    if depth >= DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            plain = plain_name(name)
            yield from _walk(inner, path=f"{path}.{plain}" if path else plain, depth=depth + 1)
    elif isinstance(value, list):
        for item in sample(value):
            yield from _walk_item(item, path=f"{path}[]", depth=depth)


def _walk_item(item: Any, *, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Of an item that is an object only its parts; anything else is a part itself."""
    if isinstance(item, Mapping):
        for name, inner in item.items():
            yield from _walk(inner, path=f"{path}.{plain_name(name)}", depth=depth + 1)
    else:
        yield path, kind_of(item)


def is_plain_name(name: str) -> bool:
    """Return whether a name can be a field's, and not an id, an account or somebody's address."""
    return _NAME.fullmatch(name) is not None and sum(letter.isdigit() for letter in name) <= _MOST_DIGITS


def plain_name(name: str) -> str:
    """Return the name as it may be kept: `*` where it could be an id, an account or somebody's address."""
    return name if is_plain_name(name) else _OTHER_NAME


def sample(items: list[Any]) -> list[Any]:
    """Return the items that are looked at: all, or the first and last of many."""
    half = MOST_ITEMS // 2
    return items if len(items) <= MOST_ITEMS else [*items[:half], *items[-half:]]


def kind_of(value: Any) -> str:
    """Return the kind of a JSON value. Whole numbers and others are one: 10 and 10.5 are the same field."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "object"
    return "list" if isinstance(value, list) else "number"


def last_name(path: str) -> str:
    """Return the name of a part without what stands around it: `id` of `data[].id`."""
    return path.rpartition(".")[2].removesuffix("[]")

"""Looks up a value by a dotted path, and puts one there."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

ABSENT: Final = object()
"""What `dig` returns where the path leads nowhere; null is a value."""


def dig(document: Any, path: str) -> Any:
    """Return the value at `path` (`data.token`; "" is the document itself), or ABSENT."""
    node = document
    for name in path.split(".") if path else ():
        node = node.get(name, ABSENT) if isinstance(node, Mapping) else ABSENT
        if node is ABSENT:
            return ABSENT
    return node


def dig_first(document: Any, paths: Iterable[str]) -> Any:
    """Return the first value at `paths` that is not null, or None."""
    found = (dig(document, path) for path in paths)
    return next((value for value in found if value is not ABSENT and value is not None), None)


def plant(document: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at `path`, with the objects around it that are not there yet."""
    *around, name = path.split(".")
    node = document
    for part in around:
        node = node.setdefault(part, {})
    node[name] = value

"""Looks up a value by a dotted path."""

from collections.abc import Mapping
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

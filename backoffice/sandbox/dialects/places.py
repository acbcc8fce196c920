"""Values inside objects, by dotted paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def dig(document: Any, path: str) -> Any:
    """Return the value at a path, None where it leads nowhere."""
    node = document
    for name in path.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def plant(document: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a path; an object at the path "" is poured into the document."""
    if not path:
        document |= value
        return
    *around, name = path.split(".")
    node = document
    for part in around:
        node = node.setdefault(part, {})
    node[name] = value

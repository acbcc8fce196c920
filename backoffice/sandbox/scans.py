"""Filters that no formula answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backoffice.sandbox.collection import Collection


class Scans:
    """Filters that have to look at every row; the answer is kept until anything changes."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[Any, list[int]]] = {}

    def matching(
        self,
        collection: Collection[Any],
        *,
        key: tuple[Any, ...],
        indexes: Sequence[int],
        matches: Callable[[int], bool],
    ) -> list[int]:
        """Return the indexes that match. ``key`` names the filter."""
        state = (collection.state_key, len(indexes))
        kept = self._kept.get((collection.name, key))
        if kept and kept[0] == state:
            return kept[1]
        found = [index for index in indexes if matches(index)]
        if len(self._kept) >= 16:
            self._kept.clear()
        self._kept[collection.name, key] = (state, found)
        return found

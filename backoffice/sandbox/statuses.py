"""Noticing that a status has moved on: by time, by a change, or because a row is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from backoffice.sandbox.collection import Collection

Lists = tuple[Collection[Any], ...]
Tell = Callable[[Collection[Any], int], None]


class StatusWatch:
    """Tells of every row whose status moved on, once somebody wants to know.

    Which rows still can move by time is found out once, at the first step that somebody watches, and
    kept up from there, so that a step looks at the open rows and not at all of them. Whoever calls
    holds the lock of the state.
    """

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._open: dict[str, dict[int, str]] = {}
        self._is_wanted: Callable[[], bool] = bool
        self._tell: Tell | None = None
        for collection in lists:
            collection.on_change = self._notice_change

    def tell(self, tell: Tell, *, is_wanted: Callable[[], bool]) -> None:
        """Call ``tell`` with list and index of every row that moves on while ``is_wanted`` says yes."""
        self._tell, self._is_wanted = tell, is_wanted

    @contextmanager
    def time_moves(self) -> Iterator[None]:
        """Tell of the rows that have another status at the end of the block than before it."""
        if not self._is_wanted():
            self._open = {}
            yield
            return
        for collection in self._lists:
            if collection.name not in self._open:
                self._open[collection.name] = dict(_open_rows(collection))
        yield
        for collection in self._lists:
            self._look_at_open_rows(collection)

    def _look_at_open_rows(self, collection: Collection[Any]) -> None:
        for index, before in list(self._open[collection.name].items()):
            if collection.status(index) != before:
                self._notice_change(collection, index, before)

    def _notice_change(self, collection: Collection[Any], index: int, before: str | None) -> None:
        rows = self._open.get(collection.name, {})
        rows.pop(index, None)
        if collection.can_move_on(index):
            rows[index] = collection.status(index)
        if self._tell and self._is_wanted() and collection.status(index) != before:
            self._tell(collection, index)


def _open_rows(collection: Collection[Any]) -> Iterator[tuple[int, str]]:
    return ((index, collection.status(index)) for index in range(len(collection)) if collection.can_move_on(index))

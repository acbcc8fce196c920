"""A list of the provider: generated rows below, what changed or was added since on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.data.source import Row, Source
from backoffice.sandbox.journal import Entry, Journal

SourceType = TypeVar("SourceType", bound=Source)
_FOR_EVER = 10**9
"""More steps than any row takes to its last status."""


class Collection(Generic[SourceType]):
    """Rows by index, 0 the oldest. Only what differs from the generated rows is held in memory."""

    def __init__(self, *, name: str, source: SourceType, clock: Clock, journal: Journal, inferred_fields: bool) -> None:
        self.name = name
        self.source = source
        self.version = 0
        self.on_change: Callable[[Collection[SourceType], int, str | None], None] | None = None
        """Called after a row was added or changed, with its index and the status before, None for a new row."""
        self._clock = clock
        self._journal = journal
        self._hidden = frozenset() if inferred_fields else source.inferred_fields
        self._added: list[Row] = []
        self._changed: dict[int, Row] = {}
        self._by_id: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self.source.count + len(self._added)

    @property
    def held(self) -> int:
        """How many rows are held in memory; the others are made when asked for."""
        return len(self._added) + len(self._changed)

    @property
    def state_key(self) -> tuple[int, int]:
        """What changes whenever a row that was there can have changed; a new one is told by the length."""
        return self.version, self._clock.step

    def added_indexes(self) -> range:
        """Return the indexes of the rows added since the start."""
        return range(self.source.count, len(self))

    def touched_indexes(self) -> Iterator[int]:
        """Return the indexes of all rows that are not as they were generated."""
        yield from self.added_indexes()
        yield from (index for index in self._changed if index < self.source.count)

    def held_fields(self, index: int) -> Row:
        """Return what is held in memory of a row, without making the row."""
        if index >= self.source.count:
            return self._added[index - self.source.count]
        return self._changed.get(index, {})

    def status(self, index: int) -> str:
        """Return the status of a row now, without making the row."""
        if self.source.status_field is None:
            return ""
        fields = self.held_fields(index)
        if self.source.status_field in fields:
            status, since = fields[self.source.status_field], fields.get("_since", 0)
        else:
            status, since = self.source.status(index), 0
        return self.source.moved_on(status, steps=self._clock.step - since, index=index, held=fields)

    def can_move_on(self, index: int) -> bool:
        """Tell whether time alone will change the status of a row."""
        if self.source.status_field is None:
            return False
        status = self.status(index)
        held = self.held_fields(index)
        return self.source.moved_on(status, steps=_FOR_EVER, index=index, held=held) != status

    def row(self, index: int) -> Row:
        """Return a row with its hidden fields, as it is now."""
        status = self.status(index)
        if index >= self.source.count:
            row = dict(self._added[index - self.source.count])
            self.source.dress(row, status=status, index=index)
            return row
        row = self.source.row(index, status)
        if index in self._changed:
            row |= self._changed[index]
            self.source.dress(row, status=status, index=index)
        return row

    def public(self, index: int) -> Row:
        """Return a row as the provider answers it."""
        row = self.row(index)
        if index >= self.source.count or index in self._changed:
            row = {name: value for name, value in row.items() if not name.startswith("_")}
        for name in self._hidden & row.keys():
            del row[name]
        return row

    def find_added(self, identifier: Any) -> int | None:
        """Return the index of a row added since, by its id."""
        return self._by_id.get(str(identifier))

    def add(self, row: Row) -> int:
        """Add a row as the newest one; return its index."""
        row = {**row, "_since": self._clock.step}
        self._journal.append({"list": self.name, "add": row})
        index = self._place(row)
        self._tell(index, before=None)
        return index

    def change(self, index: int, fields: Row) -> None:
        """Change fields of a row; a status set here moves on from now."""
        if self.source.status_field in fields:
            fields = {**fields, "_since": self._clock.step}
        before = self.status(index)
        self._journal.append({"list": self.name, "index": index, "fields": fields})
        self._apply(index, fields)
        self._tell(index, before=before)

    def replay(self, entry: Entry) -> None:
        """Take over a change that was written down before."""
        if "add" in entry:
            self._place(entry["add"])
        else:
            self._apply(entry["index"], entry["fields"])

    def entries(self) -> Iterator[Entry]:
        """Return the changes that lead here."""
        yield from ({"list": self.name, "add": row} for row in self._added)
        yield from ({"list": self.name, "index": index, "fields": row} for index, row in self._changed.items())

    def _tell(self, index: int, *, before: str | None) -> None:
        if self.on_change:
            self.on_change(self, index, before)

    def _place(self, row: Row) -> int:
        self._added.append(row)
        index = len(self) - 1
        if "id" in row:
            self._by_id[str(row["id"])] = index
        return index

    def _apply(self, index: int, fields: Row) -> None:
        self.version += 1
        if index >= self.source.count:
            self._added[index - self.source.count] |= fields
        else:
            self._changed[index] = self._changed.get(index, {}) | fields

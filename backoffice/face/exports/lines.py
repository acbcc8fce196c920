"""The rows of a list as lines of cells, read as they are written."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any

from django.db.models import QuerySet

from .cells import Cell, cell_of
from .columns import ExportColumn, value_of

ROWS_A_READ = 1000


class Lines:
    """The lines of an export, counted. They can be had once; `close` lets go of the database half-way."""

    def __init__(self, rows: QuerySet[Any], columns: Sequence[ExportColumn]) -> None:
        self.count = 0
        self.headings = [cell_of(str(column.heading)) for column in columns]
        self._lines = _read(rows, columns)

    def __iter__(self) -> Iterator[list[Cell]]:
        return self

    def __next__(self) -> list[Cell]:
        line = next(self._lines)
        self.count += 1
        return line

    def close(self) -> None:
        """Read no more."""
        self._lines.close()


def _read(rows: QuerySet[Any], columns: Sequence[ExportColumn]) -> Generator[list[Cell]]:
    """One query, whose rows come a thousand at a time."""
    related = {name for column in columns for name in column.related}
    joined = rows.select_related(*sorted(related)) if related else rows
    with closing(joined.iterator(chunk_size=ROWS_A_READ)) as read:  # type: ignore[type-var]  # it is a generator
        for row in read:
            yield [cell_of(value_of(column, row)) for column in columns]

"""What every list of generated rows offers to the collection above it."""

from __future__ import annotations

from typing import Any, Protocol

Row = dict[str, Any]
"""One object as the provider would answer it; names with a leading underscore never leave the process."""


class Source(Protocol):
    """Generated rows of one list, index 0 the oldest."""

    @property
    def count(self) -> int:
        """How many rows are generated."""

    @property
    def status_field(self) -> str | None:
        """The field that moves on with time, None where nothing does."""

    @property
    def inferred_fields(self) -> frozenset[str]:
        """The fields of a row that no documentation page shows."""

    def row(self, index: int, status: str) -> Row:
        """Return a generated row that stands in ``status``."""

    def status(self, index: int) -> str:
        """Return the status at the start, without making the row."""

    def created(self, index: int) -> int:
        """Return when the row was made, in microseconds since 1970."""

    def moved_on(self, status: str, *, steps: int, index: int, held: Row) -> str:
        """Return the status after ``steps`` steps; ``held`` is what a row has of its own, not generated."""

    def dress(self, row: Row, *, status: str, index: int) -> None:
        """Set the status on a row and what depends on it."""


def pace(*, number: int, added: bool) -> int:
    """Return how many steps one stage takes: 1 for rows added since, 1 to 12 for generated ones."""
    return 1 if added else 1 + number % 12

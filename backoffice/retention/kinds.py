"""The kinds of record that are kept for a period: each room registers its own in `AppConfig.ready`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

FIVE_YEARS_IN_DAYS = 5 * 365 + 2
"""Never shorter than five years, whichever of them are leap years."""


@dataclass(frozen=True, kw_only=True)
class RetainedKind:
    """A kind of record, and how it is purged.

    counted_from: what the period is counted from, in words. least_days: the shortest period that can be set.
    rows_due: (moment) -> the rows whose period began at that moment or before, and that nothing else keeps alive.
    purge: (rows, locked, in a transaction) -> None; takes away what they contain. Files go through
    `remove_files_later`, so that they are removed once the rows are committed. shares_period_of: the name of the kind
    whose period this one follows, instead of one of its own. rows_a_batch: how many are purged in one
    transaction, where the usual number is too small.
    writes_ids: whether the audit record says which rows were purged, and not only how many.
    """

    name: str
    label: Any
    counted_from: Any
    default_days: int
    least_days: int
    rows_due: Callable[[datetime], QuerySet[Any]]
    purge: Callable[[list[Any]], None]
    shares_period_of: str = ""
    rows_a_batch: int = 0
    writes_ids: bool = True


_kinds: dict[str, RetainedKind] = {}


def register_retention(kind: RetainedKind) -> None:
    """Make a kind known; the same name again replaces it."""
    _kinds[kind.name] = kind


def all_kinds() -> Iterable[RetainedKind]:
    """The kinds, in the order in which they were registered."""
    return list(_kinds.values())


def find_kind(name: str) -> RetainedKind | None:
    """The kind of that name; None where its code is gone."""
    return _kinds.get(name)


def delete_rows(rows: list[Any]) -> None:
    """A `purge` for rows of which nothing is to be kept."""
    if rows:
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()  # noqa: SLF001 - as Django does

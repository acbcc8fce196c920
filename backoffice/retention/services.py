"""Purging what is due, a batch at a time: each batch is one transaction, with its audit record in it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.audit.services import record

from .kinds import RetainedKind, all_kinds, find_kind
from .models import FileToRemove, RetentionPolicy

logger = structlog.get_logger(__name__)

ROWS_A_BATCH = 200


class PeriodTooShortError(Exception):
    """A period is shorter than the kind allows; `least_days` says how long it must be."""

    def __init__(self, least_days: int) -> None:
        self.least_days = least_days
        super().__init__(f"The period must be at least {least_days} days.")


def period_of(kind: RetainedKind) -> timedelta:
    """How long a kind is kept."""
    days = (
        RetentionPolicy.objects.filter(kind=kind.shares_period_of or kind.name).values_list("days", flat=True).first()
    )
    return timedelta(days=kind.default_days if days is None else days)


def rows_due(kind: RetainedKind, *, now: datetime | None = None) -> QuerySet[Any]:
    """The rows of a kind whose period has ended by now."""
    return kind.rows_due((now or timezone.now()) - period_of(kind))


def purge_due() -> dict[str, int]:
    """Purge whatever is due, and say how much of each kind. What a killed purge left over is done first."""
    remove_files()
    return {kind.name: _purge_kind(kind) for kind in all_kinds()}


def change_period(policy: RetentionPolicy, *, days: int, by: AbstractBaseUser | None) -> None:
    """Set another period. Raises PeriodTooShortError."""
    kind = find_kind(policy.kind)
    if kind is not None and days < kind.least_days:
        raise PeriodTooShortError(kind.least_days)
    with transaction.atomic():
        locked = RetentionPolicy.objects.select_for_update().get(pk=policy.pk)
        before, locked.days = locked.days, days
        locked.save(update_fields=["days", "changed_at"])
        record(
            "retention_period.changed", subject=locked, by=by, before={"days": before}, after={"days": days},
            kind=policy.kind,
        )  # fmt: skip


def remove_files_later(names: Iterable[str]) -> None:
    """Have stored files removed once the current transaction is committed; a rollback keeps them."""
    FileToRemove.objects.bulk_create(FileToRemove(name=name) for name in names if name)
    # What was committed stays, whatever happens to the files of before.
    transaction.on_commit(remove_files, robust=True)


def remove_files() -> None:
    """Remove the files that are to be removed. One that cannot be removed now is tried at the next purge."""
    for file in FileToRemove.objects.order_by("pk"):
        try:
            default_storage.delete(file.name)
        except OSError as problem:
            # Neither the name nor the error's text, which says it.
            logger.warning("file_not_removed", row=file.pk, error=type(problem).__name__)
        else:
            file.delete()


def count_files_left() -> int:
    """How many files are still to be removed."""
    return FileToRemove.objects.count()


def keep_policies(**_signal: Any) -> None:
    """Give every kind that has none its period; one that was set before it had to be longer becomes longer."""
    RetentionPolicy.objects.bulk_create(
        [RetentionPolicy(kind=kind.name, days=kind.default_days) for kind in all_kinds() if not kind.shares_period_of],
        ignore_conflicts=True,
    )
    for policy in RetentionPolicy.objects.all():
        kind = find_kind(policy.kind)
        if kind is not None and policy.days < kind.least_days:
            change_period(policy, days=kind.least_days, by=None)


def _purge_kind(kind: RetainedKind) -> int:
    total = 0
    while count := _purge_batch(kind):
        total += count
    return total


@transaction.atomic
def _purge_batch(kind: RetainedKind) -> int:
    """One batch, locked: a second purge at the same time passes over these rows."""
    passes_over = connection.features.has_select_for_update_skip_locked
    of = ("self",) if connection.features.has_select_for_update_of else ()
    due = rows_due(kind).select_for_update(skip_locked=passes_over, of=of)
    rows = list(due.order_by("pk")[: kind.rows_a_batch or ROWS_A_BATCH])
    if rows:
        details: dict[str, Any] = {"ids": [row.pk for row in rows]} if kind.writes_ids else {}
        kind.purge(rows)
        record("data.purged", kind=kind.name, **details, count=len(rows))
    return len(rows)

"""Notes which rows the provider no longer lists. Nothing is ever deleted."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.sync.engine.applying import Cause, Change, record_changes
from backoffice.sync.engine.statements import any_of_numbers
from backoffice.sync.resources import Resource

if TYPE_CHECKING:
    from backoffice.sync.engine.session import Session

CHUNK_ROWS = 10_000

_Candidate = tuple[int, str]
"""Primary key and remote id."""


def count_present(resource: Resource) -> int:
    """How many rows are not marked as missing."""
    return resource.rows.filter(missing_since=None).count()


def mark_missing(session: "Session", *, since: datetime) -> None:
    """Mark the rows that a whole pass did not see and that nobody wrote since it began. Raises LeaseLostError."""
    if count_present(session.resource) == len(session.seen):
        return
    for chunk in _find_candidates(session.resource, since=since):
        unseen = [candidate for candidate in chunk if candidate[0] not in session.seen]
        if unseen:
            with transaction.atomic():
                session.run.missing += mark_rows_missing(session.resource, unseen, before=since, cause=session.cause)
                session.lease.save_progress()


def mark_rows_missing(resource: Resource, candidates: Sequence[_Candidate], *, before: datetime, cause: Cause) -> int:
    """Mark rows as missing unless they were read after `before`; gives how many. Must run in a transaction."""
    now = timezone.now()
    rows = _present(resource, before).filter(pk__in=any_of_numbers(key for key, _ in candidates))
    marked = list(rows.order_by("pk").select_for_update().values_list("pk", "remote_id"))
    if not marked:
        return 0
    keys = any_of_numbers(key for key, _ in marked)
    resource.rows.filter(pk__in=keys).update(missing_since=now, changed_at=now)
    changes = [
        Change(remote_id=remote_id, columns={"missing_since": [None, now.isoformat()]}, read_at=before)
        for _, remote_id in marked
    ]
    record_changes(resource, changes, cause=cause, now=now)
    return len(marked)


def _find_candidates(resource: Resource, *, since: datetime) -> Iterator[list[_Candidate]]:
    last = 0
    while True:
        rows = _present(resource, since).filter(pk__gt=last).order_by("pk")
        chunk = list(rows.values_list("pk", "remote_id")[:CHUNK_ROWS])
        if not chunk:
            return
        yield chunk
        last = chunk[-1][0]


def _present(resource: Resource, before: datetime) -> QuerySet[Any]:
    return resource.rows.filter(missing_since=None, read_at__lt=before)

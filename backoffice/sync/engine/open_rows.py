"""The open mode: objects that are not final yet are read singly.

Those that people look at come first, then the rest, the one read longest ago first, less often as they age.
"""

from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.cryptopocket.errors import (
    CryptoPocketError,
    InvalidRequest,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Refused,
)
from backoffice.cryptopocket.objects import Item
from backoffice.security.restriction import without_restricted
from backoffice.sync.engine.left_alone import leave_alone, without_left_alone
from backoffice.sync.engine.looking import looked_at
from backoffice.sync.engine.missing import mark_rows_missing
from backoffice.sync.engine.session import Session
from backoffice.sync.errors import NothingOpenError, ProviderDownError
from backoffice.sync.resources import Resource, all_resources

FAILURES_IN_A_ROW = 5

# (changed or first seen within, read again after): the longer an object rests, the less often it is asked for.
RHYTHM = (
    (timedelta(hours=1), timedelta(0)),
    (timedelta(days=1), timedelta(minutes=15)),
    (timedelta(days=7), timedelta(hours=2)),
    (timedelta(days=36_500), timedelta(hours=12)),
)


def read_open_rows(session: Session) -> str:
    """Read what is due, one object at a time; gives a note on those that could not be read.

    Raises CryptoPocketError, ProviderDownError, LeaseLostError, NothingOpenError; what was read before is written.
    """
    resource = session.resource
    if resource.open_rows is None or resource.read_one is None:
        raise NothingOpenError(_("%(name)s has no objects that are read singly.") % {"name": resource.name})
    reader = _Reader(session)
    try:
        for row in find_due(resource, resource.open_rows()):
            reader.read(row)
    except (CryptoPocketError, ProviderDownError):
        reader.flush()
        raise
    reader.flush()
    return reader.note


def find_due(resource: Resource, rows: QuerySet[Any]) -> list[Any]:
    """The rows whose turn it is: those that people look at, then the one read longest ago, at most `plan_reads()`.

    Nothing is asked about somebody who asked to be forgotten. Those that are left alone take up no place.
    """
    now, limit = timezone.now(), plan_reads()
    is_looked_at = looked_at(resource, now)
    due = without_restricted(rows).filter(_is_due(now) | is_looked_at, missing_since=None)
    first = due.annotate(is_looked_at=ExpressionWrapper(is_looked_at, output_field=BooleanField()))
    return _take(first.order_by("-is_looked_at", "read_at", "pk").only("remote_id"), limit)


def _take(due: QuerySet[Any], limit: int) -> list[Any]:
    """The first of the rows that are not left alone, so many where there are as many."""
    found: list[Any] = []
    size = 2 * limit
    for start in count(step=size):
        slice_of_due = list(due[start : start + size])
        found += without_left_alone(slice_of_due)
        if len(found) >= limit or len(slice_of_due) < size:
            break
    return found[:limit]


def plan_reads() -> int:
    """How many objects one run may read, so that all open runs of an interval stay within their share of the rate."""
    resources = sum(resource.can_be_open for resource in all_resources())
    a_run = settings.CRYPTOPOCKET_REQUESTS_PER_SECOND * settings.SYNC_OPEN_SECONDS * settings.SYNC_OPEN_SHARE
    most: int = settings.SYNC_OPEN_READS_PER_RUN
    return max(1, min(most, int(a_run / max(1, resources))))


class _Reader:
    """Reads single objects and counts what could not be read."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._failures_in_a_row = 0
        self._unread: Counter[str] = Counter()
        self._unwritten: list[Any] = []

    @property
    def note(self) -> str:
        """What could not be read, and why; empty where all could."""
        if not self._unread:
            return ""
        reasons = ", ".join(f"{reason} ({count})" for reason, count in self._unread.most_common())
        text = ngettext(
            "%(count)d object could not be read and is tried again later: %(reasons)s.",
            "%(count)d objects could not be read and are tried again later: %(reasons)s.",
            self._unread.total(),
        )
        return text % {"count": self._unread.total(), "reasons": reasons}

    def read(self, row: Any) -> None:
        """Read one row's object anew. Raises ProviderDownError, NotAuthorised, LeaseLostError."""
        began = timezone.now()
        try:
            item = self._session.resource.read_singly(self._session.client, row.remote_id)
        except NotFound:
            self._note_missing(row, before=began)
        except Refused as refused:
            self._note_unread(row, _("refused with %(code)s") % {"code": refused.code}, longer_each_time=True)
        except InvalidRequest as problem:
            self._note_unread(row, problem.reason, longer_each_time=True)
        except (NotSent, OutcomeUnknown) as problem:
            self._note_unread(row, problem.reason, longer_each_time=False)
            self._count_failure(problem)
        else:
            self._failures_in_a_row = 0
            self._receive(row, item)

    def flush(self) -> None:
        """Write what was read; what could not become a row is left alone. Raises LeaseLostError."""
        rows, self._unwritten = self._unwritten, []
        tally = self._session.flush(confirms_unchanged=True)
        for row in rows:
            if row.remote_id not in tally.outcomes:
                leave_alone(row, longer_each_time=True)

    def _receive(self, row: Any, item: Item[Any]) -> None:
        self._unwritten.append(row)
        self._session.receive_single(row.remote_id, item)
        if self._session.pending.is_due:
            self.flush()

    def _note_missing(self, row: Any, *, before: datetime) -> None:
        session = self._session
        with transaction.atomic():
            session.run.missing += mark_rows_missing(
                session.resource, [(row.pk, row.remote_id)], before=before, cause=session.cause
            )
            session.lease.save_progress()

    def _note_unread(self, row: Any, reason: str, *, longer_each_time: bool) -> None:
        self._unread[reason] += 1
        leave_alone(row, longer_each_time=longer_each_time)
        self._session.lease.beat()

    def _count_failure(self, problem: NotSent | OutcomeUnknown) -> None:
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= FAILURES_IN_A_ROW:
            raise ProviderDownError(self._failures_in_a_row, problem) from problem


def _is_due(now: datetime) -> Q:
    is_due, younger = Q(pk__in=[]), None
    for age, pause in RHYTHM:
        band = Q(changed_at__gt=now - age, read_at__lte=now - pause)
        is_due |= band & Q(changed_at__lte=now - younger) if younger else band
        younger = age
    return is_due

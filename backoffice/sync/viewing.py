"""Objects that people look at: read anew in the background while their page is open, one read however many look.

The page itself only asks; a worker reads. Whoever looks next sees what became of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.audit.context import current_context
from backoffice.cryptopocket.errors import CryptoPocketError, NotFound, NotSent, OutcomeUnknown, UnreadableItem
from backoffice.observing import CauseKind, caused_by
from backoffice.provider import get_quick_client
from backoffice.security.restriction import is_restricted
from backoffice.sync.engine.looking import old_after
from backoffice.sync.errors import RestrictedRowError
from backoffice.sync.models import MirroredModel, Viewing
from backoffice.sync.resources import Resource, get_resource
from backoffice.sync.services import refresh_one

SOURCE = "viewed"
ASKED_AT_MOST_EVERY = timedelta(minutes=1)
"""An object is read for those who look at it once in this time, however many they are."""

NOTED_EVERY = timedelta(seconds=30)

PATIENCE = timedelta(seconds=30)
"""After this long without an answer the page says that nobody took the read up, and the read is not made any more."""

State = Literal["still", "reading", "not_taken_up", "failed"]
_TRIED_AGAIN: tuple[State, ...] = ("not_taken_up", "failed")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How it stands with reading one object anew for those who look at it."""

    state: State = "still"
    problem: str = ""


def can_be_read(resource: Resource, row: MirroredModel) -> bool:
    """Whether the object may be read singly: never that of somebody who asked to be forgotten."""
    return resource.read_one is not None and not is_restricted(row) and getattr(row, "purged_at", None) is None


def note_viewing(resource: Resource, row: MirroredModel, *, asks: bool) -> Standing:
    """Note that somebody looks at the object now; with `asks`, have it read anew where its data is old.

    Give how it stands with that read.
    """
    if not can_be_read(resource, row):
        return Standing()
    viewing = _find_or_add(resource, row)
    is_wanted = asks or standing_of(row, viewing).state in _TRIED_AGAIN
    if is_wanted and _is_old(row) and _claim(viewing):
        _have_read(viewing)
    return standing_of(row, viewing)


def find_viewing(resource: Resource, row: MirroredModel) -> Viewing | None:
    """What is known about people looking at the object; None where nobody did lately."""
    return Viewing.objects.filter(resource=resource.name, remote_id=row.remote_id).first()


def standing_of(row: MirroredModel, viewing: Viewing | None) -> Standing:
    """How it stands with reading the object anew."""
    if viewing is None or viewing.asked_at is None or row.read_at >= viewing.asked_at:
        return Standing()
    if viewing.answered_at is None or viewing.answered_at < viewing.asked_at:
        is_patient = timezone.now() - viewing.asked_at < PATIENCE
        return Standing(state="reading" if is_patient else "not_taken_up")
    if viewing.problem:
        return Standing(state="failed", problem=str(Viewing.Problem(viewing.problem).label))
    return Standing()


def read_for_viewers(*, name: str, remote_id: str) -> None:
    """Read an object that people look at, and keep what became of it; nothing where it was read meanwhile."""
    resource = get_resource(name)
    row = resource.rows.filter(remote_id=remote_id).first()
    viewing = Viewing.objects.filter(resource=name, remote_id=remote_id).first()
    if row is None or viewing is None or not can_be_read(resource, row):
        return
    asked_at = viewing.asked_at
    is_done = asked_at is None or row.read_at >= asked_at
    problem = "" if is_done else _read(name, remote_id)
    Viewing.objects.filter(pk=viewing.pk).update(answered_at=timezone.now(), problem=problem)


def _read(name: str, remote_id: str) -> str:
    try:
        with caused_by(CauseKind.PAGE):
            refresh_one(name=name, remote_id=remote_id, source=SOURCE, client=get_quick_client())
    except (NotFound, RestrictedRowError):
        return ""
    except (NotSent, OutcomeUnknown):
        return Viewing.Problem.NO_ANSWER
    except UnreadableItem:
        return Viewing.Problem.UNREADABLE
    except CryptoPocketError:
        return Viewing.Problem.REFUSED
    return ""


def _find_or_add(resource: Resource, row: MirroredModel) -> Viewing:
    now = timezone.now()
    viewing, is_new = Viewing.objects.get_or_create(
        resource=resource.name, remote_id=row.remote_id, defaults={"viewed_at": now}
    )
    if not is_new and now - viewing.viewed_at > NOTED_EVERY:
        Viewing.objects.filter(pk=viewing.pk).update(viewed_at=now)
    return viewing


def _claim(viewing: Viewing) -> bool:
    """Whether it is this request that has the object read: one in `ASKED_AT_MOST_EVERY`, and not beyond the share."""
    now = timezone.now()
    if viewing.asked_at is not None and now - viewing.asked_at < ASKED_AT_MOST_EVERY:
        return False
    if _reads_asked_for(now) >= most_reads_a_minute():
        return False
    is_due = Q(asked_at=None) | Q(asked_at__lte=now - ASKED_AT_MOST_EVERY)
    claimed = Viewing.objects.filter(is_due, pk=viewing.pk).update(asked_at=now, answered_at=None, problem="")
    viewing.refresh_from_db()
    return bool(claimed)


def most_reads_a_minute() -> int:
    """How many objects are read for people in a minute: their share of the requests that we may send."""
    return max(1, int(settings.CRYPTOPOCKET_REQUESTS_PER_SECOND * 60 * settings.SYNC_VIEWED_SHARE))


def _reads_asked_for(now: datetime) -> int:
    return Viewing.objects.filter(asked_at__gt=now - timedelta(minutes=1)).count()


def _have_read(viewing: Viewing) -> None:
    from backoffice.sync.tasks import read_viewed  # noqa: PLC0415 - tasks call services

    arguments = {
        "name": viewing.resource,
        "remote_id": viewing.remote_id,
        "correlation_id": current_context().correlation_id,
    }
    expires = PATIENCE.total_seconds()
    transaction.on_commit(lambda: read_viewed.apply_async((), arguments, expires=expires), robust=True)


def _is_old(row: MirroredModel) -> bool:
    return timezone.now() - row.read_at >= old_after()

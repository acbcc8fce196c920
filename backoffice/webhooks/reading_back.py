"""The second step: an object is read from the provider once, for all events that wait for it.

One at a time reads an object: a running `ReadBack` row is the claim. What waits when it begins is attached to it, and
settled with what it found; what comes later waits for the next one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from backoffice.cryptopocket.errors import CryptoPocketError, InvalidRequest, NotFound, NotSent, UnreadableItem
from backoffice.observing import CauseKind, caused_by
from backoffice.provider import get_quick_client
from backoffice.sync.errors import NothingOpenError, NotMirroredError, RestrictedRowError, UnknownResourceError
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import get_resource
from backoffice.sync.services import refresh_one, request_sync

from . import pacing
from .models import ReadBack, WebhookEffect, WebhookEvent
from .targets import Target

SOURCE = "webhook"
_HOPELESS = (InvalidRequest, UnreadableItem, NothingOpenError, UnknownResourceError)
_NOT_THERE = (NotFound, NotMirroredError)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an object could not be read, and how often that is tried."""

    text: str
    tries: int = pacing.TRIES
    tries_unsigned: int = pacing.TRIES
    pause_seconds: float = 0
    is_of_the_provider: bool = True


def read_back(target: Target) -> bool:
    """Read one object, and settle what waits for it; False where the provider could not be asked.

    Nothing is done where somebody else reads it, or nothing waits for it any more.
    """
    claim = _claim(target)
    if claim is None:
        return True
    try:
        event, told_at = _first_event(claim)
        with caused_by(CauseKind.WEBHOOK, event):
            outcome = _read(target, nudged_at=told_at)
    except RestrictedRowError:
        outcome = ReadBack.Outcome.LEFT_OUT
    except Exception as problem:  # noqa: BLE001 - whatever it was is written down, and logged where it is a fault of ours
        failure = _explain(problem)
        _note_failure(claim, failure)
        if isinstance(problem, NotMirroredError):
            _ask_for_the_newest(target[0])
        return not failure.is_of_the_provider
    _settle(claim, outcome)
    return True


def settle_read_meanwhile(targets: list[Target]) -> int:
    """Settle what needs no read, because the object was read for another reason since; one statement a resource."""
    names = {name for name, _remote_id in targets}
    ids = {remote_id for _name, remote_id in targets}
    return sum(_settle_read_meanwhile(name, ids) for name in names)


def give_up_lost() -> int:
    """End the read-backs whose worker was lost; what they were to settle waits again."""
    lost = ReadBack.objects.filter(ended_at=None, began_at__lt=timezone.now() - pacing.LEASE)
    with transaction.atomic():
        keys = list(lost.select_for_update().values_list("pk", flat=True))
        _waiting().filter(read_back__in=keys).update(read_back=None)
        return ReadBack.objects.filter(pk__in=keys).update(
            ended_at=timezone.now(), outcome=ReadBack.Outcome.ABANDONED
        )  # fmt: skip


def close_left_over() -> int:
    """Close the events that are being read back although nothing of them waits any more; says how many."""
    return _close(WebhookEvent.objects.all())


def _waiting() -> QuerySet[WebhookEffect]:
    return WebhookEffect.objects.filter(state=WebhookEffect.State.WAITING)


def _claim(target: Target) -> ReadBack | None:
    """Take the object, with all that waits for it; None where that is somebody else's already, or nothing waits."""
    resource, remote_id = target
    try:
        with transaction.atomic():
            claim = ReadBack.objects.create(resource=resource, remote_id=remote_id)
            if _waiting().filter(resource=resource, remote_id=remote_id).update(read_back=claim):
                return claim
            claim.delete()
    except IntegrityError:
        pass
    return None


def _read(target: Target, *, nudged_at: datetime | None) -> str:
    name, remote_id = target
    return refresh_one(name=name, remote_id=remote_id, source=SOURCE, client=get_quick_client(), nudged_at=nudged_at)


def _first_event(claim: ReadBack) -> tuple[int | None, datetime | None]:
    """The first of the events that wait for this read, and when the earliest was sent (or came, where the sender's
    clock is ahead)."""
    sent_or_came = Least(Coalesce("event__signed_at", "event__received_at"), "event__received_at")
    found = _waiting().filter(read_back=claim).aggregate(first=Min("event_id"), told_at=Min(sent_or_came))
    return found["first"], found["told_at"]


@transaction.atomic
def _settle(claim: ReadBack, outcome: str) -> None:
    if not _end(claim, outcome=outcome):
        return
    _lock_events(_waiting().filter(read_back=claim))
    _waiting().filter(read_back=claim).update(
        state=WebhookEffect.State.SETTLED, outcome=outcome, settled_at=timezone.now(), error=""
    )
    _close_events(WebhookEffect.objects.filter(read_back=claim))


@transaction.atomic
def _note_failure(claim: ReadBack, failure: Failure) -> None:
    if not _end(claim, outcome=ReadBack.Outcome.FAILED, error=failure.text):
        return
    attached = _waiting().filter(read_back=claim)
    _lock_events(attached)
    most = attached.aggregate(most=Max("tries"))["most"] or 0
    attached.update(tries=F("tries") + 1, error=failure.text)
    is_unsigned = Q(event__verdict=WebhookEvent.Verdict.UNSIGNED)
    spent = Q(tries__gte=failure.tries) | is_unsigned & Q(tries__gte=failure.tries_unsigned)
    attached.filter(spent).update(state=WebhookEffect.State.FAILED, settled_at=timezone.now())
    _close_events(WebhookEffect.objects.filter(read_back=claim, state=WebhookEffect.State.FAILED))
    again = pacing.next_try_at(tries=most + 1, at_least_seconds=failure.pause_seconds)
    attached.update(read_back=None, next_try_at=again)


def _ask_for_the_newest(name: str) -> None:
    """Have the newest end of a list read: a single read does not show all that a new row needs."""
    if cache.add(f"webhooks-newest:{name}", 1, timeout=pacing.SPACING.total_seconds()):
        request_sync(name=name, mode=SyncRun.Mode.HEAD)


def _end(claim: ReadBack, **how: Any) -> bool:
    """Write down how the read ended; False where it was taken for lost meanwhile: then others see to it."""
    running = ReadBack.objects.filter(pk=claim.pk, ended_at=None)
    return bool(running.update(ended_at=timezone.now(), **how))


def _lock_events(effects: QuerySet[WebhookEffect]) -> None:
    """Let nobody else settle anything of these events until this is over.

    Two who settle an event's last two effects at the same time would each see the other's as waiting, and neither
    would close the event.
    """
    events = WebhookEvent.objects.filter(pk__in=effects.order_by().values("event"))
    list(events.select_for_update().order_by("pk").values_list("pk"))


def _close_events(effects: QuerySet[WebhookEffect]) -> None:
    """Say of the events of these effects that nothing of them waits any more, where that is so."""
    _close(WebhookEvent.objects.filter(pk__in=effects.order_by().values("event")))


def _close(events: QuerySet[WebhookEvent]) -> int:
    own = WebhookEffect.objects.filter(event=OuterRef("pk"))
    over = events.filter(~Exists(own.filter(state=WebhookEffect.State.WAITING)), state=WebhookEvent.State.READING)
    failed = over.filter(Exists(own.filter(state=WebhookEffect.State.FAILED)))
    return failed.update(state=WebhookEvent.State.FAILED) + over.update(state=WebhookEvent.State.DONE)


@transaction.atomic
def _settle_read_meanwhile(name: str, remote_ids: set[str]) -> int:
    try:
        rows = get_resource(name).rows
    except UnknownResourceError:
        return 0
    newer = rows.filter(remote_id=OuterRef("remote_id"), read_at__gt=OuterRef("wanted_at"), missing_since=None)
    waiting = _waiting().filter(Exists(newer), resource=name, remote_id__in=remote_ids, read_back=None)
    keys = list(waiting.values_list("pk", flat=True))
    if keys:
        settled = WebhookEffect.objects.filter(pk__in=keys)
        _lock_events(settled)
        settled.filter(state=WebhookEffect.State.WAITING).update(
            state=WebhookEffect.State.SETTLED,
            outcome=WebhookEffect.Outcome.READ_MEANWHILE,
            settled_at=timezone.now(),
            error="",
        )
        _close_events(settled)
    return len(keys)


def _explain(problem: Exception) -> Failure:
    """What to do about what went wrong. The texts hold no secrets: only what our own errors say of themselves."""
    if isinstance(problem, _NOT_THERE):
        return Failure(text=str(problem), tries=pacing.TRIES_NOT_FOUND, tries_unsigned=1, is_of_the_provider=False)
    if isinstance(problem, _HOPELESS):
        return Failure(text=str(problem), tries=1, tries_unsigned=1, is_of_the_provider=False)
    if isinstance(problem, NotSent):
        return Failure(text=str(problem), pause_seconds=problem.retry_after or 0)
    if isinstance(problem, CryptoPocketError):
        return Failure(text=str(problem))
    logger.error("read_back_failed", error=type(problem).__name__, exc_info=problem)
    return Failure(text=f"A fault of ours: {type(problem).__name__}. The log has the details.")

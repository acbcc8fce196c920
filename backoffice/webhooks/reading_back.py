"""The second step: an object is read from the provider once, for all events that wait for it.

One at a time reads an object: a running `ReadBack` row is the claim. What waits when it begins is attached to it, and
settled with what it found; what comes later waits for the next one. A read that fails is a failed try of what was due.
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
from django.utils.translation import gettext as _

from backoffice.cryptopocket.errors import CryptoPocketError, InvalidRequest, NotFound, NotSent, UnreadableItem
from backoffice.observing import CauseKind, caused_by
from backoffice.provider import get_quick_client
from backoffice.sync.engine.statements import any_of_numbers
from backoffice.sync.errors import NothingOpenError, NotMirroredError, RestrictedRowError, UnknownResourceError
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import get_resource
from backoffice.sync.services import refresh_one, request_sync

from . import pacing
from .models import ReadBack, WebhookEffect, WebhookEvent
from .queries import failed_events
from .targets import Target

SOURCE = "webhook"
_HOPELESS = (InvalidRequest, UnreadableItem, NothingOpenError, UnknownResourceError)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an object could not be read, and how often that is tried.

    counts_before: it is a failed try only of what was wanted before then; of everything where it is None.
    """

    text: str
    tries: int = pacing.TRIES
    tries_unsigned: int = pacing.TRIES
    pause_seconds: float = 0
    is_of_the_provider: bool = True
    counts_before: datetime | None = None


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
        failure = _explain(problem, target[0])
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
    waiting = _waiting().filter(remote_id__in=ids, read_back=None)
    return sum(_settle_read_meanwhile(name, waiting) for name in names)


def settle_failed_read_since() -> int:
    """Settle what could not be read for the events of the last days, where its object was read since."""
    failed = WebhookEffect.objects.filter(state=WebhookEffect.State.FAILED, event__in=failed_events())
    names = list(failed.order_by().values_list("resource", flat=True).distinct())
    return sum(_settle_read_meanwhile(name, failed) for name in names)


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
    return _close(WebhookEvent.objects.filter(state=WebhookEvent.State.READING))


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
    due = attached.filter(next_try_at__lte=claim.began_at)
    due.update(error=failure.text)
    if failure.counts_before is None:
        _count_try(claim, due, failure)
    else:
        _count_try(claim, due.filter(wanted_at__lt=failure.counts_before), failure)
        _wait_for_the_list(due.filter(wanted_at__gte=failure.counts_before))
    attached.update(read_back=None)


def _count_try(claim: ReadBack, due: QuerySet[WebhookEffect], failure: Failure) -> None:
    most = due.aggregate(most=Max("tries"))["most"]
    if most is None:
        return
    due.update(tries=F("tries") + 1)
    is_unsigned = Q(event__verdict=WebhookEvent.Verdict.UNSIGNED)
    spent = Q(tries__gte=failure.tries) | is_unsigned & Q(tries__gte=failure.tries_unsigned)
    due.filter(spent).update(state=WebhookEffect.State.FAILED, settled_at=timezone.now())
    _close_events(WebhookEffect.objects.filter(read_back=claim, state=WebhookEffect.State.FAILED))
    due.update(next_try_at=pacing.next_try_at(tries=most + 1, at_least_seconds=failure.pause_seconds))


def _wait_for_the_list(due: QuerySet[WebhookEffect]) -> None:
    oldest = due.aggregate(oldest=Min("wanted_at"))["oldest"]
    if oldest is not None:
        due.update(next_try_at=pacing.next_try_before_the_list(wanted_at=oldest))


def _ask_for_the_newest(name: str) -> None:
    """Have the newest end of a list read: a single read does not show all that a new row needs."""
    if cache.add(f"webhooks-newest:{name}", 1, timeout=pacing.SPACING.total_seconds()):
        request_sync(name=name, mode=SyncRun.Mode.HEAD)


def _list_read_at(name: str) -> datetime:
    """When the last run began that read the newest end of a list; not before what can be waited for.

    Before that a new object need not be here: another run holds the list, or it cannot be read. A full sync that
    went on where another had stopped has perhaps not read the newest.
    """
    newest = Q(mode=SyncRun.Mode.HEAD) | Q(mode=SyncRun.Mode.FULL, resumed_from=None)
    runs = SyncRun.objects.filter(newest, resource=name, state=SyncRun.State.SUCCEEDED)
    longest_ago = timezone.now() - pacing.LIST_READ_WITHIN
    began: datetime | None = runs.filter(started_at__gt=longest_ago).aggregate(began=Max("started_at"))["began"]
    return began or longest_ago


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
    """Say of the events of these effects that nothing of them waits or has failed any more, where that is so."""
    states = [WebhookEvent.State.READING, WebhookEvent.State.FAILED]
    _close(WebhookEvent.objects.filter(pk__in=effects.order_by().values("event"), state__in=states))


def _close(events: QuerySet[WebhookEvent]) -> int:
    own = WebhookEffect.objects.filter(event=OuterRef("pk"))
    has_failed = Exists(own.filter(state=WebhookEffect.State.FAILED))
    over = events.filter(~Exists(own.filter(state=WebhookEffect.State.WAITING)))
    done = over.filter(~has_failed).update(state=WebhookEvent.State.DONE)
    return done + over.filter(has_failed).update(state=WebhookEvent.State.FAILED)


@transaction.atomic
def _settle_read_meanwhile(name: str, effects: QuerySet[WebhookEffect]) -> int:
    try:
        rows = get_resource(name).rows
    except UnknownResourceError:
        return 0
    newer = rows.filter(remote_id=OuterRef("remote_id"), read_at__gt=OuterRef("wanted_at"), missing_since=None)
    keys = list(effects.filter(Exists(newer), resource=name).values_list("pk", flat=True))
    if keys:
        settled = WebhookEffect.objects.filter(pk__in=any_of_numbers(keys))
        _lock_events(settled)
        settled.exclude(state=WebhookEffect.State.SETTLED).update(
            state=WebhookEffect.State.SETTLED,
            outcome=WebhookEffect.Outcome.READ_MEANWHILE,
            read_back=None,
            settled_at=timezone.now(),
            error="",
        )
        _close_events(settled)
    return len(keys)


def _explain(problem: Exception, name: str) -> Failure:
    """What to do about what went wrong. The texts hold no secrets: only what our own errors say of themselves."""
    if isinstance(problem, NotMirroredError):
        return Failure(
            text=_("%(problem)s Its list is asked for.") % {"problem": problem},
            tries=pacing.TRIES_NOT_FOUND,
            tries_unsigned=1,
            is_of_the_provider=False,
            counts_before=_list_read_at(name),
        )
    if isinstance(problem, NotFound):
        return Failure(text=str(problem), tries=pacing.TRIES_NOT_FOUND, tries_unsigned=1, is_of_the_provider=False)
    if isinstance(problem, _HOPELESS):
        return Failure(text=str(problem), tries=1, tries_unsigned=1, is_of_the_provider=False)
    if isinstance(problem, NotSent):
        return Failure(text=str(problem), pause_seconds=problem.retry_after or 0)
    if isinstance(problem, CryptoPocketError):
        return Failure(text=str(problem))
    logger.error("read_back_failed", error=type(problem).__name__, exc_info=problem)
    text = _("A fault of ours: %(kind)s. The log has the details.")
    return Failure(text=text % {"kind": type(problem).__name__})

"""Verbs: work through the inbox, look after what was lost, replay by hand."""

import time
from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from backoffice.audit.context import under_one_id
from backoffice.audit.services import draft, record_many
from backoffice.provider import get_catalogue

from . import pacing
from .models import ReadBack, WebhookEffect, WebhookEvent
from .nudging import nudge, nudge_soon
from .planning import plan_waiting
from .reading_back import close_left_over, give_up_lost, read_back, settle_failed_read_since, settle_read_meanwhile
from .receiving import find_type_and_ids
from .targets import Target

BUDGET_SECONDS = 60.0
MOST_REPLAYED = 1000
_LOOKED_AT = 500
_FAILURES_IN_A_ROW = 3
_SOON = timedelta(seconds=10)
_FOLLOW_UP_KEY = "webhooks-follow-up"

logger = structlog.get_logger(__name__)


def process_events(*, budget_seconds: float = BUDGET_SECONDS) -> int:
    """Plan and read back whatever waits and is due; says how many objects were dealt with.

    Stops where the provider cannot be asked several times in a row: what waits is tried later. May run at the same
    time as others of its kind.
    """
    with under_one_id():
        count = _work(until=time.monotonic() + budget_seconds)
    _ask_for_more()
    return count


def sweep() -> None:
    """Find what nobody looks after: read-backs whose worker was lost, events whose nudge was, events left open.

    What could not be read for an event and was read for another reason since is no failure any more.
    """
    if lost := give_up_lost():
        logger.warning("read_backs_lost", count=lost)
    if left_over := close_left_over():
        logger.warning("events_left_open", count=left_over)
    settle_failed_read_since()
    process_events()


def due_targets() -> list[Target]:
    """The objects that events wait for, and that may be read now; the one that waits longest first."""
    due = waiting_effects().filter(next_try_at__lte=timezone.now()).order_by("next_try_at", "pk")
    found: Iterable[Target] = due.values_list("resource", "remote_id")[:_LOOKED_AT]
    return list(dict.fromkeys(found))


def waiting_effects() -> QuerySet[WebhookEffect]:
    """What waits for a read that nobody is doing, and that was not done only just now."""
    lately = Q(ended_at=None) | Q(began_at__gt=timezone.now() - pacing.SPACING)
    of_object = ReadBack.objects.filter(lately, resource=OuterRef("resource"), remote_id=OuterRef("remote_id"))
    return WebhookEffect.objects.filter(~Exists(of_object), state=WebhookEffect.State.WAITING)


def replay(events: QuerySet[WebhookEvent], *, by: AbstractBaseUser) -> int:
    """Have events worked through anew, as if they had only just come; says how many, at most `MOST_REPLAYED`.

    Those that wait anyway are left alone. Each is written into the audit record.
    """
    contract = get_catalogue().webhook
    settled = [WebhookEvent.State.DONE, WebhookEvent.State.FAILED, WebhookEvent.State.UNCLEAR]
    with transaction.atomic():
        chosen = list(events.filter(state__in=settled).select_for_update().order_by("pk")[:MOST_REPLAYED])
        for event in chosen:
            for name, value in find_type_and_ids(event, contract).items():
                setattr(event, name, value)
            event.state, event.wanted_at = WebhookEvent.State.WAITING, timezone.now()
        WebhookEvent.objects.bulk_update(
            chosen,
            ["event_type", "event_type_sent", "is_known", "ids", "state", "wanted_at"],
            batch_size=100,
        )
        record_many(draft("webhook_event.replayed", subject=event, by=by, type=event.event_type) for event in chosen)
        nudge_soon()
    return len(chosen)


def _work(*, until: float) -> int:
    count = failures = 0
    while time.monotonic() < until and failures < _FAILURES_IN_A_ROW:
        planned = _plan_all(until)
        targets = due_targets()
        settled = settle_read_meanwhile(targets) if targets else 0
        if not (planned or targets):
            return count
        for target in targets if not settled else due_targets():
            failures = 0 if read_back(target) else failures + 1
            count += 1
            if time.monotonic() >= until or failures >= _FAILURES_IN_A_ROW:
                return count
    return count


def _plan_all(until: float) -> int:
    """All that waits, before anything is read: so one read is for all of it."""
    count = planned = plan_waiting()
    while planned and time.monotonic() < until:
        count += (planned := plan_waiting())
    return count


def _ask_for_more() -> None:
    """Have a worker look again where something will be due before the next sweep; one such message at a time."""
    soon = WebhookEffect.objects.filter(
        state=WebhookEffect.State.WAITING, next_try_at__lte=timezone.now() + _SOON
    ).exists()  # fmt: skip
    seconds = pacing.SPACING.total_seconds()
    if soon and cache.add(_FOLLOW_UP_KEY, 1, timeout=seconds):
        nudge(delay_seconds=seconds)

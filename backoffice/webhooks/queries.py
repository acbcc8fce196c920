"""Reads: what waits, what was refused, what an object was told of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum
from django.utils import timezone

from backoffice.sync.models import MirroredModel
from backoffice.sync.resources import find_resource_of

from .models import ReadBack, WebhookEffect, WebhookEvent, WebhookRefusal

UNSETTLED = (WebhookEvent.State.WAITING, WebhookEvent.State.READING)


@dataclass(frozen=True, kw_only=True)
class RefusalCount:
    """What was refused for one reason: how often, when last, from where last."""

    reason: WebhookRefusal.Reason
    count: int
    last_at: datetime
    last_address: str | None


def events_of(row: MirroredModel) -> QuerySet[WebhookEffect]:
    """What events caused at a mirrored row, newest first, with the event. Raises UnknownResourceError."""
    return effects_at(find_resource_of(type(row)).name, row.remote_id)


def effects_at(resource: str, remote_id: str) -> QuerySet[WebhookEffect]:
    """What events caused at one object, newest first, with the event but without its body."""
    effects = WebhookEffect.objects.filter(resource=resource, remote_id=remote_id).select_related("event")
    return effects.defer("event__body", "event__headers", "event__ids").order_by("-pk")


def read_backs_of(effect: WebhookEffect) -> QuerySet[ReadBack]:
    """The reads of an effect's object since its event came, until it was settled; the newest first."""
    reads = ReadBack.objects.filter(
        resource=effect.resource, remote_id=effect.remote_id, began_at__gte=effect.event.received_at
    )
    if effect.settled_at is not None:
        reads = reads.filter(began_at__lte=effect.settled_at)
    return reads.order_by("-pk")


def waiting_count() -> int:
    """How many events are not settled yet."""
    return WebhookEvent.objects.filter(state__in=UNSETTLED).count()


def oldest_waiting_at() -> datetime | None:
    """When the oldest event that is not settled was received (or replayed); None where none waits."""
    unsettled = WebhookEvent.objects.filter(state__in=UNSETTLED)
    moment: datetime | None = unsettled.aggregate(oldest=Min("wanted_at"))["oldest"]
    return moment


def last_accepted_at() -> datetime | None:
    """When an event was taken in last; None for never."""
    moment: datetime | None = WebhookEvent.objects.aggregate(last=Max("last_received_at"))["last"]
    return moment


def refused_count(within: timedelta = timedelta(hours=1)) -> int:
    """How many deliveries were refused lately; calls that were no POST, as a browser makes, do not count."""
    return refusals_within(within).exclude(reason=WebhookRefusal.Reason.METHOD).aggregate(sum=Sum("count"))["sum"] or 0


def refusals_by_reason(within: timedelta = timedelta(days=1)) -> list[RefusalCount]:
    """What was refused lately, by reason, the newest first; one query."""
    grouped: dict[str, RefusalCount] = {}
    rows: Any = refusals_within(within).order_by("last_at")
    for row in rows:
        known = grouped.get(row.reason)
        grouped[row.reason] = RefusalCount(
            reason=WebhookRefusal.Reason(row.reason),
            count=row.count + (known.count if known else 0),
            last_at=row.last_at,
            last_address=row.last_address,
        )
    return sorted(grouped.values(), key=lambda refusal: refusal.last_at, reverse=True)


def refusals_within(period: timedelta) -> QuerySet[WebhookRefusal]:
    """The counts of that period."""
    return WebhookRefusal.objects.filter(last_at__gt=timezone.now() - period)


def failed_events() -> QuerySet[WebhookEvent]:
    """Events whose objects could not be read, however often that was tried."""
    return WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED)


def unknown_events(within: timedelta = timedelta(days=7)) -> QuerySet[WebhookEvent]:
    """Events of names that the catalogue does not know, of the last days."""
    since = timezone.now() - within
    return WebhookEvent.objects.filter(is_known=False, received_at__gt=since)

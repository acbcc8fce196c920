"""Reads: what waits, what was refused, what an object was told of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet, Sum
from django.utils import timezone

from backoffice.provider import get_catalogue
from backoffice.security.restriction import restricted_rows
from backoffice.sync.models import MirroredModel
from backoffice.sync.resources import all_resources, find_resource_of

from .models import ReadBack, WebhookEffect, WebhookEvent, WebhookRefusal

SHOWN_FOR = timedelta(days=7)
"""How long failed and unknown events ask for a person's attention."""

UNSETTLED = (WebhookEvent.State.WAITING, WebhookEvent.State.READING)


@dataclass(frozen=True, kw_only=True)
class RefusalCount:
    """What was refused for one reason: how often, when last, from where last."""

    reason: WebhookRefusal.Reason
    count: int
    last_at: datetime
    last_address: str | None


def is_told_of(model: type[MirroredModel]) -> bool:
    """Whether events can be about rows of a model at all, as far as the catalogue knows."""
    contract = get_catalogue().webhook
    names = {*contract.resource_id_fields, *contract.event_resources.values()}
    return any(resource.name in names for resource in all_resources() if resource.model is model)


def events_of(row: MirroredModel) -> QuerySet[WebhookEffect]:
    """What events caused at a mirrored row, newest first, with the event. Raises UnknownResourceError."""
    return effects_at(find_resource_of(type(row)).name, row.remote_id)


def effects_at(resource: str, remote_id: str) -> QuerySet[WebhookEffect]:
    """What events caused at one object, newest first, with the event but without its body."""
    effects = WebhookEffect.objects.filter(resource=resource, remote_id=remote_id).select_related("event")
    return effects.defer("event__body", "event__headers", "event__ids").order_by("-pk")


def read_backs_of(event: WebhookEvent) -> QuerySet[ReadBack]:
    """The reads of an event's objects since it came; the newest first."""
    own = event.effects.filter(resource=OuterRef("resource"), remote_id=OuterRef("remote_id"))
    return ReadBack.objects.filter(Exists(own), began_at__gte=event.received_at).order_by("-pk")


def is_about_restricted(event: WebhookEvent) -> bool:
    """Whether an event names somebody who asked to be forgotten; one query for each kind of such rows."""
    values = {value for _name, value in event.ids}
    restricted = (restricted_rows(resource.model) for resource in all_resources())
    return any(rows.filter(remote_id__in=values).exists() for rows in restricted if rows is not None and values)


def unsettled_events(events: QuerySet[WebhookEvent] | None = None) -> QuerySet[WebhookEvent]:
    """Events that wait, or whose objects are being read back; of those given, else of all."""
    return _of(events).filter(state__in=UNSETTLED)


def waiting_count() -> int:
    """How many events are not settled yet."""
    return unsettled_events().count()


def oldest_waiting_at() -> datetime | None:
    """When the oldest event that is not settled was received (or replayed); None where none waits."""
    moment: datetime | None = unsettled_events().aggregate(oldest=Min("wanted_at"))["oldest"]
    return moment


def unsigned_since(period: timedelta, *, at_most: int) -> int:
    """How many events without a signature were taken in that period, repetitions not counted; one query.

    Never more than `at_most`: it is counted no further, in an index that holds no other events.
    """
    unsigned = WebhookEvent.objects.filter(verdict=WebhookEvent.Verdict.UNSIGNED)
    lately = unsigned.filter(received_at__gt=timezone.now() - period).order_by()
    return lately.values("received_at")[:at_most].count()


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


def failed_events(events: QuerySet[WebhookEvent] | None = None) -> QuerySet[WebhookEvent]:
    """Events of the last days whose objects could not be read, however often that was tried; of those given."""
    return _lately(events).filter(state=WebhookEvent.State.FAILED)


def unknown_events(events: QuerySet[WebhookEvent] | None = None) -> QuerySet[WebhookEvent]:
    """Events of the last days whose names the catalogue does not know; of those given."""
    return _lately(events).filter(is_known=False)


def events_with_id(searched: str, events: QuerySet[WebhookEvent]) -> QuerySet[WebhookEvent]:
    """Of some events those about the object with that id at the provider, and the one that has it itself."""
    about = WebhookEffect.objects.filter(remote_id=searched).order_by().values("event")
    named = WebhookEvent.objects.filter(provider_event_id=searched).exclude(provider_event_id="").order_by()
    # Two look-ups in two indexes: asked for with "or", every event would be looked at.
    return events.filter(pk__in=about.union(named.values("pk")))


def _lately(events: QuerySet[WebhookEvent] | None) -> QuerySet[WebhookEvent]:
    return _of(events).filter(received_at__gt=timezone.now() - SHOWN_FOR)


def _of(events: QuerySet[WebhookEvent] | None) -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.all() if events is None else events

"""The first step with an event: which objects are to be read back because of it. Nothing is read here."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.provider import get_catalogue
from backoffice.sync.engine.statements import any_of_texts
from backoffice.sync.errors import UnknownResourceError
from backoffice.sync.resources import get_resource

from .live_checks import EVENT_TYPE as LIVE_CHECK
from .models import WebhookEffect, WebhookEvent
from .sightings import note_event
from .targets import Target, guesses_of, targets_of

AT_ONCE = 500


@transaction.atomic
def plan_waiting() -> int:
    """Plan for waiting events, the oldest first, at most `AT_ONCE`; says how many. A few statements in all.

    Two at the same time take different events: the rows are locked.
    """
    events = list(_lock_waiting())
    if not events:
        return 0
    contract = get_catalogue().webhook
    planned = _targets_by_event(events, contract)
    # What an earlier plan of a replayed event left: the catalogue may have been corrected since.
    WebhookEffect.objects.filter(event__in=[event.pk for event in events]).delete()
    WebhookEffect.objects.bulk_create(
        _make_effect(event, target) for event in events for target in planned[event.pk]
    )  # fmt: skip
    _move(events, planned)
    _note_sightings(events)
    return len(events)


def _lock_waiting() -> Iterable[WebhookEvent]:
    passes_over = connection.features.has_select_for_update_skip_locked
    waiting = WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING).defer("body", "headers")
    return waiting.select_for_update(skip_locked=passes_over).order_by("pk")[:AT_ONCE]


def _targets_by_event(events: list[WebhookEvent], contract: WebhookContract) -> dict[int, list[Target]]:
    """What each event is about: by its name, else by the rows that have one of its ids."""
    certain = {event.pk: targets_of(event.event_type, event.ids, contract) for event in events}
    guesses = {
        event.pk: guesses_of(event.ids, contract)
        for event in events
        if not certain[event.pk] and event.event_type not in contract.event_resources
    }
    here = _rows_that_are_here(target for targets in guesses.values() for target in targets)
    found = {key: [target for target in targets if target in here] for key, targets in guesses.items()}
    return {**certain, **found}


def _rows_that_are_here(targets: Iterable[Target]) -> set[Target]:
    """Those of which the mirror has a row and which can be read singly; one query a resource."""
    ids: dict[str, set[str]] = defaultdict(set)
    for resource, remote_id in targets:
        ids[resource].add(remote_id)
    return {(name, remote_id) for name in ids for remote_id in _known_ids(name, ids[name])}


def _known_ids(name: str, remote_ids: set[str]) -> list[str]:
    try:
        resource = get_resource(name)
    except UnknownResourceError:
        return []
    if resource.read_one is None:
        return []
    return list(resource.rows.filter(remote_id__in=any_of_texts(remote_ids)).values_list("remote_id", flat=True))


def _make_effect(event: WebhookEvent, target: Target) -> WebhookEffect:
    resource, remote_id = target
    return WebhookEffect(
        event=event,
        resource=resource,
        remote_id=remote_id,
        wanted_at=event.wanted_at,
        next_try_at=timezone.now(),
    )


def _move(events: list[WebhookEvent], planned: dict[int, list[Target]]) -> None:
    """Say where each event stands now; one statement a state."""
    by_state: dict[str, list[int]] = defaultdict(list)
    for event in events:
        by_state[_state_after(event, planned[event.pk])].append(event.pk)
    for state, keys in by_state.items():
        WebhookEvent.objects.filter(pk__in=keys).update(state=state)


def _state_after(event: WebhookEvent, targets: list[Target]) -> str:
    if targets:
        return WebhookEvent.State.READING
    return WebhookEvent.State.DONE if event.event_type == LIVE_CHECK else WebhookEvent.State.UNCLEAR


def _note_sightings(events: list[WebhookEvent]) -> None:
    """Tell the subscriptions what came: the newest event of each type, and each live check of ours.

    In the order of the types: two who lock the same rows in different orders would wait for each other.
    """
    newest = {(event.event_type, event.pk if event.event_type == LIVE_CHECK else 0): event for event in events}
    for _type, event in sorted(newest.items()):
        note_event(event_type=event.event_type, event_id=event.provider_event_id, received_at=event.received_at)

"""Workers that do the same in the same moment: one waits for the other, and nothing is left over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from backoffice.sandbox import Sandbox
from backoffice.webhooks import planning, reading_back
from backoffice.webhooks.models import ReadBack, WebhookEffect, WebhookEvent, WebhookSubscription
from backoffice.webhooks.planning import plan_waiting
from backoffice.webhooks.sightings import note_event
from payments.models import Payment
from tests.webhooks.deliveries import deliver

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def beside(act: Callable[[], object]) -> Iterator[None]:
    """Commit what the block does while another worker is in the middle of `act`: over, or waiting for a lock.

    SQLite lets one write at a time: there one comes after the other.
    """

    def work() -> None:
        try:
            act()
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        yield
        if connection.vendor == "postgresql":
            worker.start()
            while worker.is_alive() and not _somebody_waits():
                worker.join(timeout=0.02)
    if worker.ident is None:
        worker.start()
    worker.join(timeout=20)
    assert not worker.is_alive()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
        return cursor.fetchone() is not None


def _claim(resource: str, remote_id: str) -> ReadBack:
    claim = reading_back._claim((resource, remote_id))
    assert claim is not None
    return claim


def test_two_planners_note_events_of_the_same_types_and_neither_is_cut_off(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for event_type in ("PAY_IN", "COINS_SENT"):
        WebhookSubscription.objects.create(event_type=event_type)
    first, second = threading.Event(), threading.Event()
    waits = {1: (first, second), 2: (second, first)}

    def note(**told: Any) -> bool:
        """Each goes on with its second type when the other has noted its first, or waits for a row of this one."""
        noted = note_event(**told)
        done, other = waits[planner.number]
        done.set()
        other.wait(timeout=1)
        return noted

    planner = threading.local()
    monkeypatch.setattr(planning, "note_event", note)
    outcomes: list[str] = []

    def plan(number: int) -> None:
        planner.number = number
        try:
            with transaction.atomic():
                planning._note_sightings(told[number])
            outcomes.append("planned")
        except OperationalError as problem:
            outcomes.append(str(problem))
        finally:
            connection.close()

    deliver("PAY_IN", payment_id="p1")
    deliver("COINS_SENT", payment_id="p1")
    events = list(WebhookEvent.objects.order_by("pk"))
    told = {1: events, 2: events[::-1]}
    planners = [threading.Thread(target=plan, args=(number,)) for number in waits]
    for thread in planners:
        thread.start()
    for thread in planners:
        thread.join(timeout=20)

    assert outcomes == ["planned", "planned"]


def test_an_event_about_two_objects_is_done_when_both_reads_end_in_the_same_moment(payment: Payment) -> None:
    other = Payment.objects.create(
        remote_id="beside", read_at=timezone.now(), first_seen_at=timezone.now(), changed_at=timezone.now()
    )
    deliver("PAY_IN", payment_id=payment.remote_id)
    plan_waiting()
    event = WebhookEvent.objects.get()
    WebhookEffect.objects.create(
        event=event,
        resource="payments",
        remote_id=other.remote_id,
        wanted_at=event.wanted_at,
        next_try_at=event.wanted_at,
    )
    one, two = _claim("payments", payment.remote_id), _claim("payments", other.remote_id)
    with beside(lambda: reading_back._settle(two, "changed")):
        reading_back._settle(one, "changed")

    event.refresh_from_db()
    assert event.state == "done"

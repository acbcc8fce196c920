"""Workers that do the same in the same moment: one waits for the other, and nothing is left over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backoffice.webhooks import reading_back
from backoffice.webhooks.models import ReadBack, WebhookEffect, WebhookEvent
from backoffice.webhooks.planning import plan_waiting
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

"""An object that cannot be read singly never stands before those that can."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from backoffice.cryptopocket.errors import CryptoPocketError, InvalidRequest, NotSent, Refused
from backoffice.cryptopocket.objects import Item
from backoffice.sync.models import SyncRun
from backoffice.sync.queries import open_quarantine
from backoffice.sync.resources import Resource
from backoffice.sync.services import mirror_item
from payments.models import Payment
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, payments_resource

REFUSED = Refused(endpoint="get_payment", code="user_banned")
NOT_SENDABLE = InvalidRequest("payment_id is empty or cannot stand in a path", endpoint="get_payment")


def mirror_open_payments(remote: RemoteList, count: int) -> None:
    """Have that many payments in the mirror that are not final, all read ten minutes ago: the oldest is number 1."""
    remote.items = [{"id": number, "status": "started"} for number in range(count, 0, -1)]
    sync("purchases")
    now = timezone.now()
    for number, payment in enumerate(Payment.objects.order_by("remote_id")):
        read_at = now - timedelta(minutes=10) + timedelta(seconds=number)
        Payment.objects.filter(pk=payment.pk).update(changed_at=now, read_at=read_at)


def count_reads(remote: RemoteList, *, failing: dict[str, CryptoPocketError]) -> Counter[str]:
    """Have single reads of these objects fail; gives how often each object was asked for."""
    asked: Counter[str] = Counter()

    def read_one(client: Any, remote_id: str) -> Item[Any]:
        asked[remote_id] += 1
        if remote_id in failing:
            raise failing[remote_id]
        return remote.read_one(client, remote_id)

    payments_resource(remote, read_one=read_one)
    return asked


@pytest.fixture
def one_at_a_time(settings: Any) -> None:
    """A run reads one object."""
    settings.SYNC_OPEN_READS_PER_RUN = 1


@pytest.mark.usefixtures("one_at_a_time")
def test_an_object_in_quarantine_lets_the_others_be_read(remote: RemoteList, purchases: Resource) -> None:
    mirror_open_payments(remote, 2)
    remote.change(1, fiat_amount="abc")
    asked = count_reads(remote, failing={})
    assert sync("purchases", "open").quarantined == 1
    sync("purchases", "open")
    assert asked == {"1": 1, "2": 1}
    assert open_quarantine().get().item_key == "1"


@pytest.mark.usefixtures("one_at_a_time")
def test_an_object_that_is_refused_lets_the_others_be_read_however_many_are(
    remote: RemoteList, purchases: Resource
) -> None:
    mirror_open_payments(remote, 6)
    asked = count_reads(remote, failing=dict.fromkeys("12345", REFUSED))
    for _ in range(6):
        sync("purchases", "open")
    assert asked == dict.fromkeys("123456", 1)


def test_an_id_that_cannot_be_sent_lets_the_others_be_read(remote: RemoteList, purchases: Resource) -> None:
    mirror_open_payments(remote, 2)
    Payment.objects.filter(remote_id="1").update(remote_id="..")
    asked = count_reads(remote, failing={"..": NOT_SENDABLE})
    run = sync("purchases", "open")
    assert (run.state, run.seen, run.error) == (
        SyncRun.State.SUCCEEDED,
        1,
        "1 object could not be read and is tried again later: payment_id is empty or cannot stand in a path (1).",
    )
    sync("purchases", "open")
    assert asked[".."] == 1


def test_what_was_read_for_somebody_else_is_not_left_alone(remote: RemoteList, purchases: Resource) -> None:
    mirror_open_payments(remote, 1)

    def read_while_an_operation_writes(client: Any, remote_id: str) -> Item[Any]:
        item = remote.read_one(client, remote_id)
        later = item.read_at + timedelta(hours=1)
        mirror_item(name="purchases", payload=item.payload, read_at=later, source="operation")
        return item

    payments_resource(remote, read_one=read_while_an_operation_writes)
    remote.change(1, status="pending_bank")
    remote.clock -= timedelta(hours=2)
    sync("purchases", "open")
    Payment.objects.update(read_at=timezone.now() - timedelta(minutes=5))
    asked = count_reads(remote, failing={})
    sync("purchases", "open")
    assert asked == {"1": 1}


@pytest.mark.parametrize("spoil", ["refused", "quarantined"])
def test_the_longer_an_object_cannot_be_read_the_less_often_it_is_tried(
    remote: RemoteList, purchases: Resource, spoil: str
) -> None:
    mirror_open_payments(remote, 1)
    if spoil == "quarantined":
        remote.change(1, fiat_amount="abc")
    asked = count_reads(remote, failing={"1": REFUSED} if spoil == "refused" else {})
    assert _minutes_of_reads(asked, hours=10) == [0, 15, 45, 105, 225, 345, 465, 585]


def test_an_object_that_the_network_lost_is_tried_again_soon_however_often(
    remote: RemoteList, purchases: Resource
) -> None:
    mirror_open_payments(remote, 1)
    asked = count_reads(remote, failing={"1": NotSent("connection refused", endpoint="get_payment")})
    assert _minutes_of_reads(asked, hours=1) == [0, 15, 30, 45]


def _minutes_of_reads(asked: Counter[str], *, hours: int) -> list[int]:
    """In which minutes of so many hours payment 1 is asked for, with a run every three minutes."""
    minutes = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for minute in range(0, hours * 60, 3):
            before = asked["1"]
            sync("purchases", "open")
            if asked["1"] > before:
                minutes.append(minute)
            clock.shift(timedelta(minutes=3))
    return minutes

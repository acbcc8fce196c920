"""Bad items are put aside with their reason, and the rest lands."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.sync.models import Quarantine, SyncRun
from backoffice.sync.queries import open_quarantine
from backoffice.sync.resources import Resource, Row
from backoffice.sync.services import mirror_item, refresh_one, retry_quarantined
from banking.models import BankTransaction
from payments.models import Payment
from tests.people import sign_in
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, line, lines, lines_resource, parse_line, payments_resource


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"amount": "1.00"}, "id is missing"),
        (line(99, amount="abc"), "amount is not a number"),
        (line(99, amount="1.23456"), "amount has more than 4 digits after the point, and would lose some"),
        (line(99, amount="123456789012"), "amount has more than 11 digits before the point"),
        (line(99, amount="NaN"), "amount is not a number"),
        (line(99, concept="x" * 1001), "concept is longer than 1000 characters"),
        (line(99, concept="a\x00b"), "concept contains a NUL character"),
        (line(99, concept=None), "concept is missing"),
        (line(99, concept=12), "concept is not text"),
        (line("9" * 101), "remote_id is longer than 100 characters"),  # type: ignore[arg-type]  # a hostile id
        (line("9\x009", concept="Rent"), "remote_id contains a NUL character"),  # type: ignore[arg-type]  # a hostile id
        ("not an object at all", "id is missing"),
        (None, "id is missing"),
    ],
)
def test_a_bad_item_is_put_aside_and_the_rest_of_the_page_lands(
    remote: RemoteList, bank_lines: Resource, bad: Any, reason: str
) -> None:
    remote.items = [line(3), bad, line(1)]
    run = sync()
    assert (run.state, run.created, run.quarantined) == (SyncRun.State.SUCCEEDED, 2, 1)
    item = Quarantine.objects.get()
    assert item.reason.startswith(reason)
    assert (item.resource, item.run, item.code_version, item.times_seen) == ("lines", run, 1, 1)
    assert set(BankTransaction.objects.values_list("remote_id", flat=True)) == {"3", "1"}


def test_a_bad_item_keeps_its_payload_whole(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1, amount="abc", rate=Decimal("0.10000000000000000000000000000001"))]
    sync()
    assert '"rate":0.10000000000000000000000000000001' in Quarantine.objects.get().payload


def test_the_same_bad_item_is_one_row_however_often_it_is_seen(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(2, amount="abc"), {"amount": "no id"}, line(1)]
    for _ in range(3):
        sync()
    assert min(open_quarantine().values_list("item_key", "times_seen")) == ("2", 3)
    assert open_quarantine().count() == 2


def test_an_item_that_turned_bad_leaves_its_row_as_it_was_and_does_not_count_as_missing(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.items = lines(3)
    sync()
    remote.change(2, amount="abc")
    run = sync()
    row = BankTransaction.objects.get(remote_id="2")
    assert (run.quarantined, run.missing, row.amount, row.missing_since) == (1, 0, Decimal(100), None)


@pytest.mark.parametrize("mended", ["250.00", "100.00"])
def test_an_item_that_is_mended_lands_and_is_resolved(remote: RemoteList, bank_lines: Resource, mended: str) -> None:
    remote.items = lines(3)
    sync()
    remote.change(2, amount="abc")
    sync()
    remote.change(2, amount=mended)
    run = sync()
    assert (run.quarantined, BankTransaction.objects.get(remote_id="2").amount) == (0, Decimal(mended))
    assert Quarantine.objects.get().resolved_at is not None


def test_an_item_that_the_provider_no_longer_lists_needs_nobody(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [*lines(3), {"amount": "no id"}]
    sync()
    remote.items = lines(3)
    remote.clock += timedelta(minutes=1)
    Quarantine.objects.update(last_seen_at=timezone.now() - timedelta(minutes=1))
    sync()
    assert not open_quarantine().exists()


def test_an_object_that_is_read_anew_and_cannot_become_a_row_is_put_aside(
    remote: RemoteList, purchases: Resource
) -> None:
    remote.items = [{"id": 1, "status": "started", "fiat_amount": "10.00"}]
    sync("purchases")
    payments_resource(remote, parse_one=lambda raw, remote_id: purchases.parse(raw, ""))
    remote.change(1, fiat_amount="abc", status="coins_sent")
    with pytest.raises(UnreadableItem, match="fiat_amount is not a number"):
        refresh_one(name="purchases", remote_id="1", source="webhook")
    item = open_quarantine().get()
    assert (item.item_key, item.run, item.reason) == ("1#single", None, "fiat_amount is not a number")
    assert "coins_sent" in item.payload
    assert Payment.objects.get().status == "started"


def test_each_item_knows_which_object_it_is_about(remote: RemoteList, purchases: Resource) -> None:
    long_id = "1" * 98
    remote.items = [
        {"id": long_id, "status": "started"},
        {"id": 2, "status": "started"},
        {"id": 2, "status": "coins_sent"},
        {"id": 3, "fiat_amount": "abc"},
    ]
    sync("purchases")
    payments_resource(remote, parse_one=lambda raw, remote_id: purchases.parse(raw, ""))
    remote.change(long_id, fiat_amount="abc")  # type: ignore[arg-type]  # an id as the provider may give it
    with pytest.raises(UnreadableItem):
        refresh_one(name="purchases", remote_id=long_id, source="webhook")
    assert sorted(open_quarantine().values_list("remote_id", flat=True)) == [long_id, "2", "3"]
    single = open_quarantine().get(remote_id=long_id)
    payments_resource(remote, version=2, parse_one=lambda raw, remote_id: Row(remote_id=remote_id, columns={}))
    assert retry_quarantined(quarantine_id=single.pk) == 1


def test_items_from_before_are_told_which_object_they_are_about(db: None) -> None:
    now = timezone.now()
    digest = "0a" * 32
    for key in ("4711", "4711#single", f"4711#{digest[:12]}", digest):
        Quarantine.objects.create(
            resource="lines", item_key=key, fingerprint=digest, payload="{}", first_seen_at=now, last_seen_at=now
        )
    import_module("backoffice.sync.migrations.0007_quarantined_remote_id").take_from_the_key(apps, None)
    assert list(Quarantine.objects.order_by("pk").values_list("remote_id", flat=True)) == ["4711", "4711", "4711", ""]


def test_an_item_without_an_id_is_about_no_object(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [{"amount": "no id"}]
    sync()
    assert open_quarantine().get().remote_id == ""


def test_a_list_says_nothing_about_what_was_read_singly(remote: RemoteList, purchases: Resource) -> None:
    quarantine_single_read(remote, purchases)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        sync("purchases")
    assert open_quarantine().get().item_key == "1#single"


def test_what_nobody_reads_singly_any_more_needs_nobody(remote: RemoteList, purchases: Resource) -> None:
    quarantine_single_read(remote, purchases)
    remote.change(1, status="coins_sent")
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        sync("purchases")
    assert not open_quarantine().exists()


def test_when_our_code_learns_to_read_an_item_it_lands_at_the_next_sync(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.items = [line(1, amount="12,50")]
    sync()
    lines_resource(remote, version=2, parse=_parse_commas)
    run = sync()
    assert (run.created, BankTransaction.objects.get().amount) == (1, Decimal("12.50"))
    assert not open_quarantine().exists()


def test_a_person_can_have_quarantined_items_tried_again(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1, amount="12,50"), line(2, amount="13,50"), line(3, amount="abc")]
    sync()
    assert retry_quarantined() == 0
    lines_resource(remote, version=2, parse=_parse_commas)
    first = open_quarantine().get(item_key="1")
    assert retry_quarantined(quarantine_id=first.pk) == 1
    assert list(BankTransaction.objects.values_list("remote_id", flat=True)) == ["1"]
    assert retry_quarantined() == 1
    assert open_quarantine().get().item_key == "3"
    assert retry_quarantined() == 0


def test_a_single_read_of_an_object_that_is_not_mirrored_waits_for_its_list(
    remote: RemoteList,
    purchases: Resource,
    client: Client,
    sofia: User,
    *,
    nudges: list[dict[str, Any]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    item = _quarantine_what_is_not_mirrored(remote, purchases)
    sign_in(client, sofia)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/admin/sync/quarantine/{item.pk}/retry/", follow=True)
    assert "It still cannot be read. Nothing was changed." in answer.content.decode()
    assert nudges == [{"name": "purchases", "mode": "head", "user_id": None}]
    assert (open_quarantine().get(), Payment.objects.exists()) == (item, False)
    sync("purchases", "head")
    assert retry_quarantined(quarantine_id=item.pk) == 1
    assert not open_quarantine().exists()


def test_an_item_whose_object_is_not_mirrored_keeps_no_other_from_being_tried_again(
    remote: RemoteList, purchases: Resource
) -> None:
    waiting = _quarantine_what_is_not_mirrored(remote, purchases)
    other = RemoteList(items=[line(1, amount="12,50")])
    lines_resource(other)
    sync()
    lines_resource(other, version=2, parse=_parse_commas)
    assert retry_quarantined() == 1
    assert open_quarantine().get() == waiting


def test_two_items_of_one_page_with_one_id_are_not_both_believed(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1, concept="the first"), line(1, concept="the second"), line(2)]
    sync()
    assert sync().quarantined == 1
    item = open_quarantine().get()
    assert item.reason.startswith("id is not unique")
    assert "the second" in item.payload
    assert BankTransaction.objects.get(remote_id="1").concept == "the first"


def test_an_item_with_anothers_id_is_not_tried_again_over_the_others_row(
    remote: RemoteList, bank_lines: Resource, client: Client, sofia: User
) -> None:
    remote.items = [line(1, concept="the first"), line(1, concept="the second"), line(2)]
    sync()
    item = open_quarantine().get()
    assert retry_quarantined(quarantine_id=item.pk) == 0
    address = f"/admin/sync/quarantine/{item.pk}"
    page = sign_in(client, sofia).get(f"{address}/change/").content.decode()
    assert "Try again now" not in page
    assert "it would write over the row of the other one" in page
    answer = client.post(f"{address}/retry/", follow=True).content.decode()
    assert "it would write over the row of the other one" in answer
    assert "It still cannot be read" not in answer
    assert BankTransaction.objects.get(remote_id="1").concept == "the first"
    assert open_quarantine().get() == item


def test_an_item_with_an_id_of_its_own_has_a_button_to_try_it_again(
    remote: RemoteList, bank_lines: Resource, client: Client, sofia: User
) -> None:
    remote.items = [line(1, amount="12,50")]
    sync()
    page = sign_in(client, sofia).get(f"/admin/sync/quarantine/{open_quarantine().get().pk}/change/").content.decode()
    assert "Try again now" in page
    assert "it would write over" not in page


def test_what_came_twice_because_it_changed_meanwhile_asks_for_nobody_once_it_came_once(
    remote: RemoteList, bank_lines: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list in the order of changes: what changes while it is read moves to its end, and all behind it move up."""
    monkeypatch.setattr("backoffice.sync.engine.session.BATCH_ROWS", 3)
    remote.items = lines(20)

    def change_one(number: int) -> None:
        remote.clock = timezone.now() - timedelta(seconds=1)
        if number == 5 and remote.items[0]["id"] == 20:
            remote.items = [*remote.items[1:], line(20, concept="Changed meanwhile")]

    remote.before_page = change_one
    run = sync()
    assert (run.error, run.quarantined, remote.asked.count(1)) == ("", 1, 2)
    assert BankTransaction.objects.get(remote_id="20").concept == "Changed meanwhile"
    assert open_quarantine().count() == 0


def test_two_items_of_distant_pages_with_one_id_are_not_both_believed(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1, concept="the first"), *(line(number) for number in range(50, 2, -1)), line(1)]
    sync()
    assert (open_quarantine().count(), BankTransaction.objects.get(remote_id="1").concept) == (1, "the first")


def test_an_id_that_comes_back_batches_later_with_other_content_is_not_believed(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.page_size = 500
    remote.items = [line(1, concept="the first"), *(line(number) for number in range(5000, 2, -1)), line(1)]
    sync()
    assert (open_quarantine().count(), BankTransaction.objects.get(remote_id="1").concept) == (1, "the first")


def test_the_same_item_twice_on_a_page_is_one_row(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1), line(1), line(2)]
    remote.tells_total = False
    run = sync()
    assert (run.created, run.quarantined) == (2, 0)


def test_a_bad_item_of_an_operation_is_refused_and_nothing_is_written(bank_lines: Resource) -> None:
    with pytest.raises(UnreadableItem, match="amount is not a number"):
        mirror_item(name="lines", payload=line(1, amount="abc"), read_at=timezone.now(), source="operation")
    assert not BankTransaction.objects.exists()
    assert not Quarantine.objects.exists()


def quarantine_single_read(remote: RemoteList, purchases: Resource) -> None:
    """Have a payment in the mirror whose single read holds no amount, unlike the list."""
    remote.items = [{"id": 1, "status": "started", "fiat_amount": "10.00"}]
    sync("purchases")
    Payment.objects.update(read_at=timezone.now() - timedelta(minutes=10))
    payments_resource(remote, parse_one=lambda raw, remote_id: purchases.parse(raw, ""))
    remote.change(1, fiat_amount="abc")
    assert sync("purchases", "open").quarantined == 1
    remote.change(1, fiat_amount="10.00")


def _quarantine_what_is_not_mirrored(remote: RemoteList, purchases: Resource) -> Quarantine:
    """Have the single read of a payment in quarantine that is not in the mirror, and could be read by now."""
    payments_resource(remote, parse_one=lambda raw, remote_id: purchases.parse(raw, ""))
    remote.items = [{"id": 1, "status": "started", "fiat_amount": "abc"}]
    with pytest.raises(UnreadableItem):
        refresh_one(name="purchases", remote_id="1", source="webhook")
    remote.change(1, fiat_amount="10.00")
    payments_resource(remote, parse_one=lambda raw, remote_id: Row(remote_id=remote_id, columns={"status": "started"}))
    return open_quarantine().get()


def _parse_commas(raw: Any, partition: str) -> Row:
    return parse_line({**raw, "amount": str(raw["amount"]).replace(",", ".")}, partition)

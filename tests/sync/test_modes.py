"""The newest end, and single objects that are not final yet."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from backoffice.cryptopocket.errors import NotAuthorised, NotFound, NotSent, Refused
from backoffice.sync.errors import NothingOpenError, NotMirroredError
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.queries import open_quarantine
from backoffice.sync.resources import Resource, Row
from backoffice.sync.services import mirror_columns, mirror_item, refresh_one, sync_resource
from banking.models import BankTransaction
from payments.models import Payment
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, line, lines, lines_resource, payments_resource


def purchase(number: int, status: str = "started", **fields: Any) -> dict[str, Any]:
    """A payment as the provider lists it."""
    return {"id": number, "status": status, **fields}


def _age(hours: float, read_minutes_ago: float) -> None:
    now = timezone.now()
    Payment.objects.update(changed_at=now - timedelta(hours=hours), read_at=now - timedelta(minutes=read_minutes_ago))


def test_head_stops_at_the_first_page_without_news(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(30)
    sync()
    remote.items = lines(34)
    remote.asked.clear()
    run = sync(mode="head")
    assert (run.created, run.pages, remote.asked) == (4, 3, [1, 2, 3])


def test_head_of_a_list_without_news_reads_one_page(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(30)
    sync()
    for _ in range(2):
        remote.asked.clear()
        assert sync(mode="head").state == SyncRun.State.SUCCEEDED
        assert remote.asked == [1]


def test_head_reads_past_a_page_of_which_events_brought_every_row(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(9)
    sync()
    remote.items = lines(14)
    for number in (12, 13, 14):
        mirror_item(name="lines", payload=line(number), read_at=timezone.now(), source="webhook")
    remote.asked.clear()
    assert sync(mode="head").created == 2
    assert remote.asked == [1, 2, 3]
    remote.asked.clear()
    assert sync(mode="head").created == 0
    assert remote.asked == [1]


def test_head_reads_past_a_page_of_which_every_new_item_is_bad(remote: RemoteList, bank_lines: Resource) -> None:
    remote.clock -= timedelta(hours=1)
    remote.items = lines(9)
    sync()
    remote.clock = timezone.now()
    remote.items = [*(line(number, amount="abc") for number in (14, 13, 12)), *lines(11)]
    run = sync(mode="head")
    assert (run.created, run.quarantined) == (2, 3)
    SyncRun.objects.filter(pk=run.pk).update(finished_at=remote.clock)
    remote.asked.clear()
    assert sync(mode="head").quarantined == 3
    assert remote.asked == [1]


def test_head_of_a_table_that_is_still_empty_reads_everything(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(10)
    assert sync(mode="head").created == 10


def test_head_marks_nothing_as_missing(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(10)
    remote.clock -= timedelta(hours=1)
    sync()
    remote.items = []
    run = sync(mode="head")
    assert (run.state, run.missing) == (SyncRun.State.SUCCEEDED, 0)


def test_head_of_a_list_that_is_oldest_first_begins_at_its_end(remote: RemoteList, bank_lines: Resource) -> None:
    lines_resource(remote, newest_first=lambda: False)
    remote.items = lines(30)[::-1]
    sync()
    remote.items = lines(32)[::-1]
    remote.asked.clear()
    run = sync(mode="head")
    assert (run.created, remote.asked) == (2, [1, 11, 10])


def test_open_reads_singly_what_is_not_final(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(3), purchase(2), purchase(1, "coins_sent")]
    sync("purchases")
    _age(0.5, 10)
    remote.change(3, status="coins_sent")
    run = sync("purchases", "open")
    assert (run.seen, run.changed, run.unchanged) == (2, 1, 1)
    assert Payment.objects.get(remote_id="3").status == "coins_sent"
    _age(0.5, 10)
    assert sync("purchases", "open").seen == 1


def test_open_begins_with_what_was_read_longest_ago_and_keeps_to_its_limit(
    remote: RemoteList, purchases: Resource, settings: Any
) -> None:
    settings.SYNC_OPEN_READS_PER_RUN = 2
    remote.items = [purchase(number) for number in range(5, 0, -1)]
    sync("purchases")
    _age(0.5, 10)
    read = []
    for _ in range(3):
        before = set(Payment.objects.filter(read_at__lt=timezone.now() - timedelta(minutes=5)))
        sync("purchases", "open")
        read.append(len(before) - Payment.objects.filter(read_at__lt=timezone.now() - timedelta(minutes=5)).count())
    assert read == [2, 2, 1]


@pytest.mark.parametrize(
    ("age_hours", "read_minutes_ago", "is_read"),
    [(0.5, 1, True), (12, 10, False), (12, 20, True), (72, 60, False), (72, 130, True), (24 * 30, 600, False),
     (24 * 30, 730, True)],
)  # fmt: skip
def test_open_asks_less_often_as_objects_age(
    remote: RemoteList, purchases: Resource, age_hours: float, read_minutes_ago: float, is_read: bool
) -> None:
    remote.items = [purchase(1)]
    sync("purchases")
    _age(age_hours, read_minutes_ago)
    assert sync("purchases", "open").seen == int(is_read)


def test_open_marks_what_the_provider_does_not_know_any_more(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(2), purchase(1)]
    sync("purchases")
    _age(0.5, 10)
    remote.remove(2)
    assert sync("purchases", "open").missing == 1
    assert Payment.objects.get(remote_id="2").missing_since is not None


def test_open_marks_nothing_that_a_newer_read_brought_meanwhile(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(1)]
    sync("purchases")
    _age(0.5, 10)

    def read_one(client: Any, remote_id: str) -> Any:
        mirror_item(name="purchases", payload=purchase(1), read_at=timezone.now(), source="operation")
        raise NotFound(endpoint="get_payment", code="not_found")

    payments_resource(remote, read_one=read_one)
    assert sync("purchases", "open").missing == 0
    assert Payment.objects.get().missing_since is None


def test_open_stops_when_the_provider_is_down(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(number) for number in range(30, 0, -1)]
    sync("purchases")
    _age(0.5, 10)
    asked = []

    def read_one(client: Any, remote_id: str) -> Any:
        asked.append(remote_id)
        if len(asked) > 3:
            raise NotSent("connection refused", endpoint="get_payment")
        return remote.read_one(client, remote_id)

    payments_resource(remote, read_one=read_one)
    run = sync("purchases", "open")
    assert (run.state, len(asked), run.unchanged) == (SyncRun.State.FAILED, 3 + 5, 3)
    assert "5 single reads failed one after the other, so the rest was not tried" in run.error


def test_open_leaves_an_object_alone_that_the_provider_refuses(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(2), purchase(1)]
    sync("purchases")
    _age(0.5, 10)
    asked = []

    def read_one(client: Any, remote_id: str) -> Any:
        asked.append(remote_id)
        if remote_id == "2":
            raise Refused(endpoint="get_payment", code="user_banned")
        return remote.read_one(client, remote_id)

    payments_resource(remote, read_one=read_one)
    run = sync("purchases", "open")
    assert (run.state, run.seen) == (SyncRun.State.SUCCEEDED, 1)
    assert run.error == "1 object could not be read and is tried again later: refused with user_banned (1)."
    sync("purchases", "open")
    assert asked.count("2") == 1


def test_open_ends_at_once_when_the_credentials_are_refused(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(2), purchase(1)]
    sync("purchases")
    _age(0.5, 10)

    def read_one(client: Any, remote_id: str) -> Any:
        raise NotAuthorised(endpoint="get_payment")

    payments_resource(remote, read_one=read_one)
    run = sync("purchases", "open")
    assert run.state == SyncRun.State.FAILED
    assert "IP list" in run.error


def test_open_puts_a_bad_object_aside_and_resolves_it_when_it_is_mended(
    remote: RemoteList, purchases: Resource
) -> None:
    remote.items = [purchase(1, fiat_amount="10.00")]
    sync("purchases")
    payments_resource(remote, parse_one=lambda raw, remote_id: purchases.parse(raw, ""))
    _age(0.5, 10)
    remote.change(1, fiat_amount="abc")
    assert sync("purchases", "open").quarantined == 1
    assert open_quarantine().get().item_key == "1#single"
    remote.change(1, fiat_amount="11.00")
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        assert sync("purchases", "open").changed == 1
    assert not open_quarantine().exists()


def test_open_of_a_resource_without_single_reads_is_refused(bank_lines: Resource) -> None:
    with pytest.raises(NothingOpenError):
        sync_resource(name="lines", mode="open")


def test_a_partial_answer_changes_its_columns_and_keeps_the_payload(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(1, holder="Lena Ortega")]
    sync("purchases")
    read_at = timezone.now() + timedelta(minutes=1)
    outcome = mirror_columns(
        name="purchases", remote_id="1", columns={"status": "coins_sent"}, read_at=read_at, source="operation"
    )
    payment = Payment.objects.get()
    assert (outcome, payment.status, payment.holder) == ("changed", "coins_sent", "Lena Ortega")
    assert (payment.payload_data["status"], payment.fingerprint, payment.read_at) == ("started", "", read_at)
    change = RecordedChange.objects.get()
    assert (change.source, change.run, change.columns) == ("operation", None, {"status": ["started", "coins_sent"]})


def test_after_a_partial_answer_the_whole_object_is_compared_again(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(1)]
    sync("purchases")
    mirror_columns(
        name="purchases", remote_id="1", columns={"status": "coins_sent"}, read_at=remote.clock, source="operation"
    )
    assert sync("purchases").changed == 1
    assert Payment.objects.get().status == "started"


def test_a_partial_answer_that_says_nothing_new_only_confirms(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(1)]
    sync("purchases")
    read_at = timezone.now() + timedelta(minutes=1)
    columns = {"status": "started"}
    assert mirror_columns(name="purchases", remote_id="1", columns=columns, read_at=read_at, source="x") == "unchanged"
    payment = Payment.objects.get()
    assert (payment.read_at, payment.fingerprint != "") == (read_at, True)
    assert sync("purchases").unchanged == 1


def test_an_old_partial_answer_is_left_aside(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(1)]
    sync("purchases")
    old = timezone.now() - timedelta(hours=1)
    columns = {"status": "coins_sent"}
    assert mirror_columns(name="purchases", remote_id="1", columns=columns, read_at=old, source="x") == "stale"
    assert Payment.objects.get().status == "started"


@pytest.mark.parametrize(("status", "outcome"), [("coins_sent", "changed"), ("started", "unchanged")])
def test_what_came_beside_a_refusal_does_not_make_a_row_read(
    remote: RemoteList, purchases: Resource, status: str, outcome: str
) -> None:
    remote.items = [purchase(1)]
    sync("purchases")
    read_at = Payment.objects.get().read_at
    columns = {"status": status}
    assert mirror_columns(name="purchases", remote_id="1", columns=columns, read_at=None, source="x") == outcome
    payment = Payment.objects.get()
    assert (payment.status, payment.read_at) == (status, read_at)
    assert sync("purchases").state == SyncRun.State.SUCCEEDED
    assert Payment.objects.get().status == "started"


def test_a_partial_answer_about_nobody_is_an_error(purchases: Resource) -> None:
    with pytest.raises(NotMirroredError):
        mirror_columns(name="purchases", remote_id="1", columns={}, read_at=timezone.now(), source="operation")


def test_one_item_is_mirrored_through_the_same_pipeline(remote: RemoteList, bank_lines: Resource) -> None:
    now = timezone.now()
    assert mirror_item(name="lines", payload=line(1), read_at=now, source="operation") == "created"
    later = now + timedelta(seconds=5)
    assert mirror_item(name="lines", payload=line(1), read_at=later, source="operation") == "unchanged"
    assert BankTransaction.objects.get().read_at == later
    changed = line(1, concept="Rent")
    assert mirror_item(name="lines", payload=changed, read_at=now, source="operation") == "stale"
    assert mirror_item(name="lines", payload=changed, read_at=later, source="operation") == "changed"
    remote.items = [changed]
    assert sync().unchanged == 1


def test_one_object_is_read_anew(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [purchase(1)]
    assert refresh_one(name="purchases", remote_id="1", source="page") == "created"
    remote.change(1, status="pending_bank")
    assert refresh_one(name="purchases", remote_id="1", source="page") == "changed"
    remote.remove(1)
    remote.clock = timezone.now()
    Payment.objects.update(read_at=timezone.now() - timedelta(seconds=1))
    assert refresh_one(name="purchases", remote_id="1", source="page") == "missing"
    assert Payment.objects.get().missing_since is not None


def test_a_column_that_a_domain_made_up_is_a_loud_fault(remote: RemoteList, bank_lines: Resource) -> None:
    lines_resource(remote, parse=lambda raw, partition: Row(remote_id="1", columns={"no_such_column": 1}))
    remote.items = lines(1)
    with pytest.raises(KeyError, match="no_such_column"):
        sync_resource(name="lines", mode="full")

"""How long after the provider's change we learned of it, and what that time is counted from."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.resources import Resource, Row
from backoffice.sync.services import mirror_columns, mirror_item, refresh_one
from payments.models import Payment
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, payments_resource

MeasuredFrom = RecordedChange.MeasuredFrom


def _parse(raw: Mapping[str, Any], partition: str) -> Row:
    columns = {name: raw[name] for name in ("status", "created_at") if name in raw}
    return Row(remote_id=str(raw["id"]), columns=columns, provider_changed_at=raw.get("updated_at"))


def _ago(**length: float) -> datetime:
    return timezone.now() - timedelta(**length)


def _seconds(change: RecordedChange) -> float:
    assert change.learned_after_ms is not None
    return change.learned_after_ms / 1000


@pytest.fixture
def watched(remote: RemoteList, db: None) -> Resource:
    """Payments whose delays are measured, with one that was read in a full run twenty minutes ago."""
    resource = payments_resource(remote, parse=_parse, created_column="created_at")
    remote.clock = _ago(minutes=20)
    remote.items = [{"id": "Pay1", "status": "started", "created_at": _ago(days=30)}]
    sync("purchases")
    _begin_earlier(minutes=20)
    return resource


def _begin_earlier(**length: float) -> None:
    newest = SyncRun.objects.latest("pk")
    SyncRun.objects.filter(pk=newest.pk).update(started_at=_ago(**length))


def _set(remote: RemoteList, **fields: Any) -> None:
    remote.clock = timezone.now()
    remote.items = [{**remote.items[0], **fields}]


@pytest.mark.usefixtures("watched")
def test_what_is_loaded_for_the_first_time_is_history_and_no_delay() -> None:
    assert not RecordedChange.objects.exists()


@pytest.mark.usefixtures("watched")
def test_a_payment_that_is_new_is_measured_from_its_creation(remote: RemoteList) -> None:
    remote.clock = timezone.now()
    remote.items = [{"id": "Pay2", "status": "started", "created_at": _ago(seconds=40)}, *remote.items]
    sync("purchases", "head")
    change = RecordedChange.objects.get()
    assert (change.remote_id, change.columns, change.is_first_sight) == ("Pay2", {}, True)
    assert (change.learned_by, change.measured_from) == ("head", MeasuredFrom.CREATION)
    assert 40 <= _seconds(change) < 60


@pytest.mark.usefixtures("watched")
def test_an_old_payment_that_turns_up_late_is_history(remote: RemoteList) -> None:
    remote.items = [*remote.items, {"id": "Pay0", "status": "started", "created_at": _ago(days=60)}]
    sync("purchases", "head")
    assert Payment.objects.count() == 2
    assert not RecordedChange.objects.exists()


@pytest.mark.usefixtures("watched")
def test_without_any_time_it_is_at_most_the_time_since_the_read_before(remote: RemoteList) -> None:
    Payment.objects.update(read_at=_ago(minutes=3))
    _set(remote, status="coins_sent")
    run = sync("purchases", "open")
    change = RecordedChange.objects.get(run=run)
    assert (change.learned_by, change.measured_from) == ("open", MeasuredFrom.PREVIOUS_READ)
    assert 180 <= _seconds(change) < 200


@pytest.mark.usefixtures("watched")
def test_a_full_run_that_showed_the_row_unchanged_bounds_the_time_as_well(remote: RemoteList) -> None:
    Payment.objects.update(read_at=_ago(days=9))
    _set(remote, status="coins_sent")
    sync("purchases", "head")
    assert 1200 <= _seconds(RecordedChange.objects.get()) < 1220


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("fault", [{"quarantined": 1}, {"error": "The list became shorter."}])
def test_a_full_run_that_could_not_read_everything_bounds_nothing(remote: RemoteList, fault: dict[str, Any]) -> None:
    SyncRun.objects.update(**fault)
    Payment.objects.update(read_at=_ago(days=9))
    _set(remote, status="coins_sent")
    sync("purchases", "head")
    assert _seconds(RecordedChange.objects.get()) >= timedelta(days=9).total_seconds()


@pytest.mark.usefixtures("watched")
def test_the_providers_own_time_of_the_change_is_exact(remote: RemoteList) -> None:
    _set(remote, status="coins_sent", updated_at=_ago(seconds=7))
    sync("purchases", "head")
    change = RecordedChange.objects.get()
    assert change.measured_from == MeasuredFrom.PROVIDER
    assert 7 <= _seconds(change) < 20


@pytest.mark.usefixtures("watched")
def test_a_time_that_does_not_move_with_the_change_is_not_believed(remote: RemoteList) -> None:
    _set(remote, status="coins_sent", updated_at=_ago(days=2))
    sync("purchases", "head")
    change = RecordedChange.objects.get()
    assert change.measured_from == MeasuredFrom.PREVIOUS_READ
    assert _seconds(change) < 1220


@pytest.mark.usefixtures("watched")
def test_a_clock_that_is_ahead_of_ours_makes_no_negative_delay(remote: RemoteList) -> None:
    _set(remote, status="coins_sent", updated_at=timezone.now() + timedelta(minutes=2))
    sync("purchases", "head")
    assert _seconds(RecordedChange.objects.get()) == 0


@pytest.mark.usefixtures("watched")
def test_a_webhook_is_measured_from_its_event(remote: RemoteList) -> None:
    _set(remote, status="coins_sent")
    refresh_one(name="purchases", remote_id="Pay1", source="webhook", nudged_at=_ago(seconds=2))
    change = RecordedChange.objects.get()
    assert (change.learned_by, change.measured_from) == ("webhook", MeasuredFrom.EVENT)
    assert 2 <= _seconds(change) < 10


@pytest.mark.usefixtures("watched")
def test_an_event_from_before_the_last_read_is_not_of_this_change(remote: RemoteList) -> None:
    Payment.objects.update(read_at=_ago(minutes=1))
    _set(remote, status="coins_sent")
    refresh_one(name="purchases", remote_id="Pay1", source="webhook", nudged_at=_ago(minutes=4))
    change = RecordedChange.objects.get()
    assert change.measured_from == MeasuredFrom.PREVIOUS_READ
    assert 60 <= _seconds(change) < 80


@pytest.mark.usefixtures("watched")
def test_a_payment_first_seen_through_a_webhook_is_measured_from_the_event(remote: RemoteList) -> None:
    item = {"id": "Pay9", "status": "started", "created_at": _ago(hours=1)}
    mirror_item(name="purchases", payload=item, read_at=timezone.now(), source="webhook", nudged_at=_ago(seconds=3))
    change = RecordedChange.objects.get()
    assert change.measured_from == MeasuredFrom.EVENT
    assert 3 <= _seconds(change) < 20


@pytest.mark.usefixtures("watched")
def test_our_own_code_reading_the_same_answer_differently_is_no_change_of_the_providers(remote: RemoteList) -> None:
    def parse(raw: Mapping[str, Any], partition: str) -> Row:
        row = _parse(raw, partition)
        return Row(remote_id=row.remote_id, columns={**row.columns, "holder": "Lena Ortega"})

    payments_resource(remote, parse=parse, created_column="created_at", version=2)
    remote.clock = timezone.now()
    assert sync("purchases").changed == 1
    change = RecordedChange.objects.get()
    assert (change.learned_after_ms, change.learned_by, change.measured_from) == (None, "", "")


@pytest.mark.usefixtures("watched")
def test_a_row_that_was_missing_and_is_back_is_no_delay(remote: RemoteList) -> None:
    Payment.objects.update(missing_since=_ago(days=3))
    _set(remote, status="coins_sent")
    sync("purchases", "head")
    assert RecordedChange.objects.get().learned_after_ms is None


@pytest.mark.usefixtures("watched")
def test_what_an_operation_writes_into_single_columns_is_not_measured() -> None:
    mirror_columns(
        name="purchases",
        remote_id="Pay1",
        columns={"transfer_concept": "120037"},
        read_at=timezone.now(),
        source="operation",
    )
    assert RecordedChange.objects.get().learned_after_ms is None


def test_a_resource_that_does_not_ask_is_not_measured(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [{"id": "Pay1", "status": "started"}]
    sync("purchases")
    remote.items = [{"id": "Pay1", "status": "coins_sent"}, {"id": "Pay2", "status": "started"}]
    sync("purchases", "head")
    assert RecordedChange.objects.get().learned_after_ms is None


@pytest.mark.usefixtures("watched")
def test_measuring_asks_once_a_run_and_not_at_each_batch(remote: RemoteList) -> None:
    def count(measured: Resource) -> int:
        remote.items = [
            {"id": f"{measured.created_column}{number}", "status": "started", "created_at": timezone.now()}
            for number in range(40)
        ]
        remote.page_size = 5
        with CaptureQueriesContext(connection) as queries:
            assert sync("purchases", "head").created == 40
        return len([query for query in queries if not _is_insert(query["sql"])])

    measured = count(payments_resource(remote, parse=_parse, created_column="created_at"))
    plain = count(payments_resource(remote, parse=_parse, created_column=""))
    assert measured - plain == 1


def _is_insert(sql: str) -> bool:
    return sql.startswith(f'INSERT INTO "{RecordedChange._meta.db_table}"')

"""What a sync does to the rows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.sync.engine.columns import columns_of
from backoffice.sync.engine.statements import upsert
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.queries import history_of
from backoffice.sync.resources import Resource, Row
from banking.models import BankTransaction
from payments.models import OffRamp, Payment
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, line, lines, lines_resource, off_ramps_resource, payments_resource


def test_a_first_sync_makes_a_row_of_every_item(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(8)
    run = sync()
    assert (run.state, run.pages, run.seen, run.created, run.total) == (SyncRun.State.SUCCEEDED, 3, 8, 8, 8)
    row = BankTransaction.objects.get(remote_id="5")
    assert (row.amount, row.concept, row.currency, row.missing_since) == (Decimal("100.00"), "Transfer 5", "", None)
    assert row.payload_data == line(5)
    assert not RecordedChange.objects.exists()


def test_the_same_sync_twice_changes_nothing(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(8)
    sync()
    before = list(BankTransaction.objects.order_by("pk").values())
    run = sync()
    assert (run.created, run.changed, run.unchanged, run.missing) == (0, 0, 8, 0)
    assert list(BankTransaction.objects.order_by("pk").values()) == before


def test_an_unchanged_item_is_not_even_parsed(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(8)
    sync()
    parsed: list[str] = []

    def parse(raw: dict[str, object], partition: str) -> Row:
        parsed.append(str(raw["id"]))
        return bank_lines.parse(raw, partition)

    remote.change(3, concept="Rent of Lena Ortega")
    lines_resource(remote, parse=parse)
    assert sync().changed == 1
    assert parsed == ["3"]


def test_a_change_is_recorded_with_what_it_was_and_what_it_is(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(200)
    remote.page_size = 50
    sync()
    remote.change(7, amount="250.50", counterparty_name="Marta Ruiz")
    remote.change(120, concept="Refund")
    run = sync()
    assert (run.changed, run.unchanged) == (2, 198)
    changes = {change.remote_id: change.columns for change in RecordedChange.objects.filter(run=run)}
    assert changes == {
        "7": {"amount": ["100.0000", "250.50"], "counterparty_name": ["", "Marta Ruiz"]},
        "120": {"concept": ["Transfer 120", "Refund"]},
    }


@pytest.mark.django_db
def test_the_history_of_a_row_names_the_run(remote: RemoteList) -> None:
    payments_resource(remote, name="payments")
    remote.items = [{"id": "Pay1", "status": "started"}]
    sync("payments")
    remote.items = [{"id": "Pay1", "status": "coins_sent"}]
    run = sync("payments")
    change = history_of(Payment.objects.get()).get()
    assert (change.run, change.source, change.columns) == (run, "sync", {"status": ["started", "coins_sent"]})


def test_only_the_time_of_a_real_change_moves(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(2)
    sync()
    first = BankTransaction.objects.get(remote_id="1")
    remote.change(1, note="a field that we keep no column of")
    run = sync()
    row = BankTransaction.objects.get(remote_id="1")
    assert (run.changed, run.unchanged) == (0, 2)
    assert (row.changed_at, row.first_seen_at) == (first.changed_at, first.first_seen_at)
    assert row.payload_data["note"] == "a field that we keep no column of"


def test_a_column_that_a_payload_does_not_mention_keeps_its_value(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1, counterparty_name="Lena Ortega", direction="credit")]
    sync()
    remote.items = [{"id": 1, "amount": "99.00"}]
    sync()
    row = BankTransaction.objects.get()
    assert (row.amount, row.concept, row.counterparty_name) == (Decimal(99), "Transfer 1", "Lena Ortega")
    assert set(RecordedChange.objects.get().columns) == {"amount"}


def test_an_older_answer_never_overwrites_a_newer_one(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1, concept="as it is now")]
    sync()
    remote.items = [line(1, concept="as it was")]
    remote.clock -= timedelta(hours=1)
    run = sync()
    assert (run.stale, run.changed) == (1, 0)
    assert BankTransaction.objects.get().concept == "as it is now"
    assert not RecordedChange.objects.exists()


def test_when_our_code_changes_every_row_is_written_again(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(5)
    sync()

    def parse(raw: dict[str, object], partition: str) -> Row:
        row = bank_lines.parse(raw, partition)
        return Row(remote_id=row.remote_id, columns={**row.columns, "direction": "credit"})

    lines_resource(remote, parse=parse, version=2)
    run = sync()
    assert run.changed == 5
    assert set(BankTransaction.objects.values_list("direction", flat=True)) == {"credit"}
    assert sync().unchanged == 5


@pytest.mark.parametrize("amount", ["0", "0.0000", "-12.34", "-99999999999.9999", "99999999999.9999", "1E+3"])
def test_an_amount_of_money_is_kept_exactly(remote: RemoteList, bank_lines: Resource, amount: str) -> None:
    remote.items = [line(1, amount=amount)]
    assert sync().created == 1
    assert BankTransaction.objects.get().amount == Decimal(amount)
    remote.change(1, note="so that it is compared")
    assert sync().changed == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "amount", ["0", "-0.000000000000000001", "1.123456789012345678", "12345678901234567890.123456789012345678"]
)
def test_an_amount_of_coins_keeps_its_18_decimals(remote: RemoteList, amount: str) -> None:
    payments_resource(remote)
    remote.items = [{"id": "Pay1", "coin_amount": amount}]
    assert sync("purchases").created == 1
    payment = Payment.objects.get()
    assert payment.coin_amount is not None
    assert (payment.coin_amount, payment.coin_amount.as_tuple()) == (Decimal(amount), Decimal(amount).as_tuple())


@pytest.mark.django_db
def test_78_digits_of_base_units_are_kept(remote: RemoteList) -> None:
    off_ramps_resource(remote)
    digits = "1" + "0123456789" * 7 + "1234567"
    remote.items = [{"id": "Off1", "amount": digits, "decimals": 18}]
    sync("sales")
    off_ramp = OffRamp.objects.get()
    assert (len(digits), off_ramp.base_units) == (78, digits)
    assert str(off_ramp.coin_amount) == f"{digits[:-18]}.{digits[-18:]}"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "🦊" * 255, "\u202edrawkcab", "O\"Brien \\ '; DROP TABLE x; --", "\u0001"]
)
def test_hostile_text_is_kept_as_it_came(remote: RemoteList, bank_lines: Resource, name: str) -> None:
    remote.items = [line(1, counterparty_name=name)]
    assert sync().created == 1
    row = BankTransaction.objects.get()
    assert (row.counterparty_name, row.payload_data["counterparty_name"]) == (name, name)


def test_numbers_of_a_payload_lose_no_digit(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [line(1, rate=Decimal("0.12345678901234567890123456789"), big=10**77)]
    sync()
    data = BankTransaction.objects.get().payload_data
    assert (data["rate"], data["big"]) == (Decimal("0.12345678901234567890123456789"), 10**77)


@pytest.mark.parametrize("changed_of_a_hundred", [0, 1, 100])
def test_a_thousand_rows_more_cost_at_most_four_statements(
    remote: RemoteList, bank_lines: Resource, changed_of_a_hundred: int
) -> None:
    remote.page_size = 500
    costs = []
    for count in (2000, 8000):
        remote.items = lines(count)
        sync()
        remote.items = [
            line(n, concept="new") if n % 100 < changed_of_a_hundred else line(n) for n in range(count, 0, -1)
        ]
        costs.append(_count_statements())
    assert (costs[1] - costs[0]) / 6 <= 4, costs


def test_a_first_load_costs_at_most_four_statements_a_thousand_rows(remote: RemoteList, bank_lines: Resource) -> None:
    remote.page_size = 500
    remote.items = lines(2000)
    small = _count_statements()
    BankTransaction.objects.all().delete()
    remote.items = lines(8000)
    assert (_count_statements() - small) / 6 <= 4


def test_a_row_seen_on_two_pages_because_the_list_moved_is_no_error(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(7)

    def move(number: int) -> None:
        if number == 2 and len(remote.items) == 7:
            remote.items = [line(8), *remote.items]

    remote.before_page = move
    run = sync()
    assert (run.state, run.quarantined) == (SyncRun.State.SUCCEEDED, 0)
    assert BankTransaction.objects.count() == 8


def _count_statements() -> int:
    """All of them, BEGIN and COMMIT included."""
    with CaptureQueriesContext(connection) as queries:
        sync()
    return len(queries)


def test_the_database_itself_refuses_an_older_answer_that_slipped_past_us(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.items = [line(1, concept="as it is now")]
    sync()
    columns = columns_of(BankTransaction)
    stored = BankTransaction.objects.values(*columns.all).get()
    older = {**stored, "concept": "as it was", "read_at": stored["read_at"] - timedelta(seconds=1)}
    assert upsert(BankTransaction, [columns.prepare(older)]) == []
    assert BankTransaction.objects.get().concept == "as it is now"
    same_time = {**older, "read_at": stored["read_at"]}
    assert [remote_id for _, remote_id in upsert(BankTransaction, [columns.prepare(same_time)])] == ["1"]

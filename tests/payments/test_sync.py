"""Payments, off-ramps and reference data, from the stand-in provider over HTTP into rows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backoffice import provider
from backoffice.sandbox import Sandbox
from backoffice.sync.models import Quarantine, RecordedChange, SyncRun
from backoffice.sync.services import sync_resource
from payments.models import Asset, OffRamp, Payment, PaymentMethod

pytestmark = pytest.mark.django_db

LIST = "listOnRampTransactions"
DIGITS_78 = "115792089237316195423570985008687907853269984665640564039457584007913129639935"


def sync(name: str, mode: str = "full") -> SyncRun:
    return sync_resource(name=name, mode=mode)


def test_a_listed_payment_becomes_a_row_in_whole_units(sandbox: Sandbox) -> None:
    row = sandbox.control.add_payment(
        fiat_amount=12_550, status="pending_bank", concept=130042, user_id="4711", external_id="remit-1"
    )
    assert sync("payments").state == SyncRun.State.SUCCEEDED
    payment = Payment.objects.get()
    assert payment.remote_id == row["id"]
    assert (payment.fiat_amount, payment.fiat_symbol) == (Decimal("125.50"), "EUR")
    assert (payment.status, payment.transfer_concept, payment.customer_id) == ("pending_bank", "130042", "4711")
    assert (payment.external_id, payment.holder, payment.payment_type) == ("remit-1", "", "transfer")
    assert payment.coin_amount == Decimal("107.35")


def test_the_same_sync_twice_changes_no_row(start_provider: Any) -> None:
    start_provider(customers=50, payments=120, offramps=40, bank_transactions=0)
    for name in ("payments", "offramps", "assets", "payment_methods"):
        first, second = sync(name), sync(name)
        assert first.created > 0
        assert (second.created, second.changed, second.unchanged) == (0, 0, first.created), name


def test_a_payment_that_moves_on_is_read_singly_until_its_coins_are_sent(sandbox: Sandbox) -> None:
    row = sandbox.control.add_payment(status="payment_received")
    sync("payments")
    sandbox.control.change_payment(row["id"], status="coins_sent", txid="0xabc")
    assert sync("payments", "open").changed == 1
    payment = Payment.objects.get()
    assert (payment.status, payment.txid) == ("coins_sent", "0xabc")
    sandbox.control.forget_calls()
    sync("payments", "open")
    assert sandbox.control.calls("getPayment") == 0


def test_what_a_change_was_is_kept(sandbox: Sandbox) -> None:
    row = sandbox.control.add_payment(status="started")
    sync("payments")
    sandbox.control.change_payment(row["id"], status="pending_bank")
    sync("payments")
    assert RecordedChange.objects.get(remote_id=row["id"]).columns["status"] == ["started", "pending_bank"]


def test_an_unknown_status_is_kept_as_it_came(sandbox: Sandbox) -> None:
    sandbox.control.add_payment(status="held_for_review")
    sync("payments")
    assert Payment.objects.get().status == "held_for_review"


def test_a_list_in_another_unit_stops_the_run_and_writes_nothing(sandbox: Sandbox) -> None:
    for _ in range(3):
        sandbox.control.add_payment(fiat_amount=12_500)
    sandbox.control.fault("wrong_unit", LIST, count=None)
    run = sync("payments")
    assert run.state == SyncRun.State.FAILED
    assert "fiat_unit of list_payments" in run.error
    assert "125.00" in run.error
    assert not Payment.objects.exists()


def test_a_list_in_whole_units_with_decimals_stops_the_run_too(sandbox: Sandbox) -> None:
    sandbox.control.add_payment(fiat_amount=12_550)
    sandbox.control.fault("bad_item", LIST, field="fiat_amount", value="125.50", count=None)
    run = sync("payments")
    assert run.state == SyncRun.State.FAILED
    assert "not in cents" in run.error
    assert not Payment.objects.exists()


def test_payments_of_nothing_cannot_tell_the_unit_and_are_taken_as_they_are(sandbox: Sandbox) -> None:
    sandbox.control.add_payment(fiat_amount=0)
    assert sync("payments").state == SyncRun.State.SUCCEEDED
    assert Payment.objects.get().fiat_amount == Decimal(0)


def test_a_payment_that_is_gone_when_read_alone_leaves_the_check_to_the_next_one(sandbox: Sandbox) -> None:
    sandbox.control.add_payment(fiat_amount=1_000)
    sandbox.control.add_payment(fiat_amount=2_000)
    sandbox.control.fault("error_code", "getPayment", code="payment_not_found")
    assert sync("payments").state == SyncRun.State.SUCCEEDED
    assert Payment.objects.count() == 2


def test_a_provider_that_cannot_be_asked_for_the_check_leaves_everything_unwritten(sandbox: Sandbox) -> None:
    sandbox.control.add_payment()
    sandbox.control.fault("error_500", "getPayment", count=None)
    assert sync("payments").state == SyncRun.State.FAILED
    assert not Payment.objects.exists()


@pytest.mark.parametrize("cents", [1, -12_550, 9_999_999_999_999])
def test_amounts_small_negative_and_large_are_kept_exactly(sandbox: Sandbox, cents: int) -> None:
    sandbox.control.add_payment(fiat_amount=cents)
    sync("payments")
    payment = Payment.objects.get()
    assert payment.fiat_amount == Decimal(cents) / 100


@pytest.mark.parametrize(
    ("field", "value"),
    [("fiat_amount", "abc"), ("fiat_amount", 10**20), ("created_at", "yesterday"), ("id", None), ("status", "x" * 51)],
)
def test_a_bad_payment_is_put_aside_and_the_rest_of_the_page_lands(sandbox: Sandbox, field: str, value: Any) -> None:
    for _ in range(3):
        sandbox.control.add_payment()
    sandbox.control.fault("bad_item", LIST, field=field, value=value, item=1, count=None)
    run = sync("payments")
    assert (run.state, run.quarantined) == (SyncRun.State.SUCCEEDED, 1)
    assert Payment.objects.count() == 2
    assert field in Quarantine.objects.get().reason


def test_coins_with_eighteen_decimals_are_kept_to_the_last_digit(sandbox: Sandbox) -> None:
    sandbox.control.add_payment(coin_amount="0.123456789012345678")
    sync("payments")
    assert Payment.objects.get().coin_amount == Decimal("0.123456789012345678")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "\U0001f642" * 255, "\u202e\u05d0\u05d5\u05e8", "O'Hara; DROP TABLE"]
)
def test_a_hostile_payer_is_kept_as_the_text_it_is(sandbox: Sandbox, name: str) -> None:
    sandbox.control.add_payment(holder=name)
    sync("payments")
    assert Payment.objects.get().holder == name


def test_an_off_ramp_of_78_digits_is_kept_to_the_last_one(sandbox: Sandbox) -> None:
    sandbox.control.add_offramp(amount=DIGITS_78, decimals=18, fiat_amount="231.90")
    sync("offramps")
    off_ramp = OffRamp.objects.get()
    assert off_ramp.base_units == DIGITS_78
    assert off_ramp.coin_amount is not None
    assert format(off_ramp.coin_amount, "f") == f"{DIGITS_78[:-18]}.{DIGITS_78[-18:]}"
    assert off_ramp.fiat_amount == Decimal("231.90")


def test_an_off_ramp_is_read_singly_until_it_is_paid_out(sandbox: Sandbox) -> None:
    row = sandbox.control.add_offramp(status="pending")
    sync("offramps")
    sandbox.control.change_offramp(row["id"], status="finished")
    assert sync("offramps", "open").changed == 1
    assert OffRamp.objects.get().status == "finished"


def test_assets_and_methods_have_ids_of_their_own_making(sandbox: Sandbox) -> None:
    sync("assets")
    sync("payment_methods")
    assert Asset.objects.get(remote_id="USDC/polygon").chain == "polygon"
    assert PaymentMethod.objects.get(remote_id="transfer/EUR").name == "Bank transfer"


def test_a_list_in_whole_units_and_single_reads_in_cents_go_together_once_the_contract_file_says_so(
    sandbox: Sandbox, settings: Any, tmp_path: Path
) -> None:
    contract = tmp_path / "contract.toml"
    contract.write_text('[endpoints.list_payments]\nfiat_unit = "whole"\n')
    settings.CRYPTOPOCKET_CONTRACT = str(contract)
    provider.reset_client()
    row = sandbox.control.add_payment(fiat_amount=12_500, status="pending_bank")
    sandbox.control.fault("wrong_unit", LIST, count=None)
    assert sync("payments").state == SyncRun.State.SUCCEEDED
    sandbox.control.change_payment(row["id"], status="payment_received")
    assert sync("payments", "open").changed == 1
    payment = Payment.objects.get()
    assert (payment.status, payment.fiat_amount) == ("payment_received", Decimal(125))

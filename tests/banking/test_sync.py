"""Bank accounts and their lines, from the stand-in provider over HTTP into rows."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice import provider
from backoffice.sandbox import Sandbox
from backoffice.sync.models import SyncRun
from backoffice.sync.services import sync_resource
from banking.models import BankAccount, BankTransaction

pytestmark = pytest.mark.django_db

LIST = "listBankAccountTransactions"


def sync(name: str, mode: str = "full") -> SyncRun:
    return sync_resource(name=name, mode=mode)


def sync_banking(mode: str = "full") -> SyncRun:
    sync("bank_accounts")
    return sync("bank_transactions", mode)


def test_a_line_of_an_account_becomes_a_row(sandbox: Sandbox) -> None:
    added = sandbox.control.add_bank_transaction(
        amount="125.50", concept="130042", counterparty_name="Lena Ortega", counterparty_iban="ES11"
    )
    assert sync_banking().state == SyncRun.State.SUCCEEDED
    line = BankTransaction.objects.select_related("account").get()
    assert line.remote_id == str(added["id"])
    assert (line.amount, line.currency, line.direction) == (Decimal("125.50"), "EUR", "credit")
    assert (line.concept, line.counterparty_name, line.counterparty_iban) == ("130042", "Lena Ortega", "ES11")
    assert (line.reconciled, line.payment_id) == (False, None)
    assert line.account is not None
    assert line.account.iban == added["iban"]


def test_lines_of_both_accounts_are_read_each_with_its_own(sandbox: Sandbox) -> None:
    sandbox.control.add_bank_transaction(account=0)
    sandbox.control.add_bank_transaction(account=1)
    sync_banking()
    assert BankAccount.objects.count() == 2
    ibans = [account.iban for account in BankAccount.objects.order_by("iban")]
    assert [line.account_id for line in BankTransaction.objects.order_by("account_id")] == ibans


def test_the_same_sync_twice_changes_no_row(start_provider: Any) -> None:
    start_provider(customers=50, payments=60, offramps=0, bank_transactions=200)
    first, second = sync_banking(), sync_banking()
    assert first.created == 200
    assert (second.created, second.changed, second.unchanged) == (0, 0, 200)


def test_a_direction_in_capitals_is_the_same_direction(sandbox: Sandbox) -> None:
    sandbox.control.add_bank_transaction(direction="CREDIT")
    sync_banking()
    assert BankTransaction.objects.get().direction == "credit"


def test_a_line_without_a_direction_goes_the_way_of_its_sign(sandbox: Sandbox) -> None:
    sandbox.control.add_bank_transaction(amount="-3.00", direction=None)
    sync_banking()
    assert BankTransaction.objects.get().direction == "debit"


def test_a_line_of_an_unknown_payment_keeps_its_id(sandbox: Sandbox) -> None:
    sandbox.control.add_bank_transaction(reconciled=True, payment_id="not-mirrored-yet")
    sync_banking()
    assert BankTransaction.objects.get().payment_id == "not-mirrored-yet"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\U0001f642" * 255, "\u202e\u05d0\u05d1", "", None])
def test_a_hostile_text_is_kept_as_the_text_it_is(sandbox: Sandbox, text: str | None) -> None:
    sandbox.control.add_bank_transaction(concept=text)
    sync_banking()
    assert BankTransaction.objects.get().concept == (text or "")


@pytest.mark.parametrize("amount", ["0.00", "-12.34", "9999999999.99", "0.0001"])
def test_amounts_are_kept_exactly(sandbox: Sandbox, amount: str) -> None:
    sandbox.control.add_bank_transaction(amount=amount)
    sync_banking()
    assert BankTransaction.objects.get().amount == Decimal(amount)


def test_an_amount_that_the_column_would_round_is_put_aside(sandbox: Sandbox) -> None:
    sandbox.control.add_bank_transaction()
    sandbox.control.fault("bad_item", LIST, field="amount", value="1.000000000000000001", count=None)
    assert sync_banking().quarantined == 1
    assert not BankTransaction.objects.exists()


def without_ids(sandbox: Sandbox, count: int, **fields: Any) -> None:
    """Add equal lines; the stand-in makes ids, so they are taken away again."""
    usual = {"amount": "50.00", "concept": "INGRESO", "booked_at": "2026-07-01T00:00:00.000000Z", "id": None}
    for _ in range(count):
        sandbox.control.add_bank_transaction(**{**usual, **fields})


def test_equal_lines_without_ids_stay_apart_and_keep_their_keys(sandbox: Sandbox) -> None:
    without_ids(sandbox, 3)
    without_ids(sandbox, 1, concept="OTRO")
    assert sync_banking().created == 4
    keys = set(BankTransaction.objects.values_list("remote_id", flat=True))
    assert len(keys) == 4
    assert all(key.startswith("fp-") for key in keys)
    again = sync_banking()
    assert (again.created, again.changed, again.unchanged) == (0, 0, 4)


def test_equal_lines_without_ids_stay_apart_over_several_pages(sandbox: Sandbox, settings: Any) -> None:
    settings.CRYPTOPOCKET_PAGE_SIZE = 3
    provider.reset_client()
    without_ids(sandbox, 1, booked_at="2026-06-30T00:00:00.000000Z")
    for place in range(4):
        without_ids(sandbox, 2)
        without_ids(sandbox, 1, concept=f"OTRO {place}")
    run = sync_banking()
    assert (run.state, run.created, run.quarantined) == (SyncRun.State.SUCCEEDED, 13, 0), run.error

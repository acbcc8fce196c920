"""Was it reconciled? What the payment and the line say together decides."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice import provider
from backoffice.cryptopocket.resources import BankTransactionResource
from backoffice.operations.kinds import CannotTell, Done, NotDone
from backoffice.sandbox import Sandbox
from banking.reading_back import find_line, judge

OURS = "aZ3kQ9tLm2Xw7VbN5cRy8UePd"


def a_read_line(**fields: Any) -> BankTransactionResource:
    return BankTransactionResource(
        **{"id": "90001", "account_iban": "ES00", "amount": Decimal(1), "direction": "credit", **fields}
    )


@pytest.mark.parametrize(
    ("line", "status", "verdict"),
    [
        ({"payment_id": OURS, "reconciled": True}, "payment_received", Done),
        ({"payment_id": OURS, "reconciled": True}, "pending_bank", Done),
        ({"payment_id": OURS}, "some_new_word", Done),
        ({"payment_id": "another", "reconciled": True}, "pending_bank", NotDone),
        ({"payment_id": "another", "reconciled": True}, "payment_received", NotDone),
        ({"reconciled": True}, "payment_received", Done),
        ({"reconciled": True}, "coins_sent", Done),
        ({"reconciled": True}, "pending_bank", CannotTell),
        ({"reconciled": True}, "some_new_word", CannotTell),
        ({"reconciled": False, "payment_id": None}, "pending_bank", NotDone),
        ({"reconciled": False}, "started", NotDone),
        ({"reconciled": False}, "payment_received", CannotTell),
        ({"reconciled": False}, "", CannotTell),
        ({}, "pending_bank", CannotTell),
        ({"reconciled": None}, "payment_received", CannotTell),
    ],
)
def test_what_both_say_decides(line: dict[str, Any], status: str, verdict: type) -> None:
    judged = judge(line=a_read_line(**line), payment_status=status, payment_id=OURS, answer="seen")
    assert isinstance(judged, verdict)


def test_a_line_that_is_not_found_tells_nothing() -> None:
    judged = judge(line=None, payment_status="payment_received", payment_id=OURS, answer="seen")
    assert judged == CannotTell(reason="The bank line was not found in the provider's list.")


def test_what_cannot_be_told_says_what_both_said() -> None:
    judged = judge(
        line=a_read_line(reconciled=False), payment_status="payment_received", payment_id=OURS, answer="seen"
    )
    assert isinstance(judged, CannotTell)
    assert "“payment_received”" in judged.reason
    assert "not reconciled" in judged.reason


@pytest.mark.django_db
def test_a_line_is_found_among_those_of_its_day(start_provider: Any) -> None:
    sandbox: Sandbox = start_provider(customers=10, payments=10, offramps=0, bank_transactions=400)
    oldest = sandbox.control.bank_transactions()[0]
    sandbox.control.forget_calls()
    found = find_line(
        provider.get_client(), iban=oldest["iban"], line_id=str(oldest["id"]), booked_on=oldest["booked_at"][:10]
    )
    assert found is not None
    assert found.id == str(oldest["id"])
    assert sandbox.control.calls("listBankAccountTransactions") == 1


@pytest.mark.django_db
def test_a_line_without_a_date_is_looked_for_page_by_page(start_provider: Any, settings: Any) -> None:
    settings.CRYPTOPOCKET_PAGE_SIZE = 50
    sandbox: Sandbox = start_provider(customers=10, payments=10, offramps=0, bank_transactions=400)
    oldest = sandbox.control.bank_transactions()[0]
    found = find_line(provider.get_client(), iban=oldest["iban"], line_id=str(oldest["id"]), booked_on="")
    assert found is not None
    assert sandbox.control.calls("listBankAccountTransactions") > 1


@pytest.mark.django_db
def test_looking_for_a_line_ends_after_some_pages(start_provider: Any, settings: Any) -> None:
    settings.CRYPTOPOCKET_PAGE_SIZE = 5
    sandbox: Sandbox = start_provider(customers=10, payments=10, offramps=0, bank_transactions=400)
    iban = sandbox.control.bank_accounts()[0]["iban"]
    assert find_line(provider.get_client(), iban=iban, line_id="nothing", booked_on="") is None
    assert sandbox.control.calls("listBankAccountTransactions") == 20

"""Rows of the mirror, made by hand where a test is about reading them and not about how they came."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from banking.models import BankAccount, BankTransaction
from customers.models import Customer
from payments.models import Payment

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
IBAN = "ES0000000000000000000000"


def mirrored(**fields: Any) -> dict[str, Any]:
    """Return fields with those that every mirrored row has."""
    return {"read_at": NOON, "first_seen_at": NOON, "changed_at": NOON, **fields}


def a_customer(remote_id: str = "4711", **fields: Any) -> Customer:
    """Return Lena Ortega, stored."""
    usual = {"name": "Lena", "last_name": "Ortega", "email": "lena@example.org"}
    return Customer.objects.create(remote_id=remote_id, **mirrored(**{**usual, **fields}))


def a_payment(remote_id: str = "aZ3kQ9tLm2Xw7VbN5cRy8UePd", **fields: Any) -> Payment:
    """Return a payment of 125.50 EUR by transfer that the customer says is sent, stored."""
    usual = {
        "customer_id": "4711",
        "status": "pending_bank",
        "payment_type": "transfer",
        "fiat_amount": Decimal("125.50"),
        "fiat_symbol": "EUR",
        "transfer_concept": "130042",
        "created_at": datetime(2026, 6, 29, 9, 30, tzinfo=UTC),
    }
    return Payment.objects.create(remote_id=remote_id, **mirrored(**{**usual, **fields}))


def an_account(iban: str = IBAN, **fields: Any) -> BankAccount:
    """Return the main account, stored."""
    usual = {"iban": iban, "currency": "EUR", "name": "Main account", "balance": Decimal("10250.75")}
    return BankAccount.objects.create(remote_id=iban, **mirrored(**{**usual, **fields}))


def a_line(remote_id: str = "90001", **fields: Any) -> BankTransaction:
    """Return an incoming line of 125.50 EUR, stored."""
    usual = {
        "account_id": IBAN,
        "amount": Decimal("125.50"),
        "currency": "EUR",
        "direction": "credit",
        "concept": "130042",
        "counterparty_name": "Lena Ortega",
        "booked_at": datetime(2026, 7, 1, 9, 58, tzinfo=UTC),
    }
    return BankTransaction.objects.create(remote_id=remote_id, **mirrored(**{**usual, **fields}))

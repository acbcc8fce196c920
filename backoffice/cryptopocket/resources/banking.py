"""Bank accounts and their transactions (contract 6)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.resources.base import Reader, Resource, make_plan, read_fields
from backoffice.cryptopocket.resources.moments import MomentReader
from backoffice.cryptopocket.resources.values import (
    read_cents,
    read_fiat,
    read_id,
    read_text,
)
from backoffice.cryptopocket.resources.worded import FlagReader, WordReader

FALLBACK_PREFIX = "fp-"


class BankAccountResource(Resource, frozen=True, kw_only=True):
    """An account assigned to the integration (contract 6.1).

    id: the IBAN, unless the override file names another field. iban: exactly as received, since the
    transactions call wants it so. balance: whole units of currency.
    """

    shown_in_repr: ClassVar[tuple[str, ...]] = ("currency",)

    id: str
    iban: str
    bic: str | UnsetType | None = UNSET
    currency: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    balance: Decimal | UnsetType | None = UNSET


class BankTransactionResource(Resource, frozen=True, kw_only=True):
    """A line of an account (contract 6.2).

    id: the provider's, or a fallback that begins with `fp-` (`has_fallback_id`). amount: whole units, signed
    as received. direction: as received, else `debit` below zero and `credit` otherwise.
    """

    shown_in_repr: ClassVar[tuple[str, ...]] = ("id", "direction")

    id: str
    account_iban: str
    amount: Decimal
    direction: str
    currency: str | UnsetType | None = UNSET
    concept: str | UnsetType | None = UNSET
    counterparty_name: str | UnsetType | None = UNSET
    counterparty_iban: str | UnsetType | None = UNSET
    booked_at: datetime | UnsetType | None = UNSET
    reconciled: bool | UnsetType | None = UNSET
    payment_id: str | UnsetType | None = UNSET

    @property
    def has_fallback_id(self) -> bool:
        """Whether the provider gave the line no id."""
        return self.id.startswith(FALLBACK_PREFIX)


class ReconciliationResource(Resource, frozen=True, kw_only=True):
    """The answer to reconcile_payment (contract 6.3). status: the payment's, where the answer has it."""

    shown_in_repr: ClassVar[tuple[str, ...]] = ("payment_id", "bank_transaction_id", "status")

    payment_id: str | UnsetType | None = UNSET
    bank_transaction_id: str | UnsetType | None = UNSET
    status: str | UnsetType | None = UNSET


def _account_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "id": read_id,
        "iban": read_id,
        "bic": read_text,
        "currency": read_text,
        "name": read_text,
        "balance": read_cents if endpoint.fiat_unit == "cents" else read_fiat,
    }


def _transaction_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "id": read_id,
        "account_iban": read_id,
        "amount": read_cents if endpoint.fiat_unit == "cents" else read_fiat,
        "currency": read_text,
        "direction": WordReader(catalogue.words, "direction"),
        "concept": read_text,
        "counterparty_name": read_text,
        "counterparty_iban": read_text,
        "booked_at": MomentReader(catalogue.conventions),
        "reconciled": FlagReader(catalogue.words),
        "payment_id": read_id,
    }


def _reconciliation_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "payment_id": read_id,
        "bank_transaction_id": read_id,
        "status": WordReader(catalogue.words, "payment_status"),
    }


def parse_bank_account(item: Any, *, catalogue: Catalogue) -> BankAccountResource:
    """Return one account of `list_bank_accounts` (contract 6.1). Raises UnreadableItem."""
    plan = make_plan("bank account", _account_readers, catalogue, "list_bank_accounts")
    return BankAccountResource(**read_fields(item, plan=plan))


def parse_bank_transaction(
    item: Any, *, catalogue: Catalogue, account_iban: str, occurrence: int = 0
) -> BankTransactionResource:
    """Return one line of `list_bank_transactions` (contract 6.2). Raises UnreadableItem.

    account_iban: the account that was asked for; a line need not repeat it.
    occurrence: 0 for the first of several lines of an account that are alike in every respect and have no
    id, 1 for the second, and so on. It only enters the fallback id. Such lines cannot be told apart, so it
    does not matter which of them is counted first: whatever the order of reading, n equal lines get the
    same n ids.
    """
    plan = make_plan("bank transaction", _transaction_readers, catalogue, "list_bank_transactions")
    values = read_fields(item, plan=plan)
    values["account_iban"] = values.get("account_iban") or account_iban
    if values.get("direction") is None:
        values["direction"] = "debit" if values["amount"] < 0 else "credit"
    if values.get("id") is None:
        values["id"] = make_fallback_id(values, occurrence=occurrence)
    return BankTransactionResource(**values)


def make_fallback_id(values: Mapping[str, Any], *, occurrence: int) -> str:
    """Return the key of a line without an id: account, date, amount, concept, counterparty (contract 6.2)."""
    booked_at = values.get("booked_at")
    parts = [
        values["account_iban"],
        booked_at.isoformat() if booked_at else None,
        format(values["amount"].normalize(), "f"),
        values.get("concept"),
        values.get("counterparty_name"),
        values.get("counterparty_iban"),
        occurrence,
    ]
    return FALLBACK_PREFIX + hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:40]


def parse_reconciliation(item: Any, *, catalogue: Catalogue) -> ReconciliationResource:
    """Return the answer to reconcile_payment (contract 6.3). Raises UnreadableItem."""
    plan = make_plan("reconciliation", _reconciliation_readers, catalogue, "reconcile_payment")
    return ReconciliationResource(**read_fields(item, plan=plan))

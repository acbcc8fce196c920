"""Bank accounts, their lines, and reconciling; contract 6."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from backoffice.sandbox import validation
from backoffice.sandbox.answers import Answer, fail, fail_validation, succeed
from backoffice.sandbox.call import Call
from backoffice.sandbox.collection import Collection
from backoffice.sandbox.data.banking import BankSource, decimal_text
from backoffice.sandbox.data.calendar import iso_text
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.filtering import within_days
from backoffice.sandbox.paging import answer_page
from backoffice.sandbox.state import State

_BIC = "XXXXESMMXXX"
_RECONCILABLE = ("started", "pending_bank")


def list_bank_accounts(call: Call) -> Answer:
    """List the accounts assigned to the integration."""
    return succeed([describe_account(account) for account in call.state.accounts])


def list_bank_account_transactions(call: Call) -> Answer:
    """List the lines of an account, newest first, between two days where asked."""
    account = next((account for account in call.state.accounts if account.source.iban == call.path["iban"]), None)
    if account is None:
        return fail("account_not_found", status=404)
    return answer_page(call, account, within_days(call, account, field="booked_at"))


def reconcile_payment(call: Call) -> Answer:
    """Match a payment with a bank line; the payment moves on to payment_received.

    Amounts are not compared: no page says that the provider does.
    """
    errors = validation.check(
        call.body, {"payment_id": (validation.text,)}, required=("payment_id", "bank_transaction_id")
    )
    if errors:
        return fail_validation(errors)
    state = call.state
    payment = state.find_payment(call.body["payment_id"])
    if payment is None:
        return fail("payment_not_found", status=404)
    found = state.find_bank_transaction(call.body["bank_transaction_id"])
    if found is None:
        return fail("transaction_not_found", status=404)
    account, line = found
    if account.row(line)["reconciled"] or state.payments.status(payment) not in _RECONCILABLE:
        return fail("already_reconciled", status=409)
    return succeed(_reconcile(state, payment=payment, account=account, line=line))


def add_bank_transaction(state: State, fields: Mapping[str, Any], *, account: int = 0) -> Row:
    """Add a line to an account with the given fields over the usual ones; return the row."""
    collection = state.accounts[account]
    row: Row = {
        "id": collection.source.first_id + len(collection),
        "iban": collection.source.iban,
        "amount": "100.00",
        "currency": "EUR",
        "direction": "credit",
        "concept": None,
        "counterparty_name": None,
        "counterparty_iban": None,
        "booked_at": iso_text(state.clock.now()),
        "reconciled": False,
        "payment_id": None,
        **fields,
    }
    return collection.row(collection.add(row))


def describe_account(account: Collection[BankSource]) -> Row:
    """Return an account; the balance follows the lines added since the start."""
    source = account.source
    added = sum((_signed(account.row(index)) for index in account.added_indexes()), Decimal(0))
    balance = Decimal(decimal_text(source.opening_cents)) + added
    return {"iban": source.iban, "bic": _BIC, "currency": "EUR", "name": source.name, "balance": str(balance)}


def _reconcile(state: State, *, payment: int, account: Collection[BankSource], line: int) -> dict[str, Any]:
    payment_id = state.payments.row(payment)["id"]
    transaction = account.row(line)
    account.change(line, {"reconciled": True, "payment_id": payment_id})
    holder = transaction["counterparty_name"]
    state.payments.change(payment, {"status": "payment_received", "holder": holder})
    answer = {
        "payment_id": payment_id,
        "bank_transaction_id": transaction["id"],
        "status": "payment_received",
    }
    state.record("reconciliations", answer)
    return answer


def _signed(row: Row) -> Decimal:
    try:
        amount = Decimal(str(row["amount"]))
    except InvalidOperation:  # a line added on purpose with an amount that is none
        return Decimal(0)
    return -amount if row["direction"] == "debit" else amount

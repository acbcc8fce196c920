"""What a step of time brings besides the statuses, which follow from the step by themselves."""

from __future__ import annotations

from backoffice.sandbox.data.bank_texts import CREDIT_TEXTS, printed_name
from backoffice.sandbox.data.banking import decimal_text
from backoffice.sandbox.data.customers import FIRST_ID
from backoffice.sandbox.data.mixing import scramble
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.routes.banking import add_bank_transaction
from backoffice.sandbox.routes.payments import add_payment
from backoffice.sandbox.state import State


def advance(state: State, steps: int) -> None:
    """Move time on by steps: statuses follow, announced transfers arrive, others buy."""
    with state.lock:
        for _ in range(steps):
            state.set_step(state.clock.step + 1)
            _book_announced_transfers(state)
            _buy_something(state)
            _book_a_stray_line(state)


def _book_announced_transfers(state: State) -> None:
    """Book a bank line for each transfer that was announced since the start and has none."""
    for index in state.payments.added_indexes():
        row = state.payments.row(index)
        if row["status"] == "pending_bank" and "concept" in row and not row.get("_booked"):
            _book(state, row, number=scramble(state.number("arrivals", index)))
            state.payments.change(index, {"_booked": True})


def _book(state: State, payment: Row, *, number: int) -> None:
    name = _payer_name(state, payment)
    add_bank_transaction(
        state,
        {
            "amount": decimal_text(payment["fiat_amount"]),
            "currency": payment["fiat_symbol"],
            "concept": CREDIT_TEXTS[number % len(CREDIT_TEXTS)](str(payment["concept"]), name),
            "counterparty_name": printed_name(name, number >> 8),
        },
    )


def _buy_something(state: State) -> None:
    """Let one of the generated customers with a valid KYC order a transfer."""
    customers = state.customers.source
    if not customers.valid_count():
        return
    number = scramble(state.number("orders", state.clock.step))
    customer = customers.valid_index(number % customers.valid_count())
    add_payment(
        state,
        {"user_id": str(FIRST_ID + customer), "fiat_amount": 2_000 + (number >> 16) % 100_000, "status": "started"},
    )


def _book_a_stray_line(state: State) -> None:
    number = scramble(state.number("stray-lines", state.clock.step))
    fields = {
        "amount": decimal_text(300 + number % 20_000),
        "direction": "debit",
        "concept": "COMISION TRANSFERENCIA",
    }
    add_bank_transaction(state, fields, account=number % 2)


def _payer_name(state: State, payment: Row) -> tuple[str, str, str]:
    index = state.find_customer(payment["user_id"])
    row = state.customers.row(index) if index is not None else {}
    given = row.get("company_name") or row.get("name") or ""
    return str(given), str(row.get("last_name") or ""), str(row.get("_last_name2") or "")

"""Reading purchases, quotes and methods; contract 4.1, 4.2, 4.5 and 4.6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backoffice.sandbox.amounts import read_amount
from backoffice.sandbox.answers import Answer, fail, succeed
from backoffice.sandbox.call import Call
from backoffice.sandbox.data.calendar import iso_text
from backoffice.sandbox.data.customers import FIRST_ID
from backoffice.sandbox.data.names import place_by_code
from backoffice.sandbox.data.reference import METHOD_COUNTRIES, METHODS, find_asset
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.filtering import within_days
from backoffice.sandbox.paging import answer_page
from backoffice.sandbox.state import State


def list_payment_methods(call: Call) -> Answer:
    """List the methods, those of one country where it is given."""
    place = place_by_code(call.query.get("country_code", ""))
    methods = [
        {"code": code, "name": name, "fiat_symbol": currency, **_country_of(code)}
        for code, name, currency in METHODS
        if place is None or currency == "EUR" or code == place.method
    ]
    return succeed(methods)


def _country_of(method: str) -> Row:
    return {"country_code": METHOD_COUNTRIES[method]} if method in METHOD_COUNTRIES else {}


def get_on_ramp_quote(call: Call) -> Answer:
    """Answer how many tokens an amount of euros buys; the method is read without case (contract 4.2)."""
    amount = read_amount(call.query.get("amount"))
    symbol, method = call.query.get("symbol"), call.query.get("payment_type", "")
    if amount is None or not symbol or not method:
        return fail("fail_mandatory_field")
    asset = find_asset(symbol, call.query.get("chain", "polygon"))
    if asset is None:
        return fail("coin_not_supported")
    if method.lower() not in {code.lower() for code, _, _ in METHODS}:
        return fail("method_not_allowed")
    return succeed({"tokens": round(float(amount / asset.price), 6)})


def get_payment(call: Call) -> Answer:
    """Answer a purchase; ``fiat_amount`` in hundredths, ``user_id`` as text."""
    index = call.state.find_payment(call.path["payment_id"])
    if index is None:
        return fail("payment_not_found")
    return succeed(call.state.payments.public(index))


def list_on_ramp_transactions(call: Call) -> Answer:
    """List purchases, newest first; every filter of contract 4.6."""
    state, payments = call.state, call.state.payments
    indexes: Any = within_days(call, payments, field="created_at")
    if external_id := call.query.get("external_id"):
        held = set(_indexes_of_external_id(state, external_id))
        indexes = sorted(index for index in held if index in indexes)
    dates = (call.query.get("date_from"), call.query.get("date_to"), external_id)
    if status := call.query.get("status"):
        indexes = state.scans.matching(
            payments, key=("status", status, *dates), indexes=indexes,
            matches=lambda index: payments.status(index) == status,
        )  # fmt: skip
    if customer := call.query.get("user_id"):
        indexes = state.scans.matching(
            payments, key=("user", customer, status, *dates), indexes=indexes,
            matches=lambda index: _payer_id(state, index) == customer,
        )  # fmt: skip
    return answer_page(call, payments, indexes)


def add_payment(state: State, fields: Mapping[str, Any]) -> Row:
    """Add a purchase with the given fields over the usual ones; return the row.

    ``fiat_amount`` in hundredths. A transfer without a concept gets the next one.
    """
    payments = state.payments
    row: Row = {
        "id": payments.source.codec.encode(len(payments)),
        "external_id": None,
        "user_id": str(FIRST_ID),
        "status": "started",
        "fiat_amount": 10_000,
        "fiat_symbol": "EUR",
        "coin_symbol": "USDC",
        "coin_amount": 107.35,
        "created_at": iso_text(state.clock.now()),
        "holder": None,
        "payment_type": "transfer",
        **fields,
    }
    if row["payment_type"] == "transfer":
        row.setdefault("concept", state.next_concept())
    return payments.row(payments.add(row))


def _indexes_of_external_id(state: State, external_id: str) -> list[int]:
    payments = state.payments
    touched = [index for index in payments.touched_indexes() if payments.row(index).get("external_id") == external_id]
    generated = payments.source.index_of_external_id(external_id)
    if generated is not None and payments.row(generated).get("external_id") == external_id:
        touched.append(generated)
    return touched


def _payer_id(state: State, index: int) -> str:
    held = state.payments.held_fields(index)
    return str(held["user_id"]) if "user_id" in held else str(FIRST_ID + state.payments.source.payer(index))

"""Creating purchases; contract 4.3 and 4.4."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backoffice.sandbox.amounts import read_amount
from backoffice.sandbox.answers import Answer, fail, fail_in_message, succeed_with_message
from backoffice.sandbox.call import Call
from backoffice.sandbox.data.mixing import uuid_from
from backoffice.sandbox.data.payments import to_cents
from backoffice.sandbox.data.reference import (
    DESTINATION_NAME,
    EURO_RATES,
    EUROPEAN_METHODS,
    LATAM_METHODS,
    MINIMUM_PURCHASE,
    QUARTERLY_CARD_LIMIT,
    Asset,
    find_asset,
)
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.eligibility import refuse_customer, refuse_unidentified
from backoffice.sandbox.routes.payments import add_payment
from backoffice.sandbox.state import State

_SHORTEST_WALLET = 20
_LONGEST_EXTERNAL_ID = 255
_BIC = "XXXXESMMXXX"
_TOO_LONG = "SQLSTATE[22001]: String data, right truncated: 1406 Data too long for column 'external_id' at row 1"


def create_payment(call: Call) -> Answer:
    """Create a purchase by transfer (details and concept), or by any other method (an address)."""
    body = call.body
    method = str(body.get("payment_type") or "transfer")
    needed = ("fiat_symbol", "coin_symbol", "wallet", *(() if method in LATAM_METHODS else ("coin_chain",)))
    refusal = (
        _refuse(call, method=method, needed=needed)
        or _refuse_method(call, method)
        or (refuse_unidentified(call.state, body["user_id"]) if method in LATAM_METHODS else None)
    )
    if refusal:
        return refusal
    if method != "transfer" and len(str(body["wallet"])) < _SHORTEST_WALLET:
        return fail("error_payment_creation")
    row = _add(call, method=method)
    if method == "transfer":
        return _answer_transfer(call.state, row)
    page = f"https://pay.example.com/gateway/{method}?token={uuid_from(call.state.number('checkouts', row['_serial']))}"
    return succeed_with_message("payment_created", {"url_payment": page, "payment_id": row["id"]})


def create_guided_payment(call: Call) -> Answer:
    """Create a purchase that the customer finishes on a hosted page."""
    method = str(call.body.get("payment_type") or "card")
    if len(str(call.body.get("external_id", ""))) > _LONGEST_EXTERNAL_ID:
        return fail_in_message(_TOO_LONG)
    if str(call.body.get("fiat_symbol") or "EUR") != "EUR":
        return fail("guided_payment_eur_only")
    refusal = _refuse(call, method=method, needed=("coin_symbol", "coin_chain"))
    if refusal:
        return refusal
    row = _add(call, method=method)
    data = {
        "payment_id": row["id"],
        "gateway_url": f"https://b2b.example.com/payment/{row['id']}",
        "external_id": row["external_id"],
    }
    return succeed_with_message("guided_payment_created", data)


def _refuse(call: Call, *, method: str, needed: tuple[str, ...]) -> Answer | None:
    """Return why a purchase is refused, in the order of the documented table."""
    body = call.body
    amount = read_amount(body.get("fiat_amount"))
    if amount is None or not body.get("user_id") or not all(body.get(field) for field in needed):
        return fail("fail_mandatory_field")
    index = call.state.find_customer(body["user_id"])
    if index is None:
        return fail("user_not_found")
    return refuse_customer(call.state, index) or _refuse_purchase(call, amount=amount, method=method)


def _refuse_purchase(call: Call, *, amount: Decimal, method: str) -> Answer | None:
    rate = EURO_RATES.get(_currency(call.body), Decimal(0))
    if _asset(call.body) is None or not rate:
        return fail_in_message("coin_not_supported")
    if amount / rate < MINIMUM_PURCHASE:
        return fail("min_purchase", message=f"The minimum is {MINIMUM_PURCHASE * rate:.0f} {_currency(call.body)}")
    spent = _spent_by_card(call.state, str(call.body["user_id"]))
    if method == "card" and spent + amount / rate > QUARTERLY_CARD_LIMIT:
        return fail_in_message("limit_exceded")
    return None


def _refuse_method(call: Call, method: str) -> Answer | None:
    known = method in EUROPEAN_METHODS or method in LATAM_METHODS
    return None if known and (method != "card" or call.state.card_allowed) else fail_in_message("method_not_allowed")


def _add(call: Call, *, method: str) -> Row:
    body = call.body
    amount = read_amount(body["fiat_amount"]) or Decimal(0)
    asset = _asset(body)
    price = asset.price if asset else Decimal(1)
    coins = round(float(amount / EURO_RATES[_currency(body)] / price), 6)
    external_id = body.get("external_id")
    return add_payment(
        call.state,
        {
            "external_id": None if external_id is None else str(external_id),
            "user_id": str(body["user_id"]),
            "fiat_amount": to_cents(amount),
            "fiat_symbol": _currency(body),
            "coin_symbol": str(body["coin_symbol"]).upper(),
            "coin_amount": coins,
            "payment_type": method,
            "_serial": len(call.state.payments),
        },
    )


def _answer_transfer(state: State, row: Row) -> Answer:
    data = {
        "payment_id": row["id"],
        "iban": state.accounts[0].source.iban,
        "bic": _BIC,
        "concept": row["concept"],
        "destination_name": DESTINATION_NAME,
    }
    return succeed_with_message("payment_created", data, spelling="sucess")


def _spent_by_card(state: State, customer_id: str) -> Decimal:
    rows = (state.payments.row(index) for index in state.payments.added_indexes())
    return sum(
        (
            Decimal(row["fiat_amount"]) / 100 / EURO_RATES[row["fiat_symbol"]]
            for row in rows
            if row.get("payment_type") == "card" and row.get("user_id") == customer_id
        ),
        Decimal(0),
    )


def _asset(body: Mapping[str, Any]) -> Asset | None:
    chain = body.get("coin_chain")
    return find_asset(str(body["coin_symbol"]), None if chain is None else str(chain))


def _currency(body: Mapping[str, Any]) -> str:
    return str(body.get("fiat_symbol") or "EUR")

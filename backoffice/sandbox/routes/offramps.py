"""Sales of crypto; contract 5."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backoffice.sandbox.amounts import read_amount
from backoffice.sandbox.answers import Answer, fail, succeed
from backoffice.sandbox.call import Call
from backoffice.sandbox.data.calendar import iso_text
from backoffice.sandbox.data.customers import FIRST_ID
from backoffice.sandbox.data.mixing import scramble
from backoffice.sandbox.data.reference import find_asset
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.eligibility import refuse_customer, refuse_unidentified
from backoffice.sandbox.paging import answer_page
from backoffice.sandbox.state import State


def get_off_ramp_quote(call: Call) -> Answer:
    """Answer how much fiat an amount of tokens yields."""
    amount = read_amount(call.query.get("amount"))
    if amount is None or not call.query.get("symbol"):
        return fail("fail_mandatory_field")
    asset = find_asset(call.query["symbol"], call.query.get("blockchain"))
    if asset is None:
        return fail("coin_not_supported")
    return succeed({"fiat_amount": _fiat_text(amount * asset.price), "fiat_symbol": "EUR"})


def create_off_ramp(call: Call) -> Answer:
    """Create a sale; the answer holds the wallet to send the tokens to."""
    body = call.body
    amount = read_amount(body.get("amount"))
    if amount is None or not body.get("user_id") or not body.get("symbol"):
        return fail("fail_mandatory_field")
    index = call.state.find_customer(body["user_id"])
    if index is None:
        return fail("user_not_found")
    if not body.get("bank_name") and not (body.get("blockchain") and body.get("iban")):
        return fail("fail_mandatory_field")
    refusal = refuse_customer(call.state, index)
    if not refusal and not body.get("iban"):
        refusal = refuse_unidentified(call.state, body["user_id"])
    if refusal:
        return refusal
    chain = body.get("blockchain")
    asset = find_asset(str(body["symbol"]), None if chain is None else str(chain))
    if asset is None:
        return fail("coin_not_supported")
    row = add_offramp(
        call.state,
        {
            "blockchain": asset.chain,
            "crypto": asset.symbol,
            "amount": str(int(amount * 10**asset.decimals)),
            "decimals": asset.decimals,
            "fiat_amount": _fiat_text(amount * asset.price),
            "user_id": str(body["user_id"]),
        },
    )
    wallet = f"0x{scramble(call.state.number('wallets', len(call.state.offramps))):040x}"
    return succeed({"rampoff": "payment created", "wallet": wallet, "id": row["id"]})


def get_off_ramp(call: Call) -> Answer:
    """Answer a sale."""
    index = call.state.find_offramp(call.query.get("id", ""))
    if index is None:
        return fail("rampoff_not_found")
    return succeed(call.state.offramps.public(index))


def list_off_ramp_transactions(call: Call) -> Answer:
    """List sales, newest first, by status and customer where asked."""
    offramps = call.state.offramps
    indexes: Any = range(len(offramps))
    if status := call.query.get("status"):
        indexes = call.state.scans.matching(
            offramps,
            key=("status", status),
            indexes=indexes,
            matches=lambda index: offramps.status(index) == status,
        )
    if customer := call.query.get("user_id"):
        indexes = [index for index in indexes if _seller_id(call.state, index) == customer]
    return answer_page(call, offramps, indexes)


def add_offramp(state: State, fields: Mapping[str, Any]) -> Row:
    """Add a sale with the given fields over the usual ones; return the row."""
    offramps = state.offramps
    row: Row = {
        "id": offramps.source.codec.encode(len(offramps)),
        "status": "pending",
        "blockchain": "polygon",
        "crypto": "USDC",
        "amount": "250000000",
        "decimals": 6,
        "fiat_amount": "232.88",
        "user_id": str(FIRST_ID),
        "created_at": iso_text(state.clock.now()),
        **fields,
    }
    return offramps.row(offramps.add(row))


def _seller_id(state: State, index: int) -> str:
    held = state.offramps.held_fields(index)
    return str(held["user_id"]) if "user_id" in held else str(FIRST_ID + state.offramps.source.seller(index))


def _fiat_text(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01")))

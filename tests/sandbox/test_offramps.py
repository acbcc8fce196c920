"""Sales; contract 5."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.test_purchases import code_of

SALE: dict[str, Any] = {"amount": 250, "symbol": "USDT", "blockchain": "bsc", "iban": "ES9121000418450200051332"}


def test_a_sale_is_read_in_base_units_as_digits_and_fiat_as_decimal_text(empty: Caller, lena: dict[str, Any]) -> None:
    created = empty.post("/createRampoff", SALE | {"user_id": lena["id"]}).json()["data"]
    read = empty.get("/getRampoff", id=created["id"]).json()["data"]
    assert created["rampoff"] == "payment created"
    assert created["wallet"].startswith("0x")
    assert (read["amount"], read["decimals"], read["fiat_amount"]) == ("250000000000000000000", 18, "231.90")
    assert (read["crypto"], read["blockchain"], read["status"]) == ("USDT", "bsc", "pending")


def test_eighteen_decimals_are_kept(empty: Caller, lena: dict[str, Any]) -> None:
    body = SALE | {"user_id": lena["id"], "amount": "0.000000000000000001"}
    created = empty.post("/createRampoff", body, wrong=True).json()["data"]
    assert empty.get("/getRampoff", id=created["id"]).json()["data"]["amount"] == "1"


@pytest.mark.parametrize("missing", ["user_id", "amount", "symbol", "blockchain", "iban"])
def test_a_missing_field_is_refused(empty: Caller, lena: dict[str, Any], missing: str) -> None:
    body = {name: value for name, value in (SALE | {"user_id": lena["id"]}).items() if name != missing}
    assert code_of(empty.post("/createRampoff", body, wrong=True)) == "fail_mandatory_field"


def test_in_latin_america_the_banks_name_stands_in_for_chain_and_account(empty: Caller, lena: dict[str, Any]) -> None:
    body = {"user_id": lena["id"], "amount": 250, "symbol": "USDT", "bank_name": "Banco Ejemplo"}
    assert empty.post("/createRampoff", body).json()["status"] == "ok"


def test_who_may_not_sell_is_told_why(empty: Caller, lena: dict[str, Any]) -> None:
    control = empty.sandbox.control
    refused = {
        "user_not_found": 1,
        "user_banned": control.add_customer(kyc_status="valid", _banned=True)["id"],
        "require_kyc": control.add_customer(kyc_status="processing")["id"],
        "kyc_reinforced_required": control.add_customer(kyc_status="valid", _reinforced=True)["id"],
    }
    for code, customer in refused.items():
        assert code_of(empty.post("/createRampoff", SALE | {"user_id": customer})) == code
    answer = empty.post("/createRampoff", SALE | {"user_id": lena["id"], "symbol": "DOGE"})
    assert code_of(answer) == "coin_not_supported"


def test_a_sale_that_does_not_exist_is_an_error_at_http_200(caller: Caller) -> None:
    assert code_of(caller.get("/getRampoff", id="cN8pWq5ZtE2yKd7RbX1uLh4Gs")) == "rampoff_not_found"


def test_every_generated_sale_is_found_and_its_two_amounts_agree(caller: Caller) -> None:
    for row in caller.list("/rampoff/list"):
        assert caller.get("/getRampoff", id=row["id"]).json()["data"] == row
        tokens = Decimal(row["amount"]) / Decimal(10) ** row["decimals"]
        assert tokens > 0
        assert Decimal(row["fiat_amount"]) >= 50


def test_a_quote_is_decimal_text(caller: Caller) -> None:
    quote = caller.get("/rampoff/quote", amount=250, symbol="USDT", blockchain="bsc").json()["data"]
    assert quote == {"fiat_amount": "231.90", "fiat_symbol": "EUR"}
    assert code_of(caller.get("/rampoff/quote", amount=250, symbol="DOGE")) == "coin_not_supported"
    assert code_of(caller.get("/rampoff/quote", symbol="USDT", wrong=True)) == "fail_mandatory_field"


def test_a_payout_to_the_registered_account_needs_an_identified_customer(empty: Caller) -> None:
    unidentified = empty.sandbox.control.add_customer(kyc_status="valid")["id"]
    body = {"user_id": unidentified, "amount": 250, "symbol": "USDT", "bank_name": "Banco Ejemplo"}
    assert code_of(empty.post("/createRampoff", body)) == "fail_mandatory_field"

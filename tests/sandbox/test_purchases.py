"""Creating and reading purchases; contract 4."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Caller, StartCaller

WALLET = "0x00000000000000000000000000000000000000A1"
ORDER: dict[str, Any] = {
    "fiat_symbol": "EUR", "fiat_amount": 125.5, "coin_symbol": "USDC", "coin_chain": "polygon", "wallet": WALLET,
}  # fmt: skip
GUIDED = {name: value for name, value in ORDER.items() if name != "wallet"}
BOTH = [("/createPayment", ORDER), ("/createGuidedPayment", GUIDED)]


def code_of(answer: Any) -> str:
    """The code, wherever it stands."""
    body = answer.json()
    assert answer.status_code == 200
    assert body["status"] == "error"
    return str(body.get("error") or body["message"])


def test_a_transfer_is_answered_with_sucess_iban_and_concept(empty: Caller, lena: dict[str, Any]) -> None:
    answer = empty.post("/createPayment", ORDER | {"user_id": lena["id"], "external_id": "remit-1"}).json()
    assert (answer["status"], answer["message"]) == ("sucess", "payment_created")
    assert isinstance(answer["data"]["concept"], int)
    assert answer["data"]["iban"] == empty.iban()


@pytest.mark.parametrize("method", ["card", "paypal", "psd2", "KHIPU"])
def test_other_methods_are_answered_with_an_address(empty: Caller, lena: dict[str, Any], method: str) -> None:
    answer = empty.post("/createPayment", ORDER | {"user_id": lena["id"], "payment_type": method}).json()
    assert answer["status"] == "success"
    assert answer["data"]["url_payment"].startswith("https://")


def test_latin_american_methods_need_no_chain(empty: Caller, lena: dict[str, Any]) -> None:
    body = {name: value for name, value in ORDER.items() if name != "coin_chain"}
    body |= {"user_id": lena["id"], "fiat_symbol": "CLP", "fiat_amount": 50000}
    assert empty.post("/createPayment", body | {"payment_type": "KHIPU"}).json()["status"] == "success"
    assert code_of(empty.post("/createPayment", body | {"payment_type": "card"})) == "fail_mandatory_field"


def test_a_payment_is_sent_in_euros_and_read_in_cents_with_the_customer_as_text(
    empty: Caller, lena: dict[str, Any]
) -> None:
    body = GUIDED | {"user_id": lena["id"], "external_id": "remit-2", "fiat_amount": 150.50}
    created = empty.post("/createGuidedPayment", body).json()["data"]
    read = empty.get(f"/payment/{created['payment_id']}").json()["data"]
    assert created["gateway_url"].endswith(created["payment_id"])
    assert (read["fiat_amount"], read["user_id"], read["external_id"]) == (15050, str(lena["id"]), "remit-2")
    assert len(read["id"]) == 25
    assert "txid" not in read


def test_concepts_and_ids_are_never_given_twice(caller: Caller) -> None:
    customer = caller.sandbox.control.add_customer(kyc_status="valid")["id"]
    for _ in range(5):
        caller.post("/createPayment", ORDER | {"user_id": customer})
    rows = caller.list("/payments/list")
    concepts = [row["concept"] for row in rows if "concept" in row]
    assert len(set(concepts)) == len(concepts)
    assert len({row["id"] for row in rows}) == len(rows) == 105


@pytest.mark.parametrize(("path", "order"), BOTH)
@pytest.mark.parametrize("field", ["user_id", "fiat_amount", "coin_symbol", "coin_chain"])
def test_a_missing_field_is_named_only_by_its_code(
    empty: Caller, lena: dict[str, Any], path: str, order: dict[str, Any], field: str
) -> None:
    body = {name: value for name, value in (order | {"user_id": lena["id"]}).items() if name != field}
    assert code_of(empty.post(path, body, wrong=True)) == "fail_mandatory_field"


@pytest.mark.parametrize("amount", [0, -5, "abc", None, True])
def test_an_amount_that_is_none_is_refused(empty: Caller, lena: dict[str, Any], amount: Any) -> None:
    body = ORDER | {"user_id": lena["id"], "fiat_amount": amount}
    assert code_of(empty.post("/createPayment", body, wrong=True)) == "fail_mandatory_field"
    assert empty.sandbox.control.payments() == []


@pytest.mark.parametrize(("path", "order"), BOTH)
def test_nobody_and_the_banned_cannot_buy(empty: Caller, path: str, order: dict[str, Any]) -> None:
    banned = empty.sandbox.control.add_customer(kyc_status="valid", _banned=True)
    assert code_of(empty.post(path, order | {"user_id": 1})) == "user_not_found"
    assert code_of(empty.post(path, order | {"user_id": banned["id"]})) == "user_banned"


@pytest.mark.parametrize(("path", "order"), BOTH)
@pytest.mark.parametrize("status", ["unused", "processing", "fail"])
def test_without_a_valid_kyc_the_form_is_answered(empty: Caller, path: str, order: dict[str, Any], status: str) -> None:
    marta = empty.sandbox.control.add_customer(kyc_status=status)
    answer = empty.post(path, order | {"user_id": marta["id"]})
    assert code_of(answer) == "require_kyc"
    assert answer.json()["data"].startswith("https://")


@pytest.mark.parametrize(("path", "order"), BOTH)
def test_an_enhanced_verification_lifts_the_refusal_once_it_is_completed(
    empty: Caller, path: str, order: dict[str, Any]
) -> None:
    marta = empty.sandbox.control.add_customer(kyc_status="valid", _reinforced=True)
    body = order | {"user_id": marta["id"]}
    answer = empty.post(path, body)
    assert code_of(answer) == "kyc_reinforced_required"
    assert answer.json()["data"]["onboarding_link"].startswith("https://")
    empty.post("/onboarding-form", {"user_id": marta["id"]})
    assert code_of(empty.post(path, body)) == "kyc_reinforced_required"
    empty.sandbox.control.advance(2)
    assert empty.post(path, body).json()["message"].endswith("_created")


@pytest.mark.parametrize(("path", "order"), BOTH)
def test_a_pair_that_is_not_traded_has_its_code_under_message(
    empty: Caller, lena: dict[str, Any], path: str, order: dict[str, Any]
) -> None:
    answer = empty.post(path, order | {"user_id": lena["id"], "coin_symbol": "USDC", "coin_chain": "bitcoin"})
    assert answer.json() == {"status": "error", "message": "coin_not_supported"}


@pytest.mark.parametrize(("path", "order"), BOTH)
def test_below_the_minimum_the_minimum_is_said(
    empty: Caller, lena: dict[str, Any], path: str, order: dict[str, Any]
) -> None:
    answer = empty.post(path, order | {"user_id": lena["id"], "fiat_amount": 19.99})
    assert answer.json() == {"status": "error", "error": "min_purchase", "message": "The minimum is 20 EUR"}
    assert empty.post(path, order | {"user_id": lena["id"], "fiat_amount": 20}).json()["status"] != "error"


@pytest.mark.parametrize(("path", "order"), BOTH)
def test_the_quarterly_card_limit_counts_what_was_bought_before(
    empty: Caller, lena: dict[str, Any], path: str, order: dict[str, Any]
) -> None:
    body = order | {"user_id": lena["id"], "payment_type": "card"}
    assert empty.post(path, body | {"fiat_amount": 15000}).json()["status"] == "success"
    assert code_of(empty.post(path, body | {"fiat_amount": 20})) == "limit_exceded"


def test_a_method_that_is_not_allowed_is_refused(start_caller: StartCaller) -> None:
    caller = start_caller(card_allowed=False)
    customer = caller.sandbox.control.add_customer(kyc_status="valid")["id"]
    for method in ("card", "barter"):
        assert code_of(caller.post("/createPayment", ORDER | {"user_id": customer, "payment_type": method})) == (
            "method_not_allowed"
        )
    caller.sandbox.control.allow_card(allowed=True)
    body = ORDER | {"user_id": customer, "payment_type": "card"}
    assert caller.post("/createPayment", body).json()["status"] == "success"


def test_a_wallet_that_is_none_makes_the_provider_refuse(empty: Caller, lena: dict[str, Any]) -> None:
    body = ORDER | {"user_id": lena["id"], "payment_type": "card", "wallet": "here"}
    assert code_of(empty.post("/createPayment", body)) == "error_payment_creation"


def test_a_guided_payment_is_in_euros_only(empty: Caller, lena: dict[str, Any]) -> None:
    body = GUIDED | {"user_id": lena["id"], "fiat_symbol": "ARS"}
    assert code_of(empty.post("/createGuidedPayment", body)) == "guided_payment_eur_only"


def test_an_exception_can_stand_where_a_code_is_expected(empty: Caller, lena: dict[str, Any]) -> None:
    body = GUIDED | {"user_id": lena["id"], "external_id": "x" * 256}
    assert code_of(empty.post("/createGuidedPayment", body)).startswith("SQLSTATE[22001]")


def test_a_payment_that_does_not_exist_is_an_error_at_http_200(caller: Caller) -> None:
    for payment_id in ("aZ3kQ9tLm2Xw7VbN5cRy8UePd", "short", "ñ" * 25):
        assert code_of(caller.get(f"/payment/{payment_id}")) == "payment_not_found"


def test_every_generated_payment_is_found_by_its_id_and_reads_as_in_the_list(caller: Caller) -> None:
    for row in caller.list("/payments/list"):
        assert caller.get(f"/payment/{row['id']}").json()["data"] == row


def test_quotes_and_prices_refuse_what_is_not_traded(caller: Caller) -> None:
    assert caller.get("/quote", amount=100, symbol="BTC", chain="bitcoin", payment_type="card").json()["data"]["tokens"]
    assert code_of(caller.get("/quote", amount=100, symbol="BTC", payment_type="card")) == "coin_not_supported"
    assert code_of(caller.get("/quote", amount=100, symbol="USDC", payment_type="gold")) == "method_not_allowed"
    assert code_of(caller.get("/quote", symbol="USDC", payment_type="card", wrong=True)) == "fail_mandatory_field"
    assert code_of(caller.get("/tokenPrice", symbol="DOGE")) == "coin_not_supported"
    assert code_of(caller.get("/tokenPrice", wrong=True)) == "fail_mandatory_field"


def test_methods_of_a_country_are_those_of_europe_and_its_own(caller: Caller) -> None:
    codes = {row["code"] for row in caller.get("/getPaymentMethods", country_code="MEX").json()["data"]}
    assert codes == {"card", "paypal", "psd2", "transfer", "SPEI"}


def test_latin_american_methods_need_an_identified_customer(empty: Caller) -> None:
    unidentified = empty.sandbox.control.add_customer(kyc_status="valid")["id"]
    body = ORDER | {"user_id": unidentified, "fiat_symbol": "CLP", "fiat_amount": 50000, "payment_type": "KHIPU"}
    assert code_of(empty.post("/createPayment", body)) == "fail_mandatory_field"
    empty.sandbox.control.change_customer(unidentified, identification_number="11.111.111-1")
    assert empty.post("/createPayment", body).json()["status"] == "success"


def test_an_external_id_may_be_used_twice_and_finds_both(empty: Caller, lena: dict[str, Any]) -> None:
    body = ORDER | {"user_id": lena["id"], "external_id": "remit-7"}
    ids = {empty.post("/createPayment", body).json()["data"]["payment_id"] for _ in range(2)}
    rows = empty.get("/payments/list", external_id="remit-7").json()["data"]
    assert {row["id"] for row in rows} == ids
    assert len(ids) == 2

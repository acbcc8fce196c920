"""The stand-in speaks the whole contract, and nothing beside it."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import Any

import pytest
import requests
from openapi_core.exceptions import OpenAPIError

from backoffice.sandbox.routing import AUTHENTICATE, HANDLERS
from tests.sandbox.conftest import Caller
from tests.sandbox.contract import check_answer, operations

PDF = "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.7\n%%EOF").decode()
CAPTURE = "data:image/jpeg;base64,/9j/2Q=="
WALLET = "0x00000000000000000000000000000000000000A1"


def test_every_call_of_the_contract_has_its_route_and_no_other_has() -> None:
    routed = {operation: key for key, (operation, _) in HANDLERS.items()}
    routed[AUTHENTICATE] = ("POST", "/authenticate")
    assert routed == operations()
    assert len(routed) == 26


def test_every_call_can_be_made_and_answered_by_the_contract(caller: Caller) -> None:
    marta = caller.post("/registerUser", {"name": "Marta", "email": "marta@example.org"}).json()["data"]
    caller.sandbox.control.change_customer(marta["id"], kyc_status="valid")
    customer = marta["id"]
    captures = dict.fromkeys(("document_front", "document_back", "face", "liveness"), CAPTURE)
    caller.post("/registerUser/kyc-delegated", {"name": "Lena", "email": "lena@example.org", **captures})
    caller.post("/register/company", {"email": "office@example.org", "company_name": "Aurora Textil S.L."})
    caller.get("/kyc/check", user_id=customer)
    caller.post("/onboarding-form", {"user_id": customer, "expires_in_days": 14})
    caller.post(f"/customers/{customer}/documents", {"type": "payslip", "file": PDF})
    caller.get("/users/find", email="marta@example.org")
    caller.get("/customers/list")
    order: dict[str, Any] = {"user_id": customer, "fiat_amount": 125.5, "coin_symbol": "USDC", "coin_chain": "polygon"}
    transfer = caller.post("/createPayment", {**order, "fiat_symbol": "EUR", "wallet": WALLET}).json()["data"]
    caller.post("/createGuidedPayment", order)
    caller.get(f"/payment/{transfer['payment_id']}")
    caller.get("/payments/list")
    sale = {"user_id": customer, "amount": 250, "symbol": "USDT", "blockchain": "bsc", "iban": caller.iban()}
    caller.get("/getRampoff", id=caller.post("/createRampoff", sale).json()["data"]["id"])
    caller.get("/rampoff/list")
    lines = f"/banking/accounts/{caller.iban()}/transactions"
    line = next(row for row in caller.list(lines) if not row["reconciled"] and row["direction"] == "credit")
    pair = {"payment_id": transfer["payment_id"], "bank_transaction_id": line["id"]}
    caller.post("/banking/reconcile", pair)
    hook = {"url": "https://app.example.org/hooks", "type": "COINS_SENT"}
    caller.post("/subscribeToWebhook", hook, form=True)
    caller.post("/updateWebhookSubscription", hook, form=True)
    caller.get("/tokenPrice", symbol="USDC")
    caller.get("/available-assets")
    caller.get("/getPaymentMethods", country_code="ARG")
    caller.get("/quote", amount=100, symbol="USDC", payment_type="PSD2")
    caller.get("/rampoff/quote", amount=250, symbol="USDT", blockchain="bsc")

    assert set(caller.sandbox.control.call_counts()) == set(operations())
    answers = caller.sandbox.control.requests()
    assert {request.answered for request in answers} == {200}


def test_the_check_against_the_contract_can_fail(caller: Caller) -> None:
    caller.sandbox.control.fault("bad_item", "listOnRampTransactions", field="fiat_amount", value="abc")
    answer = requests.get(caller.sandbox.base_url + "/payments/list", headers=dict(caller.session.headers), timeout=10)
    with pytest.raises(OpenAPIError):
        check_answer(answer)


def test_an_unknown_path_and_a_wrong_method_are_answered_as_laravel_does(caller: Caller) -> None:
    address = caller.sandbox.base_url
    assert requests.get(address + "/nowhere", timeout=10).status_code == 404
    assert requests.get(address.removesuffix("/api") + "/customers/list", timeout=10).status_code == 404
    assert requests.get(address + "/registerUser", timeout=10).status_code == 405


def test_the_stand_in_needs_neither_django_nor_the_rest_of_the_project() -> None:
    code = (
        "import sys, backoffice.sandbox.command\n"
        "print(*(name for name in sys.modules if name.split('.')[0] in "
        "('django', 'celery', 'requests', 'customers', 'payments', 'banking') "
        "or name.startswith('backoffice.') and not name.startswith('backoffice.sandbox')))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""

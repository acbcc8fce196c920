"""Bank accounts and reconciling; contract 6."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.conftest import Caller, StartCaller


@pytest.fixture
def pair(empty: Caller) -> dict[str, Any]:
    """A transfer that is waited for, and the bank line that pays it."""
    control = empty.sandbox.control
    payment = control.add_payment(status="pending_bank", fiat_amount=12_550)
    line = control.add_bank_transaction(amount="125.50", concept=str(payment["concept"]))
    return {"payment_id": payment["id"], "bank_transaction_id": line["id"]}


def test_there_are_two_accounts_in_euros(caller: Caller) -> None:
    accounts = caller.get("/banking/accounts").json()["data"]
    assert [account["currency"] for account in accounts] == ["EUR", "EUR"]
    assert len({account["iban"] for account in accounts}) == 2


def test_lines_of_an_account_that_is_not_ours_are_http_404(caller: Caller) -> None:
    answer = caller.get("/banking/accounts/ES9121000418450200051332/transactions")
    assert (answer.status_code, answer.json()["error"]) == (404, "account_not_found")


def test_the_balance_follows_the_lines(empty: Caller) -> None:
    before = Decimal(empty.get("/banking/accounts").json()["data"][0]["balance"])
    empty.sandbox.control.add_bank_transaction(amount="100.50")
    empty.sandbox.control.add_bank_transaction(amount="0.25", direction="debit")
    after = Decimal(empty.get("/banking/accounts").json()["data"][0]["balance"])
    assert after - before == Decimal("100.25")


def test_reconciling_moves_the_payment_on_and_marks_the_line(empty: Caller, pair: dict[str, Any]) -> None:
    answer = empty.post("/banking/reconcile", pair).json()
    assert answer == {"status": "ok", "data": pair | {"status": "payment_received"}}
    assert empty.get(f"/payment/{pair['payment_id']}").json()["data"]["status"] == "payment_received"
    (line,) = empty.list(f"/banking/accounts/{empty.iban()}/transactions")
    assert (line["reconciled"], line["payment_id"]) == (True, pair["payment_id"])
    assert empty.sandbox.control.reconciliations() == [pair | {"status": "payment_received"}]


def test_the_id_of_a_line_may_come_as_text(empty: Caller, pair: dict[str, Any]) -> None:
    body = pair | {"bank_transaction_id": str(pair["bank_transaction_id"])}
    assert empty.post("/banking/reconcile", body).json()["status"] == "ok"


def test_neither_line_nor_payment_can_be_reconciled_twice(empty: Caller, pair: dict[str, Any]) -> None:
    empty.post("/banking/reconcile", pair)
    other = empty.sandbox.control.add_payment(status="pending_bank")["id"]
    line = empty.sandbox.control.add_bank_transaction()["id"]
    for again in (pair, pair | {"payment_id": other}, pair | {"bank_transaction_id": line}):
        answer = empty.post("/banking/reconcile", again)
        assert (answer.status_code, answer.json()["error"]) == (409, "already_reconciled")
    assert len(empty.sandbox.control.reconciliations()) == 1


def test_of_two_at_the_same_time_one_wins(empty: Caller, pair: dict[str, Any]) -> None:
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _: empty.post("/banking/reconcile", pair).status_code, range(6)))
    assert Counter(statuses) == {200: 1, 409: 5}


def test_unknown_payment_and_unknown_line_are_http_404(empty: Caller, pair: dict[str, Any]) -> None:
    for body, code in (
        (pair | {"payment_id": "aZ3kQ9tLm2Xw7VbN5cRy8UePd"}, "payment_not_found"),
        (pair | {"bank_transaction_id": 1}, "transaction_not_found"),
        (pair | {"bank_transaction_id": "abc"}, "transaction_not_found"),
    ):
        answer = empty.post("/banking/reconcile", body)
        assert (answer.status_code, answer.json()["error"]) == (404, code)


@pytest.mark.parametrize("body", [{}, {"payment_id": "x"}, {"bank_transaction_id": 1}])
def test_a_missing_id_is_http_422(empty: Caller, body: dict[str, Any]) -> None:
    assert empty.post("/banking/reconcile", body, wrong=True).status_code == 422


def test_generated_lines_pay_generated_payments_once_and_after_they_were_ordered(start_caller: StartCaller) -> None:
    caller = start_caller(customers=100, payments=500, bank_transactions=600)
    payments = {str(row["concept"]): row for row in caller.list("/payments/list") if "concept" in row}
    lines = [row for row in caller.list(f"/banking/accounts/{caller.iban()}/transactions") if row["concept"]]
    alone = [row for row in lines if row["concept"] in payments]
    assert len(alone) > 40
    assert max(Counter(row["concept"] for row in alone).values()) == 1
    for row in alone:
        payment = payments[row["concept"]]
        assert Decimal(payment["fiat_amount"]) / 100 - Decimal(row["amount"]) in (0, Decimal("0.5"))
        assert row["booked_at"] > payment["created_at"]
        expected = payment["id"] if payment["status"] in ("payment_received", "coins_sent") else None
        assert row["payment_id"] == expected
        assert row["reconciled"] == (expected is not None)
    waiting = [row for row in alone if payments[row["concept"]]["status"] == "pending_bank"]
    assert len(waiting) > 10


def test_texts_look_like_those_of_banks(start_caller: StartCaller) -> None:
    caller = start_caller(customers=100, payments=500, bank_transactions=900)
    concepts = {str(row["concept"]) for row in caller.list("/payments/list") if "concept" in row}
    lines = caller.list(f"/banking/accounts/{caller.iban()}/transactions")
    texts = [row["concept"] for row in lines if row["direction"] == "credit"]
    names = [row["counterparty_name"] for row in lines]
    words = [text for text in texts if text and text not in concepts]
    assert any(text in concepts for text in texts), "alone"
    assert any(concept in text.split() for text in words for concept in concepts), "inside words"
    assert any(text in (None, "") for text in texts), "missing"
    broken = [text for text in words if len(text) > 35 and text[35] == " "]
    assert any(concept in text.replace(" ", "") for text in broken for concept in concepts), "broken"
    assert any(name and "," in name for name in names), "surname first"
    assert any(name is None for name in names)
    assert max(Counter(row["amount"] for row in lines).values()) >= 3, "equal amounts"
    assert {row["direction"] for row in lines} == {"credit", "debit"}

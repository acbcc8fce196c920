"""Time moves by steps."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from typing import Any

from tests.sandbox.conftest import Caller, StartCaller


def statuses(caller: Caller, path: str, field: str = "status") -> Counter[str]:
    """How many rows of a list stand in each status."""
    return Counter(row[field] for row in caller.list(path))


def test_a_new_customers_kyc_goes_unused_processing_valid(empty: Caller) -> None:
    customer = empty.post("/registerUser", {"name": "Lena", "email": "lena@example.org"}).json()["data"]["id"]
    seen = []
    for _ in range(4):
        seen.append(empty.get("/kyc/check", user_id=customer).json()["data"]["kyc_status"])
        empty.sandbox.control.advance()
    assert seen == ["unused", "processing", "valid", "valid"]


def test_a_kyc_can_be_made_to_fail(empty: Caller) -> None:
    body = {"name": "Marta", "email": "marta+fail@example.org"}
    customer = empty.post("/registerUser", body).json()["data"]["id"]
    empty.sandbox.control.advance(2)
    data = empty.get("/kyc/check", user_id=customer).json()["data"]
    assert (data["kyc_status"], data["kyc_valid"]) == ("fail", False)


def test_a_guided_payment_goes_started_received_sent_with_a_txid(empty: Caller, lena: dict[str, Any]) -> None:
    order = {"user_id": lena["id"], "fiat_amount": 50, "coin_symbol": "USDC", "coin_chain": "polygon"}
    payment = empty.post("/createGuidedPayment", order).json()["data"]["payment_id"]
    seen = []
    for _ in range(3):
        row = empty.get(f"/payment/{payment}").json()["data"]
        seen.append((row["status"], "txid" in row))
        empty.sandbox.control.advance()
    assert seen == [("started", False), ("payment_received", False), ("coins_sent", True)]


def test_an_announced_transfer_arrives_once_and_waits_to_be_reconciled(empty: Caller) -> None:
    control = empty.sandbox.control
    payment = control.add_payment(fiat_amount=4_321)
    control.advance(5)
    arrived = [row for row in control.bank_transactions() if row["amount"] == "43.21"]
    assert len(arrived) == 1
    assert empty.get(f"/payment/{payment['id']}").json()["data"]["status"] == "pending_bank"
    empty.post("/banking/reconcile", {"payment_id": payment["id"], "bank_transaction_id": arrived[0]["id"]})
    control.advance()
    assert empty.get(f"/payment/{payment['id']}").json()["data"]["status"] == "coins_sent"


def test_a_sale_goes_pending_crypto_received_finished(empty: Caller) -> None:
    sale = empty.sandbox.control.add_offramp()["id"]
    seen = []
    for _ in range(3):
        seen.append(empty.get("/getRampoff", id=sale).json()["data"]["status"])
        empty.sandbox.control.advance()
    assert seen == ["pending", "crypto_received", "finished"]


def test_generated_rows_hold_every_status_and_move_on(start_caller: StartCaller) -> None:
    caller = start_caller(customers=200, payments=300, offramps=60)
    kyc = statuses(caller, "/customers/list", "kyc_status")
    payments, sales = statuses(caller, "/payments/list"), statuses(caller, "/rampoff/list")
    assert set(kyc) == {"unused", "processing", "valid", "fail"}
    assert set(payments) == {"started", "pending_bank", "payment_received", "coins_sent"}
    assert set(sales) == {"pending", "crypto_received", "finished"}
    caller.sandbox.control.advance(30)
    assert statuses(caller, "/customers/list", "kyc_status")["processing"] == 0
    assert statuses(caller, "/payments/list")["coins_sent"] > payments["coins_sent"]
    assert statuses(caller, "/rampoff/list") == {"finished": 60}


def test_a_status_never_goes_back(caller: Caller) -> None:
    before = {row["id"]: row["kyc_status"] for row in caller.list("/customers/list")}
    for _ in range(6):
        caller.sandbox.control.advance(3)
        for row in caller.list("/customers/list"):
            old, new = before[row["id"]], row["kyc_status"]
            order = {"unused": 0, "processing": 1, "valid": 2, "fail": 2}
            assert order[new] >= order[old]
            assert order[old] < 2 or new == old
            before[row["id"]] = new


def test_every_step_brings_a_new_payment_and_a_new_bank_line(caller: Caller) -> None:
    control = caller.sandbox.control
    lines = sum(len(control.bank_transactions(account=account)) for account in (0, 1))
    control.advance(4)
    assert len(control.payments()) == 104
    assert sum(len(control.bank_transactions(account=account)) for account in (0, 1)) >= lines + 4


def test_time_moves_by_itself_at_the_speed_asked_for(start_caller: StartCaller) -> None:
    caller = start_caller(speed=6000)
    deadline = time.monotonic() + 5
    while caller.sandbox.control.summary()["step"] < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert caller.sandbox.control.summary()["step"] >= 3


def test_with_a_fixed_day_the_clock_moves_by_steps_only(start_caller: StartCaller) -> None:
    caller = start_caller(today=datetime.date(2026, 7, 1))
    first = caller.sandbox.control.add_payment()["created_at"]
    caller.sandbox.control.advance(6)
    later = caller.sandbox.control.add_payment()["created_at"]
    assert first.startswith("2026-07-01T00:00:00.")
    assert later.startswith("2026-07-01T01:00:00.")

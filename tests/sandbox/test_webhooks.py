"""Subscriptions, by form body, and the events that are sent for them; contract 7."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from backoffice.sandbox.control import Control
from backoffice.sandbox.options import Options
from tests.sandbox.conftest import Caller, StartCaller
from tests.sandbox.receiver import Receiver

HOOK = {"url": "https://app.example.org/hooks", "type": "COINS_SENT"}


def test_a_subscription_is_answered_with_a_text(empty: Caller) -> None:
    assert empty.post("/subscribeToWebhook", HOOK, form=True).json() == {"status": "ok", "data": "subscription_created"}
    assert empty.sandbox.control.subscriptions() == {"COINS_SENT": "https://app.example.org/hooks"}


def test_an_update_changes_the_address_of_a_type(empty: Caller) -> None:
    empty.post("/subscribeToWebhook", HOOK, form=True)
    changed = HOOK | {"url": "https://app.example.org/hooks-2"}
    answer = empty.post("/updateWebhookSubscription", changed, form=True)
    assert answer.json()["data"] == "subscription_updated"
    assert empty.sandbox.control.subscriptions() == {"COINS_SENT": "https://app.example.org/hooks-2"}


def test_an_update_of_nothing_is_an_error(empty: Caller) -> None:
    assert empty.post("/updateWebhookSubscription", HOOK, form=True).json()["error"] == "subscription_not_found"


@pytest.mark.parametrize("body", [{}, HOOK | {"type": "LUNCH"}, HOOK | {"url": "ftp://a.example"}])
def test_an_unknown_type_or_address_is_an_error(empty: Caller, body: dict[str, Any]) -> None:
    for path in ("/subscribeToWebhook", "/updateWebhookSubscription"):
        assert empty.post(path, body, form=True, wrong=True).json()["status"] == "error"
    assert empty.sandbox.control.subscriptions() == {}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who takes every event."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def subscribed(empty: Caller, receiver: Receiver) -> Control:
    """The powers over an empty provider of which the receiver has subscribed everything."""
    empty.sandbox.control.subscribe(receiver.url)
    return empty.sandbox.control


def deliver(control: Control) -> None:
    """Wait until nothing is on its way any more."""
    assert control.wait_for_deliveries(seconds=20)


def test_a_payment_that_moves_on_is_told_to_whoever_subscribed(subscribed: Control, receiver: Receiver) -> None:
    payment = subscribed.add_payment(payment_type="card", external_id="remit-ñ/7")
    subscribed.advance(3)
    deliver(subscribed)
    said = {"payment_id": payment["id"], "external_id": "remit-ñ/7", "user_id": payment["user_id"]}
    received, sent = sorted(receiver.contents(), reverse=True)
    assert received == ("PAY_IN", {**said, "status": "payment_received"})
    txid = subscribed.payments()[0]["txid"]
    assert sent == ("COINS_SENT", {**said, "status": "coins_sent", "txid": txid})


def test_an_off_ramp_that_moves_on_is_told(subscribed: Control, receiver: Receiver) -> None:
    sale = subscribed.add_offramp(fiat_amount="231.90")
    subscribed.advance(2)
    deliver(subscribed)
    assert sorted(receiver.contents()) == [
        ("CRYPTO_RECEIVED", {"id": sale["id"], "status": "crypto_received", "fiat_amount": "231.90"}),
        ("TRANSFER_RAMPOFF_FINISHED", {"id": sale["id"], "status": "finished", "fiat_amount": "231.90"}),
    ]


def test_the_old_name_of_an_event_is_sent_to_whoever_subscribed_to_it(empty: Caller, receiver: Receiver) -> None:
    empty.post("/subscribeToWebhook", {"url": receiver.url, "type": "RAMPOFF_FINISHED"}, form=True)
    control = empty.sandbox.control
    control.change_offramp(control.add_offramp()["id"], status="finished")
    deliver(control)
    assert [kind for kind, _ in receiver.contents()] == ["RAMPOFF_FINISHED"]


def test_only_what_was_subscribed_is_sent(empty: Caller, receiver: Receiver) -> None:
    empty.post("/subscribeToWebhook", {"url": receiver.url, "type": "COINS_SENT"}, form=True)
    control = empty.sandbox.control
    control.add_payment(payment_type="card")
    control.add_offramp()
    control.advance(3)
    deliver(control)
    assert [kind for kind, _ in receiver.contents()] == ["COINS_SENT"]


def test_a_payment_that_is_reconciled_is_told(empty: Caller, subscribed: Control, receiver: Receiver) -> None:
    payment = subscribed.add_payment(status="pending_bank")
    line = subscribed.add_bank_transaction(amount="100.00")
    empty.post("/banking/reconcile", {"payment_id": payment["id"], "bank_transaction_id": line["id"]})
    deliver(subscribed)
    assert receiver.contents()[0][1]["payment_id"] == payment["id"]
    assert [kind for kind, _ in receiver.contents()] == ["PAY_IN"]


def test_a_change_that_is_not_of_the_status_is_not_told(subscribed: Control, receiver: Receiver) -> None:
    payment = subscribed.add_payment(status="coins_sent")
    subscribed.change_payment(payment["id"], holder="LENA ORTEGA")
    subscribed.change_payment(payment["id"], status="coins_sent")
    deliver(subscribed)
    assert [kind for kind, _ in receiver.contents()] == ["COINS_SENT"]


def test_generated_rows_are_told_too_each_once(start_caller: StartCaller, receiver: Receiver) -> None:
    caller = start_caller(customers=40, payments=120, offramps=40, bank_transactions=0)
    control = caller.sandbox.control
    control.subscribe(receiver.url)
    before = {row["id"]: row["status"] for row in control.payments() + control.offramps()}
    for _ in range(3):
        control.advance(5)
    deliver(control)
    after = {row["id"]: row["status"] for row in control.payments() + control.offramps()}
    last = {"coins_sent": "COINS_SENT", "finished": "TRANSFER_RAMPOFF_FINISHED"}
    expected = {(last[after[row]], row) for row in before if after[row] != before[row] and after[row] in last}
    told = [(kind, data.get("payment_id") or data["id"]) for kind, data in receiver.contents()]
    assert expected <= set(told)
    assert len(told) == len(set(told))


def test_verifications_are_told_to_the_address_agreed_by_mail(start_caller: StartCaller, receiver: Receiver) -> None:
    caller = start_caller(customers=0, payments=0, offramps=0, bank_transactions=0, kyc_events_to=receiver.url)
    lena = caller.sandbox.control.add_customer(email="lena@example.org")["id"]
    caller.sandbox.control.advance(2)
    deliver(caller.sandbox.control)
    told = [(data["user_id"], data["kyc_status"]) for _, data in receiver.contents()]
    assert sorted(told) == [(lena, "processing"), (lena, "unused"), (lena, "valid")]


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_an_event_is_signed_over_the_bytes_that_are_sent(
    start_caller: StartCaller, receiver: Receiver, encoding: str
) -> None:
    control = start_caller(webhook_signature=encoding).sandbox.control
    control.subscribe(receiver.url)
    control.add_payment(status="payment_received", external_id="remit-ñ/7")
    deliver(control)
    (event,) = receiver.events
    digest = event.digest("sk_demo_1")
    assert event.headers["x-api-key"] == "pk_demo_1"
    assert event.headers["x-signature"] == (digest.hex() if encoding == "hex" else base64.b64encode(digest).decode())
    assert abs(int(event.headers["x-timestamp"]) - time.time()) < 10
    assert event.headers["content-type"] == "application/json"
    assert rb'"external_id":"remit-\u00f1\/7"' in event.raw
    assert event.path == "/hooks/?from=provider"


def test_an_event_that_is_not_taken_is_sent_again_until_it_is(subscribed: Control, receiver: Receiver) -> None:
    receiver.answers.extend([503, 302, 401])
    subscribed.add_payment(status="payment_received")
    deliver(subscribed)
    (delivery,) = subscribed.deliveries("PAY_IN")
    assert (delivery.tries, delivery.status, delivery.url) == (4, 200, receiver.url)
    assert delivery.delivered_at
    assert delivery.queued_at <= delivery.delivered_at
    assert len({event.raw for event in receiver.events}) == 1
    assert subscribed.delivery_answers() == {503: 1, 302: 1, 401: 1, 200: 1}
    assert subscribed.delivery_counts() == {
        "queued": 1, "delivered": 1, "given_up": 0, "waiting": 0, "tries": 4, "refused_tries": 3,
    }  # fmt: skip


def test_an_event_that_met_no_answer_is_sent_again(subscribed: Control, receiver: Receiver) -> None:
    receiver.answers.append(0)
    subscribed.add_payment(status="payment_received")
    deliver(subscribed)
    assert [delivery.tries for delivery in subscribed.deliveries()] == [2]


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure(
    start_caller: StartCaller, receiver: Receiver
) -> None:
    control = start_caller(webhook_parallel=1).sandbox.control
    control.send_burst(1, url=receiver.url)
    deliver(control)
    receiver.answers.append(0)
    control.send_burst(1, url=receiver.url)
    deliver(control)
    assert [delivery.tries for delivery in control.deliveries()] == [1, 1]
    assert len(receiver.events) == 3


def test_an_event_that_nobody_takes_is_given_up_in_the_end(start_caller: StartCaller, receiver: Receiver) -> None:
    control = start_caller(webhook_tries=3, webhook_retry_seconds=0.01).sandbox.control
    control.subscribe(receiver.url)
    receiver.answers.extend([500] * 3)
    control.add_payment(status="payment_received")
    deliver(control)
    (delivery,) = control.deliveries()
    assert (delivery.given_up, delivery.tries, delivery.status, delivery.delivered_at) == (True, 3, 500, None)


def test_an_address_where_nobody_listens_is_tried_again(start_caller: StartCaller) -> None:
    control = start_caller(webhook_tries=2, webhook_retry_seconds=0.01).sandbox.control
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        control.subscribe(f"http://127.0.0.1:{taken.getsockname()[1]}/")
        control.add_payment(status="coins_sent")
        deliver(control)
    (delivery,) = control.deliveries()
    assert (delivery.tries, delivery.status, delivery.problem) == (2, None, "ConnectionRefusedError")
    assert control.delivery_answers() == {None: 2}


def test_the_provider_answers_while_an_event_hangs(empty: Caller, subscribed: Control, receiver: Receiver) -> None:
    receiver.gate.clear()
    payment = subscribed.add_payment(status="payment_received")["id"]
    assert subscribed.wait_for_deliveries(count=1, seconds=0.2) is False
    assert empty.get(f"/payment/{payment}").json()["data"]["status"] == "payment_received"
    subscribed.advance()
    receiver.gate.set()
    deliver(subscribed)


def test_connections_are_kept_and_events_sent_side_by_side(start_caller: StartCaller, receiver: Receiver) -> None:
    control = start_caller(webhook_parallel=3).sandbox.control
    control.send_burst(200, url=receiver.url)
    deliver(control)
    assert len(receiver.events) == 200
    assert 1 <= len({event.connection for event in receiver.events}) <= 3


def test_a_silenced_provider_tells_nothing_later(subscribed: Control, receiver: Receiver) -> None:
    subscribed.silence_webhooks()
    payment = subscribed.add_payment(payment_type="card")
    subscribed.advance()
    subscribed.speak_webhooks()
    subscribed.advance()
    deliver(subscribed)
    told = [(kind, data["payment_id"]) for kind, data in receiver.contents()]
    assert told == [("COINS_SENT", payment["id"])]


def test_events_can_be_kept_back_and_sent_in_the_wrong_order(start_caller: StartCaller, receiver: Receiver) -> None:
    control = start_caller(webhook_parallel=1).sandbox.control
    control.subscribe(receiver.url)
    control.hold_webhooks()
    payment = control.add_payment(status="payment_received")["id"]
    control.change_payment(payment, status="coins_sent")
    assert control.wait_for_deliveries(count=1, seconds=0.1) is False
    control.release_webhooks("reversed")
    deliver(control)
    assert [kind for kind, _ in receiver.contents()] == ["COINS_SENT", "PAY_IN"]
    with pytest.raises(ValueError, match="kept, reversed, shuffled"):
        control.release_webhooks("sideways")


def test_forged_old_unsigned_and_unknown_events_can_be_sent(subscribed: Control, receiver: Receiver) -> None:
    receiver.answers.extend([401, 401, 401, 401, 200, 200])
    assert subscribed.send_event("PAY_IN", {"payment_id": "x"}, signature="0" * 64) == 401
    assert subscribed.send_event("PAY_IN", {"payment_id": "x"}, secret="guessed") == 401
    assert subscribed.send_event("PAY_IN", {"payment_id": "x"}, timestamp=1) == 401
    assert subscribed.send_event("PAY_IN", {"payment_id": "x"}, unsigned=True) == 401
    assert subscribed.send_event("LUNCH_SERVED", {"soup": 1}) == 200
    assert subscribed.send_event("PAY_IN", body=b"no json", key="pk_other") == 200
    forged, guessed, old, unsigned, unknown, raw = receiver.events
    assert forged.headers["x-signature"] == "0" * 64
    assert guessed.headers["x-signature"] == guessed.digest("guessed").hex()
    assert old.headers["x-signature"] == old.digest("sk_demo_1").hex()
    assert not {name for name in unsigned.headers if name.startswith("x-")}
    assert unknown.content == {"type": "LUNCH_SERVED", "data": {"soup": 1}}
    assert (raw.raw, raw.headers["x-api-key"]) == (b"no json", "pk_other")
    assert [delivery.tries for delivery in subscribed.deliveries()] == [1] * 6


def test_without_a_subscription_an_event_needs_an_address(empty: Caller) -> None:
    with pytest.raises(ValueError, match="give a url"):
        empty.sandbox.control.send_event("PAY_IN")


def test_a_burst_is_of_different_bodies_unless_asked_otherwise(subscribed: Control, receiver: Receiver) -> None:
    subscribed.send_burst(30, "COINS_SENT", [{"payment_id": "a"}, {"payment_id": "b"}])
    deliver(subscribed)
    assert len({event.raw for event in receiver.events}) == 30
    assert {data["payment_id"] for _, data in receiver.contents()} == {"a", "b"}
    receiver.events.clear()
    subscribed.send_burst(5, "COINS_SENT", {"payment_id": "a"}, same=True)
    deliver(subscribed)
    assert [event.content for event in receiver.events] == [{"type": "COINS_SENT", "data": {"payment_id": "a"}}] * 5


def test_a_stopped_provider_sends_nothing_more(subscribed: Control, empty: Caller, receiver: Receiver) -> None:
    receiver.answers.extend([503] * 1000)
    subscribed.add_payment(status="payment_received")
    empty.sandbox.stop()
    count = len(receiver.events)
    assert subscribed.wait_for_deliveries(count=1, seconds=0.3) is False
    assert len(receiver.events) <= count + 1


def test_the_control_address_has_the_same_powers(start_caller: StartCaller, receiver: Receiver) -> None:
    caller = start_caller(control_port=0)
    address = str(caller.sandbox.control_url)

    def ask(path: str, **body: Any) -> Any:
        answer = requests.post(address + path, json=body, timeout=10)
        assert answer.status_code == 200
        return answer.json()

    assert ask("/subscriptions", url=receiver.url, types=["PAY_IN"]) == {"PAY_IN": receiver.url}
    assert requests.get(f"{address}/subscriptions", timeout=10).json() == {"PAY_IN": receiver.url}
    ask("/webhooks/hold")
    ask("/payments", status="payment_received")
    ask("/webhooks/release", order="shuffled")
    deliver(caller.sandbox.control)
    ask("/webhooks/silence")
    ask("/payments", status="payment_received")
    ask("/webhooks/speak")
    receiver.answers.append(401)
    assert ask("/events", event_type="PAY_IN", data={"payment_id": "x"}, unsigned=True) == {"status": 401}
    ask("/events/burst", count=3)
    deliver(caller.sandbox.control)
    listed = requests.get(f"{address}/deliveries", timeout=10).json()
    assert [(row["type"], row["status"], row["tries"]) for row in listed] == [
        ("PAY_IN", 200, 1), ("PAY_IN", 401, 1), *[("PAY_IN", 200, 1)] * 3,
    ]  # fmt: skip
    assert requests.get(f"{address}/state", timeout=10).json()["deliveries"]["delivered"] == 4
    assert requests.post(f"{address}/subscriptions", json={}, timeout=10).status_code == 400


def test_a_subscription_made_by_command_survives_a_restart(
    start_caller: StartCaller, receiver: Receiver, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"state": tmp_path / "sandbox.jsonl"}
    first = start_caller(**options)
    first.sandbox.control.subscribe(receiver.url)
    first.sandbox.stop()
    second = start_caller(**options).sandbox.control
    payment = second.payments()[-1]
    second.change_payment(payment["id"], status="payment_received")
    deliver(second)
    assert ("PAY_IN", payment["id"]) in [(kind, data["payment_id"]) for kind, data in receiver.contents()]


@pytest.mark.parametrize("wrong", [{"webhook_signature": "morse"}, {"webhook_parallel": 0}, {"webhook_tries": 0}])
def test_a_manner_of_sending_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"signature|at a time"):
        Options(**wrong)

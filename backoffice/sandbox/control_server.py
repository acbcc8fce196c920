"""The control address: the same powers over HTTP, for whoever is not in this process.

| | |
| --- | --- |
| ``GET /state`` | sizes, counts of calls, faults to come |
| ``POST /advance`` ``{"steps": 1}`` | time moves on |
| ``POST /faults`` ``{"kind": "drop_after", "operation": "createCustomer", "count": 1}`` | something goes wrong |
| ``DELETE /faults`` | nothing goes wrong any more |
| ``POST /release`` | calls that are held go on |
| ``POST /expire-tokens`` | every token ends |
| ``POST /customers``, ``/payments``, ``/offramps``, ``/bank-transactions`` | a row with the given fields |
| ``GET`` of the same, and ``/documents``, ``/enhanced-verifications``, ``/reconciliations`` | all rows |
| ``GET /subscriptions`` | the address of each event type |
| ``POST /subscriptions`` ``{"url": "http://127.0.0.1:8000/hooks/", "types": ["PAY_IN"]}`` | an address subscribes, \
to all types where none is named |
| ``GET /deliveries`` | the newest events: type, address, tries, last HTTP status, when they were delivered |
| ``POST /webhooks/silence``, ``/speak``, ``/hold``, ``/release`` ``{"order": "reversed"}`` | events are not sent, \
are sent again, are kept back, leave all at once |
| ``POST /events`` ``{"event_type": "PAY_IN", "data": {"payment_id": "…"}, "timestamp": 1}`` | one event, sent \
now: forged, old, unsigned or unknown as ``Control.send_event`` has it |
| ``POST /events/burst`` ``{"count": 1000, "event_type": "PAY_IN", "data": {"payment_id": "…"}}`` | many events |
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from backoffice.sandbox.control import Control
from backoffice.sandbox.server import JsonHandler
from backoffice.sandbox.webhooks.deliveries import Delivery

Act = Callable[[Control, dict[str, Any]], Any]

_ACTS: dict[tuple[str, str], Act] = {
    ("GET", "/state"): lambda control, _: control.summary(),
    ("GET", "/faults"): lambda control, _: [asdict(fault) for fault in control.pending_faults()],
    ("POST", "/faults"): lambda control, body: asdict(control.fault(**body)),
    ("DELETE", "/faults"): lambda control, _: control.clear_faults(),
    ("POST", "/advance"): lambda control, body: {"step": control.advance(int(body.get("steps", 1)))},
    ("POST", "/release"): lambda control, _: control.release(),
    ("POST", "/expire-tokens"): lambda control, _: control.expire_tokens(),
    ("GET", "/customers"): lambda control, _: control.customers(),
    ("POST", "/customers"): lambda control, body: control.add_customer(**body),
    ("GET", "/payments"): lambda control, _: control.payments(),
    ("POST", "/payments"): lambda control, body: control.add_payment(**body),
    ("GET", "/offramps"): lambda control, _: control.offramps(),
    ("POST", "/offramps"): lambda control, body: control.add_offramp(**body),
    ("GET", "/bank-transactions"): lambda control, _: control.bank_transactions(),
    ("POST", "/bank-transactions"): lambda control, body: control.add_bank_transaction(**body),
    ("GET", "/documents"): lambda control, _: control.documents(),
    ("GET", "/enhanced-verifications"): lambda control, _: control.enhanced_verifications(),
    ("GET", "/reconciliations"): lambda control, _: control.reconciliations(),
    ("GET", "/subscriptions"): lambda control, _: control.subscriptions(),
    ("POST", "/subscriptions"): lambda control, body: control.subscribe(body["url"], *body.get("types", ())),
    ("GET", "/deliveries"): lambda control, _: [_describe(delivery) for delivery in control.deliveries()],
    ("POST", "/webhooks/silence"): lambda control, _: control.silence_webhooks(),
    ("POST", "/webhooks/speak"): lambda control, _: control.speak_webhooks(),
    ("POST", "/webhooks/hold"): lambda control, _: control.hold_webhooks(),
    ("POST", "/webhooks/release"): lambda control, body: control.release_webhooks(**body),
    ("POST", "/events"): lambda control, body: {"status": control.send_event(**body)},
    ("POST", "/events/burst"): lambda control, body: control.send_burst(**body),
}


def control_handler(control: Control) -> type[JsonHandler]:
    """Return the handler class of the control address of one provider."""

    class ControlHandler(JsonHandler):
        def _serve(self) -> None:
            raw = self.read_body() or b""
            act = _ACTS.get((self.command, self.path))
            status, answer = _perform(act, control, raw) if act else (404, {"error": "There is no such command."})
            self.write_answer(status=status, payload=json.dumps(answer, default=str).encode(), headers={})

        # The base class looks for these names.
        do_GET = do_POST = do_DELETE = _serve  # noqa: N815

    return ControlHandler


def _describe(delivery: Delivery) -> dict[str, Any]:
    return asdict(delivery) | {"body": delivery.body.decode("ascii", "backslashreplace")}


def _perform(act: Act, control: Control, raw: bytes) -> tuple[int, Any]:
    try:
        body = json.loads(raw) if raw else {}
        return 200, act(control, body)
    except (ValueError, TypeError, KeyError) as error:
        return 400, {"error": str(error)}

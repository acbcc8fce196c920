"""Subscriptions to events, by form body; contract 7.1 and 7.2."""

from __future__ import annotations

from backoffice.sandbox.answers import Answer, fail, succeed
from backoffice.sandbox.call import Call
from backoffice.sandbox.data.reference import WEBHOOK_EVENTS
from backoffice.sandbox.validation import is_url


def subscribe_webhook(call: Call) -> Answer:
    """Subscribe an address to an event type; a second time replaces the address."""
    return _refuse(call) or _set(call, "subscription_created")


def update_webhook(call: Call) -> Answer:
    """Change the address of a subscription."""
    refusal = _refuse(call)
    if refusal is None and call.body["type"] not in call.state.subscriptions:
        return fail("subscription_not_found")
    return refusal or _set(call, "subscription_updated")


def _refuse(call: Call) -> Answer | None:
    passes = is_url(call.body.get("url")) and call.body.get("type") in WEBHOOK_EVENTS
    return None if passes else fail("fail_mandatory_field")


def _set(call: Call, message: str) -> Answer:
    call.state.record("subscriptions", {"type": call.body["type"], "url": call.body["url"]})
    return succeed(message)

"""Which status is which event, and what an event says; contract 7.3 and 7.5."""

from __future__ import annotations

import json
from typing import Any

from backoffice.sandbox.data.source import Row
from backoffice.sandbox.dialects.manner import Announcements
from backoffice.sandbox.dialects.places import plant

_PAYMENT_EVENTS: dict[str, tuple[str, ...]] = {"payment_received": ("PAY_IN",), "coins_sent": ("COINS_SENT",)}
_OFFRAMP_EVENTS: dict[str, tuple[str, ...]] = {
    "crypto_received": ("CRYPTO_RECEIVED",),
    # One event under two names: it is sent under each that is subscribed.
    "finished": ("TRANSFER_RAMPOFF_FINISHED", "RAMPOFF_FINISHED"),
}
_TYPES = {"payments": _PAYMENT_EVENTS, "offramps": _OFFRAMP_EVENTS}
_FIELDS = {
    "payments": {
        "payment_id": "id",
        "external_id": "external_id",
        "user_id": "user_id",
        "status": "status",
        "txid": "txid",
    },
    "offramps": {"id": "id", "status": "status", "fiat_amount": "fiat_amount"},
    "customers": {"user_id": "id", "kyc_status": "kyc_status", "kyc_valid": "kyc_valid"},
}


def types_of(list_name: str, status: str) -> tuple[str, ...]:
    """Return under which types a row of a list is told that has come to a status."""
    return _TYPES.get(list_name, {}).get(status, ())


def describe(list_name: str, row: Row) -> dict[str, Any]:
    """Return what an event says of a row (contract 7.5, inferred)."""
    return {name: row[field] for name, field in _FIELDS[list_name].items() if field in row}


def encode(event_type: str, data: Any, announcements: Announcements) -> bytes:
    """Return the body as the provider's language writes it: slashes and everything beyond ASCII escaped."""
    body: dict[str, Any] = {announcements.type_field: event_type}
    named = data
    if isinstance(data, dict):
        named = {announcements.names.get(name, name): value for name, value in data.items()}
    if announcements.place or isinstance(named, dict):
        plant(body, announcements.place, named)
    text = json.dumps(body, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")

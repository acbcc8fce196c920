"""Deliveries as the provider makes them (contract 7.4), and as strangers do."""

import hashlib
import hmac
import json
import time
from typing import Any

from django.conf import settings
from django.test import Client

INBOX = "/webhooks/cryptopocket/"


def body_of(event_type: str, **data: Any) -> bytes:
    """The body of an event (contract 7.5)."""
    return json.dumps({"type": event_type, "data": data}).encode()


def signed_headers(body: bytes, *, secret: str | None = None, at: float | None = None, **more: str) -> dict[str, str]:
    """The headers of a delivery, signed now with our secret unless another is given."""
    timestamp = str(int(time.time() if at is None else at))
    key = (settings.CRYPTOPOCKET_API_SECRET if secret is None else secret).encode()
    signature = hmac.new(key, body + timestamp.encode(), hashlib.sha256).hexdigest()
    return {
        "X-API-Key": settings.CRYPTOPOCKET_API_KEY,
        "X-Signature": signature,
        "X-Timestamp": timestamp,
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def post(body: bytes, headers: dict[str, str], *, client: Client | None = None) -> int:
    """Send it to the inbox; the HTTP status of the answer, which must hold nothing."""
    answer = (client or Client()).generic("POST", INBOX, body, content_type="application/json", headers=headers)
    assert answer.content == b""
    return answer.status_code


def deliver(event_type: str, **data: Any) -> int:
    """Send a signed event; the HTTP status of the answer."""
    body = body_of(event_type, **data)
    return post(body, signed_headers(body))

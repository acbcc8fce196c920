"""The headers that prove where an event comes from; contract 7.4."""

from __future__ import annotations

import base64
import hashlib
import hmac

from backoffice.sandbox.dialects.manner import Announcements

SIGNATURE_ENCODINGS = ("hex", "base64")


def sign(body: bytes, *, timestamp: str, secret: str, encoding: str) -> str:
    """Return the HMAC-SHA256 of body and timestamp, nothing between them."""
    digest = hmac.digest(secret.encode(), body + timestamp.encode(), hashlib.sha256)
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def signed_headers(
    body: bytes, *, timestamp: str, key: str, secret: str, announcements: Announcements
) -> dict[str, str]:
    """Return the three headers of a signed event."""
    return {
        announcements.key_header: key,
        announcements.signature_header: sign(body, timestamp=timestamp, secret=secret, encoding=announcements.encoding),
        announcements.timestamp_header: timestamp,
    }

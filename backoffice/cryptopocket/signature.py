"""Checks that a webhook delivery comes from the provider (contract 7.4)."""

import base64
import enum
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from backoffice.cryptopocket.endpoints import WebhookContract


class SignatureVerdict(enum.Enum):
    """What the check found. Only what `is_valid` may be trusted.

    VALID_WITH_PREVIOUS: signed with the secret that was replaced. UNSIGNED: there is no signature at all.
    """

    VALID = "valid"
    VALID_WITH_PREVIOUS = "valid_with_previous"
    UNSIGNED = "unsigned"
    MISSING_HEADER = "missing_header"
    UNKNOWN_KEY = "unknown_key"
    UNREADABLE_TIMESTAMP = "unreadable_timestamp"
    OUTSIDE_TOLERANCE = "outside_tolerance"
    WRONG_SIGNATURE = "wrong_signature"

    @property
    def is_valid(self) -> bool:
        """Whether the delivery is signed with a secret of ours, and fresh."""
        return self in {SignatureVerdict.VALID, SignatureVerdict.VALID_WITH_PREVIOUS}


def check_signature(
    *,
    body: bytes,
    headers: Mapping[str, str],
    api_key: str,
    api_secret: str,
    contract: WebhookContract,
    now: datetime,
    previous_secret: str = "",
) -> SignatureVerdict:
    """Return whether the delivery is signed with our secret and fresh.

    body: the bytes received, before any decoding. headers: names in any case. now: aware. previous_secret: the one
    that was replaced, while it still counts; the caller says for how long.
    The signature covers body and time, not the event: the caller keeps its own guard against replays.
    """
    given = {name.casefold(): value for name, value in headers.items()}
    if contract.signature_header.casefold() not in given:
        return SignatureVerdict.UNSIGNED
    key = given.get(contract.key_header.casefold(), "")
    signature = given.get(contract.signature_header.casefold(), "")
    timestamp = given.get(contract.timestamp_header.casefold(), "")
    if fault := _find_fault(key, signature, timestamp, api_key=api_key):
        return fault
    is_signed_with = partial(_is_signed_with, body, timestamp, signature, contract)
    is_current = is_signed_with(api_secret)
    if not is_current and not is_signed_with(previous_secret):
        return SignatureVerdict.WRONG_SIGNATURE
    if abs(now.timestamp() - int(timestamp)) > contract.tolerance_seconds:
        return SignatureVerdict.OUTSIDE_TOLERANCE
    return SignatureVerdict.VALID if is_current else SignatureVerdict.VALID_WITH_PREVIOUS


def _find_fault(key: str, signature: str, timestamp: str, *, api_key: str) -> SignatureVerdict | None:
    """What is wrong with the headers by themselves; None where nothing is."""
    if not (key and signature and timestamp):
        return SignatureVerdict.MISSING_HEADER
    if not _same(key, api_key):
        return SignatureVerdict.UNKNOWN_KEY
    is_readable = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return None if is_readable else SignatureVerdict.UNREADABLE_TIMESTAMP


def make_signature(body: bytes, timestamp: str, api_secret: str, contract: WebhookContract) -> str:
    """Return HMAC-SHA256 of body and timestamp without a separator, in the contract's encoding."""
    digest = hmac.new(api_secret.encode(), body + timestamp.encode(), hashlib.sha256).digest()
    return digest.hex() if contract.signature_encoding == "hex" else base64.b64encode(digest).decode()


def sign(*, body: bytes, api_key: str, api_secret: str, contract: WebhookContract, now: datetime) -> dict[str, str]:
    """Return the headers with which the provider would send this body at that moment. now: aware."""
    timestamp = str(int(now.timestamp()))
    return {
        contract.key_header: api_key,
        contract.signature_header: make_signature(body, timestamp, api_secret, contract),
        contract.timestamp_header: timestamp,
    }


def _is_signed_with(body: bytes, timestamp: str, signature: str, contract: WebhookContract, secret: str) -> bool:
    """Whether the signature was made with the secret; with an empty one anybody could make it."""
    return bool(secret) and _same(_normalise(signature, contract), make_signature(body, timestamp, secret, contract))


def _normalise(signature: str, contract: WebhookContract) -> str:
    text = signature.strip()
    return text.lower() if contract.signature_encoding == "hex" else text


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode(errors="replace"))

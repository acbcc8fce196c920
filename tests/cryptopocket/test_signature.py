"""Webhook deliveries: only a fresh one, signed over its own bytes, is believed (contract 7.4)."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.signature import SignatureVerdict, check_signature

KEY, SECRET = "pk_demo_1", "sk_demo_1"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
BODY = b'{"type":"COINS_SENT","data":{"url":"https:\\/\\/x.example","name":"L\\u00f3pez"}}'
STAMP = str(int(NOW.timestamp()))


def sign(body: bytes = BODY, timestamp: str = STAMP, secret: str = SECRET) -> str:
    """Sign as the provider does: body, then time, no separator."""
    return hmac.new(secret.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()


def check(
    headers: dict[str, str] | None = None, *, contract: WebhookContract | None = None, body: bytes = BODY
) -> SignatureVerdict:
    """Check a delivery whose headers are right but for those given."""
    given = {"X-API-Key": KEY, "X-Signature": sign(), "X-Timestamp": STAMP, **(headers or {})}
    return check_signature(
        body=body, headers=given, api_key=KEY, api_secret=SECRET, contract=contract or WebhookContract(), now=NOW
    )


def test_a_delivery_signed_over_its_bytes_is_valid() -> None:
    assert check() is SignatureVerdict.VALID


def test_the_case_of_header_names_and_of_hex_does_not_matter() -> None:
    verdict = check_signature(
        body=BODY,
        headers={"x-api-key": KEY, "x-signature": sign().upper(), "x-timestamp": STAMP},
        api_key=KEY,
        api_secret=SECRET,
        contract=WebhookContract(),
        now=NOW,
    )

    assert verdict is SignatureVerdict.VALID


def test_a_body_that_was_decoded_and_encoded_again_is_not_valid() -> None:
    again = msgspec.json.encode(msgspec.json.decode(BODY))

    assert again != BODY
    assert check(body=again) is SignatureVerdict.WRONG_SIGNATURE


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"X-API-Key": "pk_other"}, SignatureVerdict.UNKNOWN_KEY),
        ({"X-API-Key": ""}, SignatureVerdict.MISSING_HEADER),
        ({"X-Signature": ""}, SignatureVerdict.MISSING_HEADER),
        ({"X-Timestamp": ""}, SignatureVerdict.MISSING_HEADER),
        ({"X-Signature": "0" * 64}, SignatureVerdict.WRONG_SIGNATURE),
        ({"X-Signature": "é"}, SignatureVerdict.WRONG_SIGNATURE),
        ({"X-Signature": "\ud800"}, SignatureVerdict.WRONG_SIGNATURE),
        ({"X-Signature": sign(secret="sk_other")}, SignatureVerdict.WRONG_SIGNATURE),
        ({"X-Timestamp": str(int(STAMP) + 1)}, SignatureVerdict.WRONG_SIGNATURE),
        ({"X-Timestamp": "soon"}, SignatureVerdict.UNREADABLE_TIMESTAMP),
        ({"X-Timestamp": "1.5"}, SignatureVerdict.UNREADABLE_TIMESTAMP),
        ({"X-Timestamp": "-5"}, SignatureVerdict.UNREADABLE_TIMESTAMP),
        ({"X-Timestamp": "9" * 40}, SignatureVerdict.UNREADABLE_TIMESTAMP),
    ],
)
def test_everything_else_is_not_valid_and_says_why(headers: dict[str, str], verdict: SignatureVerdict) -> None:
    assert check(headers) is verdict


@pytest.mark.parametrize(
    ("offset", "verdict"),
    [
        (-300, SignatureVerdict.VALID),
        (300, SignatureVerdict.VALID),
        (-301, SignatureVerdict.OUTSIDE_TOLERANCE),
        (301, SignatureVerdict.OUTSIDE_TOLERANCE),
    ],
)
def test_a_delivery_is_believed_for_five_minutes_either_way(offset: int, verdict: SignatureVerdict) -> None:
    stamp = str(int((NOW + timedelta(seconds=offset)).timestamp()))

    assert check({"X-Timestamp": stamp, "X-Signature": sign(timestamp=stamp)}) is verdict


def test_the_encoding_of_the_signature_comes_from_the_contract() -> None:
    contract = msgspec.structs.replace(WebhookContract(), signature_encoding="base64")
    encoded = base64.b64encode(bytes.fromhex(sign())).decode()

    assert check({"X-Signature": encoded}, contract=contract) is SignatureVerdict.VALID
    assert check(contract=contract) is SignatureVerdict.WRONG_SIGNATURE

"""Taking an event in: the check of its signature, and one statement that stores it or counts its repetition."""

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.signature import SignatureVerdict, check_signature
from backoffice.provider import get_catalogue
from backoffice.security.encryption import encrypt_text
from backoffice.sync.engine.columns import prepare_moment
from backoffice.sync.engine.statements import insert

from .live_checks import EVENT_TYPE as LIVE_CHECK
from .models import WebhookEvent
from .payloads import Notice, canonical_type, read_notice

_VERDICTS = {
    SignatureVerdict.VALID: WebhookEvent.Verdict.SIGNED,
    SignatureVerdict.VALID_WITH_PREVIOUS: WebhookEvent.Verdict.SIGNED_WITH_PREVIOUS,
    SignatureVerdict.UNSIGNED: WebhookEvent.Verdict.UNSIGNED,
}
_OURS = '"webhooks_webhookevent"'
_HAS_FAILED = f"{_OURS}.\"state\" = 'failed' AND {_OURS}.\"verdict\" <> 'unsigned'"
_COUNT_THE_REPETITION = (
    f'ON CONFLICT ("digest") DO UPDATE SET "times_received" = {_OURS}."times_received" + 1, '
    '"last_received_at" = EXCLUDED."last_received_at", '
    f'"wanted_at" = CASE WHEN {_HAS_FAILED} THEN EXCLUDED."wanted_at" ELSE {_OURS}."wanted_at" END, '
    f'"state" = CASE WHEN {_HAS_FAILED} THEN EXCLUDED."state" ELSE {_OURS}."state" END'
)
"""A repetition of an event that failed has its objects read anew: the provider sends it again for that. One that nobody
signed does not: a stranger could have the same object read for ever."""
_SECRET_WORDS = (
    "key", "sign", "auth", "cookie", "token", "secret", "pass", "credential", "session", "jwt", "assertion", "hmac",
    "oidc", "cert",
)  # fmt: skip
WITHHELD = "(not kept)"
_LONGEST_HEADER = 300
_MOST_LETTERS_OF_HEADERS = 4096
LONGEST_UNSIGNED_BODY_BYTES = 4096


def check(body: bytes, headers: Mapping[str, str]) -> SignatureVerdict:
    """Whether the provider signed this, with the secret of today or, for a set time, with the one before."""
    now = timezone.now()
    until = settings.CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL
    previous_counts = until is not None and now < until
    return check_signature(
        body=body,
        headers=headers,
        api_key=settings.CRYPTOPOCKET_API_KEY,
        api_secret=settings.CRYPTOPOCKET_API_SECRET,
        previous_secret=settings.CRYPTOPOCKET_API_SECRET_PREVIOUS if previous_counts else "",
        contract=get_catalogue().webhook,
        now=now,
    )


def store(body: bytes, headers: Mapping[str, str], verdict: SignatureVerdict) -> None:
    """Keep an event that was taken, or count it on the first where it is a repetition; one statement."""
    contract = get_catalogue().webhook
    now, notice = timezone.now(), read_notice(body, contract)
    timestamp = headers.get(contract.timestamp_header, "") if verdict.is_valid else ""
    event_type = canonical_type(notice.event_type_sent, contract)
    moment = prepare_moment(now)
    row = {
        "received_at": moment,
        "last_received_at": moment,
        "wanted_at": moment,
        "signed_at": prepare_moment(datetime.fromtimestamp(int(timestamp), tz=UTC)) if timestamp else None,
        "event_type": event_type,
        "event_type_sent": notice.event_type_sent,
        "is_known": _is_known(event_type, contract),
        "provider_event_id": notice.event_id,
        "verdict": _VERDICTS[verdict].value,
        "state": WebhookEvent.State.WAITING.value,
        "ids": notice.ids,
        "headers": headers_to_keep(headers),
        **_body_to_keep(body, verdict),
        "digest": _digest(body, notice, verdict, timestamp or _minute_of(now)),
        "times_received": 1,
    }
    insert(WebhookEvent, [row], on_conflict=_COUNT_THE_REPETITION)


def headers_to_keep(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as they came, without what could be a secret; the first ones, where they are many."""
    contract = get_catalogue().webhook
    secrets = {contract.key_header.casefold(), contract.signature_header.casefold()}
    kept: dict[str, str] = {}
    letters = 0
    for name, value in headers.items():
        header = {_clean(name): _value_to_keep(name, value, secrets)}
        letters += sum(len(key) + len(text) for key, text in header.items())
        if letters > _MOST_LETTERS_OF_HEADERS:
            break
        kept |= header
    return kept


def find_type_and_ids(event: WebhookEvent, contract: WebhookContract) -> dict[str, Any]:
    """The columns that are read from an event's body, as the catalogue of today reads it.

    Where the body was not kept, its ids stay those that were found when it came.
    """
    notice = read_notice(event.body.encode(), contract)
    sent = notice.event_type_sent if event.is_body_kept else event.event_type_sent
    event_type = canonical_type(sent, contract)
    return {
        "event_type": event_type,
        "event_type_sent": sent,
        "is_known": _is_known(event_type, contract),
        "ids": [list(pair) for pair in notice.ids] if event.is_body_kept else event.ids,
    }


def _body_to_keep(body: bytes, verdict: SignatureVerdict) -> dict[str, Any]:
    """The body as it came; nothing of a long one that nobody signed: anybody could fill the disk with them."""
    text = body.decode(errors="backslashreplace")
    is_kept = verdict.is_valid or len(text.encode()) <= LONGEST_UNSIGNED_BODY_BYTES
    return {"body": encrypt_text(text) if text and is_kept else "", "is_body_kept": is_kept}


def _is_known(event_type: str, contract: WebhookContract) -> bool:
    return event_type in contract.event_types or event_type in contract.event_resources or event_type == LIVE_CHECK


def _value_to_keep(name: str, value: str, secrets: AbstractSet[str]) -> str:
    is_secret = name.casefold() in secrets or any(word in name.casefold() for word in _SECRET_WORDS)
    return WITHHELD if is_secret else _clean(value)


def _clean(text: str) -> str:
    """Short, and without characters that cannot be shown or stored."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST_HEADER])


def _digest(body: bytes, notice: Notice, verdict: SignatureVerdict, timestamp: str) -> str:
    """The same for the same event: one id of a delivery and the same objects, or one body at one time.

    What nobody signed never passes for a repetition of what somebody did, nor the other way round: a stranger could
    otherwise send first what the provider is going to.
    """
    signed = b"signed" if verdict.is_valid else b"unsigned"
    if notice.event_id:
        parts = [notice.event_id.encode(), notice.event_type_sent.encode(), repr(notice.ids).encode()]
        return _hash(signed, b"id", *parts)
    return _hash(signed, b"body", timestamp.encode(), body)


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _minute_of(now: datetime) -> str:
    """What stands for the time of sending where none was signed: the same body a minute later is news."""
    return f"{now:%Y-%m-%dT%H:%M}"

"""What may be logged or kept of a request or an answer: secrets out, personal data masked, shape kept."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

HIDDEN = "[hidden]"

_SECRETS = {
    "auth", "authorization", "token", "access_token", "api_key", "api_secret", "password", "kyb_link",
    "onboarding_link", "kyc_form_url", "link", "file", "document_front", "document_back", "face", "liveness",
    "url_payment", "gateway_url", "x-api-key", "x-signature", "signature", "secret", "cookie", "set-cookie",
}  # fmt: skip
_SECRET_PARTS = ("password", "secret", "document_")
_PERSONAL = {
    "identification_number", "iban", "counterparty_iban", "account_iban", "phone", "dob", "email", "name",
    "last_name", "last_name2", "first_name", "holder", "counterparty_name", "address", "address_state", "city",
    "zipcode", "professional_activity",
}  # fmt: skip
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_BARE_ADDRESS = re.compile(r"\b([\w-]+(?:\.[\w-]+)+)/[^\s\"'<>]+")
_DATA_URI = re.compile(r"data:[\w/+.-]*;base64,[A-Za-z0-9+/=\s]*")
_LONGEST_TEXT = 500


def redact(value: Any) -> Any:
    """Return a copy that may be logged or stored: same shape, secrets hidden, personal data masked.

    Works on decoded JSON of any depth. Texts under other names lose e-mail addresses, IBANs, data URIs and
    everything of a URL but its host, and are cut at 500 characters.
    """
    return _redact(value, name="")


def _redact(value: Any, *, name: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _is_secret(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: _redact(inner, name=str(key).casefold()) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redact(inner, name=name) for inner in value]
    return _redact_single(value, name=name)


def _redact_single(value: Any, *, name: str) -> Any:
    if name in _PERSONAL:
        return mask(str(value))
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    return redact_text(value) if isinstance(value, str) else value


def _is_secret(name: str) -> bool:
    return name in _SECRETS or name.endswith("token") or any(part in name for part in _SECRET_PARTS)


def redact_text(text: str) -> str:
    """Return free text without e-mail addresses, IBANs, documents and the tails of URLs."""
    text = _DATA_URI.sub(lambda found: f"[document of {len(found[0])} characters]", text)
    text = _ADDRESS.sub(_shorten_address, text)
    text = _BARE_ADDRESS.sub(rf"\1/{HIDDEN}", text)
    text = _EMAIL.sub(lambda found: mask(found[0]), text)
    text = _IBAN.sub(lambda found: mask(found[0]), text)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}[cut]"


def _shorten_address(found: re.Match[str]) -> str:
    try:
        parts = urlsplit(found[0])
    except ValueError:
        return HIDDEN
    return f"{parts.scheme}://{parts.hostname or ''}/{HIDDEN}"


def mask(text: str) -> str:
    """Return the first and, of longer texts, the last character or two: enough to recognise, not to know."""
    if "@" in text:
        person, _, domain = text.partition("@")
        return f"{person[:1]}***@{domain}"
    return f"{text[:1]}***" if len(text) < 8 else f"{text[:2]}***{text[-2:]}"

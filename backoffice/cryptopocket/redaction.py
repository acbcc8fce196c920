"""What may be logged or kept of a request or an answer: secrets out, personal data masked, shape kept."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

HIDDEN = "[hidden]"

Judgement = TypeVar("Judgement")

_SECRETS = {
    "auth", "authorization", "token", "access_token", "api_key", "api_secret", "password", "kyb_link",
    "onboarding_link", "kyc_form_url", "link", "file", "document_front", "document_back", "face", "liveness",
    "url_payment", "payment_url", "gateway_url", "x-api-key", "x-signature", "signature", "secret", "cookie",
    "set-cookie", "selfie", "kyb_url", "kyc_url", "kyc_link", "form_url", "onboarding_url", "verification_url",
    # The address of an enhanced verification ends in it.
    "form_id",
}  # fmt: skip
_SECRET_PARTS = ("password", "secret", "documentfront", "documentback")
_PERSONAL = {
    "identification", "document_number", "id_number", "national_id", "tax_id", "tax_number", "vat_number", "ssn",
    "passport", "dni", "nie", "nif", "cif", "rut", "run", "curp", "rfc", "cuit", "cuil", "ruc", "nit",
    "account_number", "bank_account", "cbu", "clabe", "mobile", "telephone", "tel", "msisdn", "mail", "birthdate",
    "birth_date", "date_of_birth", "address_line1", "address_line2", "street", "zip", "postcode", "postal_code",
    "full_name", "company_name", "business_name", "legal_name", "destination_name", "concept", "transfer_concept",
    "description", "reference", "callback_url",
    "identification_number", "iban", "counterparty_iban", "account_iban", "phone", "dob", "email", "name",
    "last_name", "last_name2", "first_name", "holder", "counterparty_name", "address", "address_state", "city",
    "zipcode", "professional_activity",
}  # fmt: skip
_PERSONAL_PARTS = ("email", "iban", "phone", "birth", "passport", "identificationnumber")
_BARE_SECRETS = {"".join(filter(str.isalnum, name)) for name in _SECRETS}
_BARE_PERSONAL = {"".join(filter(str.isalnum, name)) for name in _PERSONAL}
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_BARE_ADDRESS = re.compile(r"\b([\w-]+(?:\.[\w-]+)+)/[^\s\"'<>]+")
_DATA_URI = re.compile(r"data:[\w/+.-]*;base64,[A-Za-z0-9+/=\s]*")
_LONGEST_REMEMBERED = 80
_SHORTEST_IBAN = 12
"""Of what `_IBAN` finds; all else that is looked for has a sign in it that is neither letter nor digit."""

_LONGEST_TEXT = 500
_LONGEST_LOOKED_AT = 2000


def redact(value: Any) -> Any:
    """Return a copy that may be logged or stored: same shape, secrets hidden, personal data masked.

    Works on decoded JSON of any depth. Texts under other names lose e-mail addresses, IBANs, data URIs and
    everything of a URL but its host, and are cut at 500 characters.
    """
    return _redact(value, name="")


def _redact(value: Any, *, name: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if is_secret(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {redact_key(key): _redact(inner, name=str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redact(inner, name=name) for inner in value]
    return redact_single(value, name=name)


def redact_single(value: Any, *, name: str) -> Any:
    """Return what may be kept of one text, number or bytes that stood under that name."""
    if value is None or isinstance(value, bool):
        return value
    if is_secret(name):
        return HIDDEN
    if is_personal(name):
        return mask(str(value))
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    return redact_text(value) if isinstance(value, str) else value


def redact_key(key: Any) -> Any:
    """Return a key without what is personal in it: objects can be keyed by e-mail addresses."""
    return redact_text(key) if isinstance(key, str) else key


def judge_once(judge: Callable[[str], Judgement]) -> Callable[[str], Judgement]:
    """Judge each name once, since the same few are met again and again; those that are long are not remembered.

    A provider can send as many names, and as long ones, as it likes.
    """
    remembered = functools.lru_cache(maxsize=2048)(judge)

    @functools.wraps(judge)
    def decide(name: str) -> Judgement:
        return remembered(name) if len(name) <= _LONGEST_REMEMBERED else judge(name)

    return decide


@judge_once
def is_secret(name: str) -> bool:
    """Whether nothing at all of what stands under that name may be kept."""
    bare = _bare(name)
    return bare in _BARE_SECRETS or bare.endswith("token") or any(part in bare for part in _SECRET_PARTS)


@judge_once
def is_personal(name: str) -> bool:
    """Whether what stands under that name is masked."""
    bare = _bare(name)
    return bare in _BARE_PERSONAL or any(part in bare for part in _PERSONAL_PARTS)


def _bare(name: str) -> str:
    """A name without case and separators: `first_name` and `firstName` are the same."""
    return "".join(filter(str.isalnum, name.casefold()))


def redact_text(text: str) -> str:
    """Return free text without e-mail addresses, IBANs, documents and the tails of URLs."""
    if len(text) < _SHORTEST_IBAN and text.isalnum():
        return text
    if len(text) > _LONGEST_LOOKED_AT:
        # Looking through megabytes would take minutes. The last word goes too: it may be half an address.
        text = " ".join([text[:_LONGEST_LOOKED_AT].rpartition(" ")[0], f"[cut, {len(text)} characters]"]).strip()
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

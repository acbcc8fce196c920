"""Personal data and secrets, shortened to what it takes to recognise them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MASK = "\N{BULLET}" * 4
_KEPT = 4


class Kind(StrEnum):
    """What a value is, which decides how much of it may be shown."""

    IDENTIFICATION = "identification"
    IBAN = "iban"
    PHONE = "phone"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    EMAIL = "email"
    SECRET = "secret"  # noqa: S105 - the word, not a password


SEES_CLEARLY: Mapping[Kind, str] = {Kind.EMAIL: "customers.see_contact_data"}
"""The kinds that some people see without revealing them, and the permission that it takes."""

HIDDEN_WHOLE = frozenset({Kind.SECRET, Kind.BIRTH_DATE, Kind.ADDRESS})
"""The kinds of which not even the end is shown: four characters of them say too much, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """A field that is masked, and the permission that it takes to reveal it ("customers.reveal_personal_data").

    `is_address`: people copy it to send it on, so one that is not safe to open is called out when it is revealed.
    `besides`: of these permissions it takes one as well. `label` and `read`: what it is called and how it is read from
    the row, where it is no field of the model.
    """

    kind: Kind
    permission: str
    is_address: bool = False
    besides: tuple[str, ...] = ()
    label: Any = ""
    read: Callable[[Any], Any] | None = None

    def may_be_revealed_by(self, person: Any) -> bool:
        """Whether the person holds the permissions that it takes."""
        return bool(person.has_perm(self.permission)) and (not self.besides or any(map(person.has_perm, self.besides)))


def mask(value: str, kind: Kind) -> str:
    """What is shown of a value by default: its last four characters, never more than half of it.

    Nothing at all of a secret, a birth date or an address; of an e-mail address the first character as well, and the
    whole domain where the name before it is longer than that.
    """
    text = value.strip()
    if not text:
        return ""
    if kind in HIDDEN_WHOLE or len(text) < 2 * _KEPT:
        return MASK
    if kind is Kind.EMAIL:
        return _mask_email(text)
    return f"{MASK}{text[-_KEPT:]}"


def _mask_email(text: str) -> str:
    domain = text.rpartition("@")[2]
    if 2 * (1 + len(domain) + 1) <= len(text):
        return f"{text[0]}{MASK}@{domain}"
    return f"{text[0]}{MASK}{text[-_KEPT:]}" if len(text) > 2 * _KEPT + 1 else f"{MASK}{text[-_KEPT:]}"


# What the keys of the provider's objects and of our own requests hold, without case and separators.
_KINDS_OF_KEYS: Mapping[Kind, tuple[str, ...]] = {
    Kind.IDENTIFICATION: (
        "identification", "identificationnumber", "documentnumber", "idnumber", "nationalid", "taxid", "taxnumber",
        "vatnumber", "ssn", "dni", "nie", "nif", "cif", "rut", "run", "curp", "rfc", "cuit", "cuil", "ruc", "nit",
    ),
    Kind.IBAN: ("accountnumber", "bankaccount", "cbu", "clabe"),
    Kind.PHONE: ("mobile", "telephone", "tel", "msisdn"),
    Kind.BIRTH_DATE: ("dob",),
    Kind.ADDRESS: (
        "address", "addressline1", "addressline2", "addressstate", "street", "city", "zip", "zipcode", "postcode",
        "postalcode",
    ),
    Kind.EMAIL: ("mail",),
    Kind.SECRET: (
        "token", "apikey", "auth", "authorization", "signature", "link", "kyburl", "kycurl", "kycformurl", "kyclink",
        "kyblink", "formurl", "formid", "onboardinglink", "onboardingurl", "verificationurl", "urlpayment",
        "documentfront", "documentback", "face", "liveness", "selfie", "file",
    ),
}  # fmt: skip
_KIND_OF_KEY = {key: kind for kind, keys in _KINDS_OF_KEYS.items() for key in keys}
_KINDS_OF_WORDS: tuple[tuple[str, Kind], ...] = (
    ("password", Kind.SECRET),
    ("secret", Kind.SECRET),
    ("email", Kind.EMAIL),
    ("iban", Kind.IBAN),
    ("phone", Kind.PHONE),
    ("birth", Kind.BIRTH_DATE),
    ("passport", Kind.IDENTIFICATION),
    ("identificationnumber", Kind.IDENTIFICATION),
)
"""What a key is that has this word anywhere in it."""


def kind_of_key(key: str) -> Kind | None:
    """What a key of somebody's JSON holds, however it is written; None for what needs no mask."""
    bare = re.sub(r"[\W_]", "", key).casefold()
    known = _KIND_OF_KEY.get(bare)
    return known or next((kind for word, kind in _KINDS_OF_WORDS if word in bare), None)

"""Look-alikes for personal data: the same shape, another value, and the same one wherever the value comes again."""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Mapping
from typing import Any

from stdnum.iso7064 import mod_97_10

from backoffice.cryptopocket.probing.shapes import TESTS
from backoffice.cryptopocket.shapes import is_plain_name

NAMES = ("Alba", "Bruno", "Carla", "Diego", "Elena", "Fermin", "Gala", "Hugo", "Irene", "Jaime", "Laura", "Mateo")
KEPT_FIELDS = frozenset(
    {
        "status",
        "kyc_status",
        "kyc_valid",
        "kind",
        "fiat_amount",
        "fiat_symbol",
        "coin_symbol",
        "coin_amount",
        "coin_chain",
        "payment_type",
        "created_at",
        "changed_at",
        "symbol",
        "blockchain",
        "amount",
        "decimals",
        "currency",
        "balance",
        "direction",
        "booked_at",
        "reconciled",
        "chain",
        "code",
        "price",
        "identification_type",
        "country",
    }
)  # fmt: skip
"""Logical fields whose values are nobody's: kept, so that words, units and dates can be tested."""

_WORDS_OF_SUCCESS = frozenset({"status", "success"})
_NAMES_OF_PEOPLE = frozenset({"name", "last_name", "company_name", "holder", "counterparty_name"})


class LookAlikes:
    """Makes look-alikes with a key of its own that is kept nowhere, so that no value can be found again."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def replace(self, node: Any, fields: Mapping[str, str], path: str = "") -> Any:
        """Return a copy of an item; `fields` says which logical field stands under which dotted name.

        A name that is no field's (an account, an e-mail address) is replaced as well.
        """
        if isinstance(node, Mapping):
            return {
                key if is_plain_name(key) else self.single(key): self.replace(
                    value, fields, f"{path}.{key}" if path else str(key)
                )
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self.replace(value, fields, path) for value in node]
        field = fields.get(path, "")
        if node is None or isinstance(node, bool) or field in KEPT_FIELDS:
            return node
        return self.single(node, field)

    def replace_around(self, node: Any, name: str = "") -> Any:
        """Return a copy of what stands around the items: no text stays but the words of success; numbers stay."""
        if isinstance(node, Mapping):
            return {
                key if is_plain_name(key) else self.single(key): self.replace_around(value, key)
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self.replace_around(value, name) for value in node]
        return self.single(node) if isinstance(node, str) and name not in _WORDS_OF_SUCCESS else node

    def single(self, value: Any, field: str = "") -> Any:
        """Return the look-alike of one value; a number stays a number."""
        if not isinstance(value, str):
            return int(self._scramble(str(value))) if type(value) is int else value
        if TESTS["e-mail"](value):
            return f"person.{self._digest(value.casefold()) % 10**9}@example.org"
        if TESTS["iban"](value):
            return self._iban(value)
        if field in _NAMES_OF_PEOPLE:
            return " ".join(NAMES[self._digest(word) % len(NAMES)] for word in value.split()) or value
        return self._scramble(value)

    def _iban(self, value: str) -> str:
        body = self._scramble(value[4:])
        return f"{value[:2]}{mod_97_10.calc_check_digits(body + value[:2])}{body}"

    def _scramble(self, value: str) -> str:
        """Return other digits for digits and other letters for letters; the first digit of a number is none."""
        stream = hmac.new(self._key, value.encode(), hashlib.sha512).digest() * (len(value) // 64 + 1)
        pairs = enumerate(zip(value, stream, strict=False))
        return "".join(_other(character, byte, first=place == 0) for place, (character, byte) in pairs)

    def _digest(self, value: str) -> int:
        return int.from_bytes(hmac.new(self._key, value.encode(), hashlib.sha256).digest()[:8])


def _other(character: str, byte: int, *, first: bool) -> str:
    if character.isdigit():
        return str(1 + byte % 9) if first else str(byte % 10)
    if re.fullmatch("[a-f]", character):
        return "abcdef"[byte % 6]
    if character.isalpha():
        letters = string.ascii_uppercase if character.isupper() else string.ascii_lowercase
        return letters[byte % 26]
    return character

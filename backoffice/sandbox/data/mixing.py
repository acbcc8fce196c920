"""Numbers that look random and are a pure function of seed and index."""

from __future__ import annotations

import hashlib
import math
import string
import uuid

_MASK = (1 << 64) - 1
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PAIRS = [second + first for first in _ALPHABET for second in _ALPHABET]
_TOKEN_LENGTH = 25
_TOKEN_SPACE: int = len(_ALPHABET) ** _TOKEN_LENGTH


def scramble(value: int) -> int:
    """Return 64 well-mixed bits for an integer (the finaliser of SplitMix64)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def stream_key(seed: int, name: str) -> int:
    """Return the starting number of a named stream, so that no two lists share their numbers."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "big")


def uuid_from(number: int) -> str:
    """Return a version 4 UUID that depends on the number only."""
    return str(uuid.UUID(int=(scramble(number) << 64) | scramble(number + 1), version=4))


def coprime_near(value: int) -> int:
    """Return a multiplier coprime to ``value``, near its golden section: a walk that visits all."""
    multiplier = max(1, int(value * 0.618))
    while math.gcd(multiplier, value) != 1:
        multiplier += 1
    return multiplier


class TokenCodec:
    """Ids of 25 letters and digits, each of which can be turned back into its index.

    A multiplication modulo 62^25 scatters the indexes; its inverse finds them again, so that a
    million ids need no table. Contract 1.4: payments and off-ramps have such ids.
    """

    def __init__(self, key: int) -> None:
        digest = hashlib.sha512(key.to_bytes(8, "big")).digest()
        self._multiplier = int.from_bytes(digest, "big") % _TOKEN_SPACE | 1
        while math.gcd(self._multiplier, _TOKEN_SPACE) != 1:
            self._multiplier += 2
        self._inverse: int = pow(self._multiplier, -1, _TOKEN_SPACE)

    def encode(self, index: int) -> str:
        """Return the id of an index."""
        number = (index + 1) * self._multiplier % _TOKEN_SPACE
        pairs = []
        for _ in range(_TOKEN_LENGTH // 2):
            number, digits = divmod(number, 3844)
            pairs.append(_PAIRS[digits])
        return "".join(pairs) + _ALPHABET[number]

    def decode(self, token: str) -> int:
        """Return the index of an id, -1 for text that is no id; an id never issued gives a huge index."""
        if len(token) != _TOKEN_LENGTH or not (token.isascii() and token.isalnum()):
            return -1
        number = 0
        for character in reversed(token):
            number = number * 62 + _ALPHABET.index(character)
        return number * self._inverse % _TOKEN_SPACE - 1

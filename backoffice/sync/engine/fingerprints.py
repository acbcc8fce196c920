"""The canonical form of a payload and its hash: equal hashes mean that nothing needs to be parsed."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import msgspec

DIGEST_BYTES = 20

# Decimals are written as the digits that came, so that no digit of a number is lost.
_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")

Fingerprinter = Callable[[Any], tuple[str, str]]
"""Gives the canonical text of an item and its fingerprint."""


def make_fingerprinter(*, version: int, partition: str) -> Fingerprinter:
    """The fingerprints of one resource's version and one partition: what `parse` depends on."""
    beginning = blake2b(f"{version}\n{partition}\n".encode(), digest_size=DIGEST_BYTES)
    encode = _encoder.encode

    def fingerprint(item: Any) -> tuple[str, str]:
        canonical = encode(item)
        digest = beginning.copy()
        digest.update(canonical)
        return canonical.decode(), digest.hexdigest()

    return fingerprint

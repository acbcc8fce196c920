"""The provider's words and ours: statuses, directions, true and false.

The domains know one word for each thing; a provider that says it differently is translated when it is read. A word
that nobody knows is kept and shown as it came.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

KNOWN_WORDS: dict[str, tuple[str, ...]] = {
    "payment_status": ("started", "pending_bank", "payment_received", "coins_sent"),
    "off_ramp_status": ("pending", "crypto_received", "finished"),
    "kyc_status": ("unused", "processing", "valid", "fail"),
    "direction": ("credit", "debit"),
}
"""Our words by kind (contract 3.5, 4.5, 5.3, 6.2)."""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Their word -> ours, by kind; compared without case. Ours need not be listed."""

    payment_status: dict[str, str] = {}
    off_ramp_status: dict[str, str] = {}
    kyc_status: dict[str, str] = {}
    direction: dict[str, str] = {}
    flag: dict[str, bool] = {}

    def __post_init__(self) -> None:
        """Refuse a word of ours that nothing in this project knows."""
        for kind, known in KNOWN_WORDS.items():
            for theirs, ours in getattr(self, kind).items():
                if ours not in known:
                    raise ValueError(f"{theirs!r} cannot mean {ours!r}; there are {', '.join(known)}")


def make_word_table(words: Words, kind: str) -> dict[str, Any]:
    """Return every known word of a kind in small letters, theirs and ours, with what it means."""
    given: Mapping[str, Any] = getattr(words, kind)
    ours = {word: word for word in KNOWN_WORDS.get(kind, ())}
    return {**ours, **{word.strip().casefold(): meaning for word, meaning in given.items()}}


def find_their_word(words: Words, kind: str, word: str | None) -> str | None:
    """Return what the provider calls a word of ours, to send it; the first of several, else ours."""
    given: Mapping[str, str] = getattr(words, kind)
    return next((theirs for theirs, ours in given.items() if ours == word), word)

"""Tokens that end (contract 1.2: after about 24 hours)."""

from __future__ import annotations

import secrets
import string
import threading
import time

_ALPHABET = string.ascii_lowercase + string.digits


class Tokens:
    """Issued tokens and when they end; several can be good at the same time."""

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._ends: dict[str, float] = {}
        self.issued = 0

    def issue(self) -> str:
        """Return a new token of 31 lower-case letters and digits (contract 1.2)."""
        token = "".join(secrets.choice(_ALPHABET) for _ in range(31))
        with self._lock:
            self._ends[token] = time.monotonic() + self.seconds
            self.issued += 1
        return token

    def is_good(self, token: str) -> bool:
        """Tell whether a token was issued and has not ended."""
        with self._lock:
            return self._ends.get(token, 0.0) > time.monotonic()

    def live(self) -> int:
        """Return how many tokens have not ended."""
        with self._lock:
            return sum(1 for end in self._ends.values() if end > time.monotonic())

    def expire_all(self) -> None:
        """End every token now."""
        with self._lock:
            self._ends.clear()

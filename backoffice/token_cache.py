"""The provider's token, shared by all processes through Django's cache, encrypted."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from backoffice.patience import TOKEN_PATIENCE
from backoffice.security.encryption import UndecryptableError, decrypt_text, encrypt_text

_LOCK_SECONDS = 60
_POLL_SECONDS = 0.05


class CacheTokenStore:
    """Keeps one token per provider and key; one process at a time renews it.

    `name` tells integrations apart: a token of the sandbox is never shown to production. Implements
    `backoffice.cryptopocket.tokens.TokenStore`.
    """

    def __init__(self, *, name: str) -> None:
        self._key = f"cryptopocket-token-{name}"
        self._lock_key = f"{self._key}-lock"

    def get(self) -> str | None:
        """The token, or None when there is none that can be used."""
        kept = cache.get(self._key)
        if kept is None:
            return None
        try:
            return decrypt_text(kept)
        except UndecryptableError:
            # The encryption key was changed: a new token costs one call.
            return None

    def put(self, token: str, lifetime_seconds: float) -> None:
        """Share `token` for `lifetime_seconds`."""
        cache.set(self._key, encrypt_text(token), timeout=lifetime_seconds)

    def forget(self, token: str) -> None:
        """Stop sharing `token`; a newer one stays."""
        if self.get() == token:
            cache.delete(self._key)

    def drop(self) -> None:
        """Stop sharing whatever token there is."""
        cache.delete(self._key)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only process that renews; a lock whose holder died frees itself after a minute.

        Raises `TimeoutError` when others hold it for longer than that.
        """
        proof = uuid.uuid4().hex
        deadline = time.monotonic() + TOKEN_PATIENCE
        while not cache.add(self._lock_key, proof, timeout=_LOCK_SECONDS):
            if time.monotonic() > deadline:
                raise TimeoutError("another process holds the renewal of the provider's token")
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            if cache.get(self._lock_key) == proof:
                cache.delete(self._lock_key)

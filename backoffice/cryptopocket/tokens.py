"""The token: fetched on first use, shared, renewed by one process at a time (contract 1.2)."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from backoffice.cryptopocket.clock import Clock, SystemClock
from backoffice.cryptopocket.errors import NotSent


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it was given. lifetime_seconds: None where the answer does not tell."""

    text: str
    lifetime_seconds: float | None = None

    def __repr__(self) -> str:
        """Only that it is one."""
        return "<NewToken>"


class TokenStore(Protocol):
    """Keeps one token for all processes.

    It must not show the token in a repr or a log.
    """

    def get(self) -> str | None:
        """Return the token, or None when there is none or its lifetime has passed."""
        ...

    def put(self, token: str, lifetime_seconds: float) -> None:
        """Keep the token for that long, in place of any other."""
        ...

    def forget(self, token: str) -> None:
        """Drop the token if it is still the one kept; another one stays."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Return a context that one holder at a time can be in, across processes.

        Raises TimeoutError when it cannot be had in reasonable time.
        """
        ...


class InMemoryTokenStore:
    """A token store for one process."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._token: str | None = None
        self._ends_at = 0.0
        self._guard = threading.Lock()
        self._renewal = threading.Lock()

    def get(self) -> str | None:
        """Return the token, or None."""
        with self._guard:
            return self._token if self._clock.monotonic() < self._ends_at else None

    def put(self, token: str, lifetime_seconds: float) -> None:
        """Keep the token for that long."""
        with self._guard:
            self._token, self._ends_at = token, self._clock.monotonic() + lifetime_seconds

    def forget(self, token: str) -> None:
        """Drop the token if it is still the one kept."""
        with self._guard:
            if self._token == token:
                self._token = None

    def lock(self) -> AbstractContextManager[object]:
        """Return a lock between the threads of this process."""
        return self._renewal


class TokenKeeper:
    """Hands out the token and renews it. `authenticate` fetches a new one from the provider."""

    def __init__(
        self,
        store: TokenStore,
        *,
        authenticate: Callable[[], NewToken],
        lifetime_seconds: float,
        margin_seconds: float,
    ) -> None:
        """Keep tokens in `store`; the lifetime is that of a token whose answer tells none."""
        self._store = store
        self._authenticate = authenticate
        self._lifetime_seconds = lifetime_seconds
        self._margin_seconds = margin_seconds

    def current(self) -> str:
        """Return a token, fetching one if there is none. Raises NotSent, NotAuthorised or Refused."""
        return self._store.get() or self._fetch(refused=None)

    def replace(self, refused: str) -> str:
        """Return another token than the one just refused: the one somebody else fetched, or a new one."""
        stored = self._store.get()
        return stored if stored and stored != refused else self._fetch(refused=refused)

    def renew(self) -> None:
        """Fetch a token in place of the one in the store. Raises as `current` does."""
        self._fetch(refused=self._store.get())

    def _fetch(self, *, refused: str | None) -> str:
        """Fetch a token, unless another process has done so while this one waited for the lock.

        It is kept for less than it lives, so that the store runs empty ahead of the token's end and the next
        caller renews it.
        """
        try:
            with self._store.lock():
                stored = self._store.get()
                if stored and stored != refused:
                    return stored
                if refused:
                    self._store.forget(refused)
                token = self._authenticate()
                self._store.put(token.text, self._shorten(token.lifetime_seconds or self._lifetime_seconds))
                return token.text
        except TimeoutError:
            pass
        raise NotSent("another process is fetching a token and has not finished", endpoint="authenticate")

    def _shorten(self, lifetime_seconds: float) -> float:
        """Return how long a token is kept: less by the margin, or half of a life that is hardly longer than that."""
        return max(lifetime_seconds - self._margin_seconds, lifetime_seconds / 2)

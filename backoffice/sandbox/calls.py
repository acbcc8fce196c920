"""What was asked of the stand-in provider, for tests to look at."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

KEPT = 10_000


@dataclass
class ReceivedRequest:
    """One request: ``answered`` is the HTTP status, None while it runs or when no answer went out."""

    operation: str
    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    headers: dict[str, str] = field(repr=False)
    worked: bool = False
    answered: int | None = None


class ReceivedRequests:
    """The newest requests, and how many there were of each call."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._requests: deque[ReceivedRequest] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()

    def add(self, request: ReceivedRequest) -> None:
        """Keep a request, before anything is done about it."""
        with self._arrived:
            self._requests.append(request)
            self._counts[request.operation] += 1
            self._arrived.notify_all()

    def of(self, operation: str | None = None) -> list[ReceivedRequest]:
        """Return the requests of one call, or all, oldest first."""
        with self._arrived:
            return [request for request in self._requests if operation in (None, request.operation)]

    def counts(self) -> dict[str, int]:
        """Return how many requests there were, by operationId."""
        with self._arrived:
            return dict(self._counts)

    def wait_for(self, operation: str, *, count: int, seconds: float) -> bool:
        """Wait until so many requests of a call have come in; tell whether they did."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self._counts[operation] >= count, timeout=seconds)

    def clear(self) -> None:
        """Forget all requests and counts."""
        with self._arrived:
            self._requests.clear()
            self._counts.clear()

"""What is to be sent, when, and what became of it."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from backoffice.sandbox.webhooks.posting import Outcome

KEPT = 20_000
ORDERS: dict[str, Callable[[int], float]] = {
    "kept": lambda number: number,
    "reversed": lambda number: -number,
    "shuffled": lambda _: random.random(),
}
"""In which order events leave that were kept back, by their numbers."""


@dataclass
class Delivery:
    """One event on its way to one address.

    ``status`` is the HTTP status of the last try, None while there was none or no answer came;
    ``problem`` says why not. ``delivered_at`` is in seconds since 1970.
    """

    number: int
    type: str
    url: str
    body: bytes
    queued_at: float
    tries: int = 0
    status: int | None = None
    problem: str = ""
    delivered_at: float | None = None
    given_up: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will be tried."""
        return self.given_up or self.delivered_at is not None


@dataclass(frozen=True)
class Counts:
    """How many events there were, and how many tries they took."""

    queued: int = 0
    delivered: int = 0
    given_up: int = 0
    tries: int = 0
    refused_tries: int = 0

    @property
    def waiting(self) -> int:
        """How many are still to be delivered."""
        return self.queued - self.delivered - self.given_up


class Deliveries:
    """The queue and the record of deliveries; safe to use from several threads."""

    def __init__(self, *, most_tries: int, retry_seconds: float, longest_retry_seconds: float) -> None:
        self._most_tries = most_tries
        self._retry_seconds = retry_seconds
        self._longest_retry_seconds = longest_retry_seconds
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Delivery]] = []
        self._kept: deque[Delivery] = deque(maxlen=KEPT)
        self._counts = Counts()
        self._answers: Counter[int | None] = Counter()
        self._held = False
        self._stopped = False

    def add(self, event_type: str, url: str, body: bytes) -> Delivery:
        """Queue an event for an address."""
        with self._changed:
            delivery = self._record(event_type, url, body)
            heapq.heappush(self._due, (0.0, delivery.number, delivery))
            self._changed.notify_all()
            return replace(delivery)

    def add_settled(self, event_type: str, url: str, body: bytes, outcome: Outcome) -> None:
        """Record an event that was sent outside the queue, once."""
        with self._changed:
            self._note(self._record(event_type, url, body), outcome, most_tries=1)

    def take(self) -> Delivery | None:
        """Wait for the next event that is due and return it, None once everything is to end."""
        with self._changed:
            while not self._stopped:
                rest = self._seconds_to_wait()
                if rest == 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(rest)
            return None

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Record a try, and plan the next one where it failed."""
        with self._changed:
            self._note(delivery, outcome, most_tries=self._most_tries)
            if not delivery.is_settled:
                heapq.heappush(self._due, (time.monotonic() + self._pause(delivery), delivery.number, delivery))

    def hold(self) -> None:
        """Keep back whatever is due, until `release`."""
        with self._changed:
            self._held = True

    def release(self, order: str = "kept") -> None:
        """Send all that waits now: in its order, ``reversed``, or ``shuffled``.

        Raises:
            ValueError: there is no such order.
        """
        if order not in ORDERS:
            raise ValueError(f"The order is one of {', '.join(ORDERS)}.")
        with self._changed:
            self._held = False
            self._order_anew(ORDERS[order])
            self._changed.notify_all()

    def all(self) -> list[Delivery]:
        """Return the newest deliveries, oldest first."""
        with self._changed:
            return [replace(delivery) for delivery in self._kept]

    def counts(self) -> Counts:
        """Return how many there were."""
        with self._changed:
            return self._counts

    def answers(self) -> Counter[int | None]:
        """Return how many tries there were of each HTTP status, None for those without an answer."""
        with self._changed:
            return self._answers.copy()

    def wait_for(self, is_reached: Callable[[Counts], bool], *, seconds: float) -> bool:
        """Wait until the counts are as wanted; tell whether they came to be."""
        with self._changed:
            return self._changed.wait_for(lambda: is_reached(self._counts), timeout=seconds)

    def stop(self) -> None:
        """End: nothing more is taken."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _record(self, event_type: str, url: str, body: bytes) -> Delivery:
        delivery = Delivery(self._counts.queued, event_type, url, body, queued_at=time.time())
        self._kept.append(delivery)
        self._counts = replace(self._counts, queued=self._counts.queued + 1)
        return delivery

    def _note(self, delivery: Delivery, outcome: Outcome, *, most_tries: int) -> None:
        counts = self._counts
        delivery.tries += 1
        self._answers[outcome.status] += 1
        delivery.status, delivery.problem = outcome.status, outcome.problem
        if outcome.is_delivered:
            delivery.delivered_at = time.time()
        else:
            delivery.given_up = delivery.tries >= most_tries
        self._counts = replace(
            counts,
            tries=counts.tries + 1,
            refused_tries=counts.refused_tries + (not outcome.is_delivered),
            delivered=counts.delivered + outcome.is_delivered,
            given_up=counts.given_up + delivery.given_up,
        )
        self._changed.notify_all()

    def _pause(self, delivery: Delivery) -> float:
        pause: float = self._retry_seconds * 2 ** min(delivery.tries - 1, 30)
        return min(pause, self._longest_retry_seconds)

    def _seconds_to_wait(self) -> float | None:
        """Return 0 where an event is due now, None where only another thread can bring one."""
        if self._held or not self._due:
            return None
        return max(self._due[0][0] - time.monotonic(), 0.0)

    def _order_anew(self, rank: Callable[[int], float]) -> None:
        waiting = sorted(self._due, key=lambda due: rank(due[1]))
        # A time in the past keeps the new order among them and before all that come later.
        self._due = [(place - len(waiting), due[1], due[2]) for place, due in enumerate(waiting)]
        heapq.heapify(self._due)

"""Our own rate limit, a process: being throttled helps nobody. Where the provider states a lower one, that counts."""

import threading

from backoffice.cryptopocket.clock import Clock


class RateLimiter:
    """A token bucket that holds one second's worth of calls; safe between threads.

    It reckons in reservations: each call takes the next free slot and is told how long that is from now, so
    waiting happens outside the lock and in order.
    """

    def __init__(self, *, requests_per_second: float, clock: Clock) -> None:
        self._interval = 1.0 / requests_per_second
        self._burst = max(0.0, 1.0 - self._interval)
        self._clock = clock
        self._lock = threading.Lock()
        self._next_slot = clock.monotonic() - self._burst

    def reserve(self, *, maximum_wait: float) -> float | None:
        """Take the next slot and return the seconds until it; None, taking none, if that is too long."""
        with self._lock:
            now = self._clock.monotonic()
            slot = max(self._next_slot, now - self._burst)
            wait = max(0.0, slot - now)
            if wait > maximum_wait:
                return None
            self._next_slot = slot + self._interval
            return wait

    def pause(self, seconds: float) -> None:
        """Give out no slot for that long: the provider asked for it."""
        with self._lock:
            self._next_slot = max(self._next_slot, self._clock.monotonic() + seconds)

"""The stand-in provider's own time."""

from __future__ import annotations

import datetime
import time

from backoffice.sandbox.data.calendar import DAY, day_start

_STEP = 600_000_000
"""Ten minutes: how far one step moves a clock that stands still otherwise, in microseconds."""


class Clock:
    """Counts steps, and tells the time: the real one, or one that moves by steps only."""

    def __init__(self, *, today: datetime.date | None) -> None:
        self.step = 0
        self._start = None if today is None else day_start(today)
        self._readings = 0

    def now(self) -> int:
        """Return microseconds since 1970; two readings are never equal."""
        self._readings += 1
        if self._start is None:
            return max(time.time_ns() // 1000, 0)
        return self._start + self.step * _STEP + self._readings

    def in_days(self, days: int) -> int:
        """Return the moment that many days from now."""
        return self.now() + days * DAY

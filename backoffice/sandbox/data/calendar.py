"""Times of generated rows: evenly spread, never running backwards, a function of the index."""

from __future__ import annotations

import datetime

from backoffice.sandbox.data.mixing import scramble

DAY = 86_400_000_000
_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: text is made with a literal Z
_EPOCH_ORDINAL = _EPOCH.toordinal()


def iso_text(microseconds: int) -> str:
    """Return microseconds since 1970 as ISO 8601 with microseconds and ``Z`` (contract 1.4)."""
    moment = _EPOCH + datetime.timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="microseconds") + "Z"


def day_start(day: datetime.date) -> int:
    """Return the first microsecond of a day, UTC."""
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY


class Calendar:
    """Times, in microseconds since 1970, of ``count`` rows between two moments."""

    def __init__(self, *, key: int, start: int, end: int, count: int) -> None:
        self._key = key
        self._start = start
        self._count = count
        self._slot = max(1, (end - start) // max(1, count))

    def time(self, index: int) -> int:
        """Return when a row was made; a higher index is never earlier."""
        return self._start + index * self._slot + scramble(self._key + index) % self._slot

    def last_until(self, moment: int) -> int:
        """Return the highest index whose time is not after the moment, -1 if there is none."""
        index = min((moment - self._start) // self._slot, self._count - 1)
        if index >= 0 and self.time(index) > moment:
            index -= 1
        return max(index, -1)

"""Dates as the provider writes them: ISO 8601, in a format of its own, or as a number since 1970 (contract 1.4)."""

from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from backoffice.cryptopocket.endpoints import Conventions, read_zone
from backoffice.cryptopocket.resources.values import UnreadableValueError, read_moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS = {"seconds": 1_000_000, "milliseconds": 1_000}


class MomentReader:
    """Reads dates as aware datetimes in UTC."""

    def __init__(self, conventions: Conventions) -> None:
        self._zone: tzinfo = UTC if conventions.naive_timezone == "UTC" else read_zone(conventions.naive_timezone)
        self._formats = conventions.date_formats
        self._microseconds = _MICROSECONDS.get(conventions.numeric_dates or "")

    def __call__(self, value: Any) -> datetime:
        """Read one date."""
        try:
            return read_moment(value, zone=self._zone)
        except UnreadableValueError:
            moment = self._read_otherwise(value)
            if moment is None:
                raise
            return moment

    def _read_otherwise(self, value: Any) -> datetime | None:
        if isinstance(value, str):
            return self._read_formatted(value)
        if self._microseconds and isinstance(value, int | Decimal) and not isinstance(value, bool):
            return _count_from_1970(value, self._microseconds)
        return None

    def _read_formatted(self, text: str) -> datetime | None:
        for layout in self._formats:
            try:
                moment = datetime.strptime(text, layout)  # noqa: DTZ007 - the zone is set below where it has none
                return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        return None


def _count_from_1970(value: int | Decimal, microseconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=int(value * microseconds))
    except (ValueError, OverflowError, ArithmeticError):
        return None

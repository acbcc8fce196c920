"""Days as the pages show them: from midnight to midnight in the reader's zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import django_filters

from .moments import display_zone

_LEAST = timedelta(microseconds=1)


def begin_of(day: date) -> datetime:
    """Its first moment."""
    try:
        return datetime.combine(day, time.min, tzinfo=display_zone()).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time.min, tzinfo=UTC)


def end_of(day: date) -> datetime:
    """Its last moment: a day can have 23 or 25 hours, so it is the one before the next day."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return begin_of(day + timedelta(days=1)) - _LEAST


class DayRangeField(django_filters.fields.DateRangeField):  # type: ignore[misc]  # django-filter is untyped
    """Two days, read as the moments between the begin of the first and the end of the last."""

    def compress(self, data_list: Sequence[date | None]) -> slice | None:
        """The two moments, either of which may be open; None where nothing was given."""
        if not data_list:
            return None
        first, last = data_list
        return slice(begin_of(first) if first else None, end_of(last) if last else None)

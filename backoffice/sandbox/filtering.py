"""Which rows of a list a query asks for."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from backoffice.sandbox.call import Call
from backoffice.sandbox.collection import Collection
from backoffice.sandbox.data.calendar import DAY, day_start


def within_days(call: Call, collection: Collection[Any], *, field: str) -> Sequence[int]:
    """Return the indexes from ``date_from`` to ``date_to``, both days included; all without them.

    Generated rows are in order of time, so their bounds are found without looking at the rows
    between; rows added since are looked at one by one.
    """
    start, end = _day(call, "date_from"), _day(call, "date_to")
    if start is None and end is None:
        return range(len(collection))
    first = 0 if start is None else day_start(start)
    last = 1 << 62 if end is None else day_start(end) + DAY
    generated = range(collection.source.count)
    low = bisect_left(generated, first, key=collection.source.created)
    high = bisect_left(generated, last, key=collection.source.created)
    added = collection.added_indexes()
    kept = [index for index in added if _is_within(collection.row(index).get(field), start, end)]
    if len(kept) == len(added) and high == len(generated):
        return range(low, len(collection))
    return [*range(low, max(low, high)), *kept]


def _day(call: Call, name: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(call.query.get(name, ""))
    except ValueError:
        return None


def _is_within(moment: Any, start: datetime.date | None, end: datetime.date | None) -> bool:
    day = str(moment)[:10]
    return (start is None or day >= start.isoformat()) and (end is None or day <= end.isoformat())

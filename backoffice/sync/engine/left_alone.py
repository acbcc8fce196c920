"""Objects that could not be read singly are left alone for a while, so that they do not stand before all others."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

PAUSE = timedelta(minutes=15)
"""How long an object is left alone at first."""
LONGEST_PAUSE = timedelta(hours=2)


def leave_alone(row: Any, *, longer_each_time: bool) -> None:
    """Do not read this row's object for a while: a pause that doubles, where the object itself is at fault."""
    key = _key(row)
    last, _ = cache.get(key, (None, None))
    pause = min(2 * last, LONGEST_PAUSE) if last and longer_each_time else PAUSE
    # Remembered for a second pause: what cannot be read then either is left alone for longer.
    cache.set(key, (pause, timezone.now() + pause), 2 * pause.total_seconds())


def without_left_alone(rows: Sequence[Any]) -> list[Any]:
    """Those of the rows whose objects may be read now."""
    now = timezone.now()
    known = cache.get_many([_key(row) for row in rows])
    left_alone = {key for key, (_, until) in known.items() if until > now}
    return [row for row in rows if _key(row) not in left_alone]


def _key(row: Any) -> str:
    return f"sync-left-alone:{type(row).__name__}:{row.pk}"

"""How often each kind of run is due, when one is late, and when the next is to be expected.

The schedule itself is beat's (`backoffice/settings/schedule.py`); this says what it comes to for a resource.
"""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from backoffice.sync.models import SyncRun

STALE_AFTER_MISSED = 3
"""So many runs that should have succeeded since the last one make a resource stale."""

FULL_INTERVAL = timedelta(days=1)
FULL_GRACE = timedelta(hours=2)
"""A full run of a large list takes its time, and one that was cut off goes on later."""


def interval_of(mode: str) -> timedelta:
    """How often a run of that mode is due."""
    if mode == SyncRun.Mode.FULL:
        return FULL_INTERVAL
    seconds = settings.SYNC_OPEN_SECONDS if mode == SyncRun.Mode.OPEN else settings.SYNC_HEAD_SECONDS
    return timedelta(seconds=seconds)


def late_after(mode: str) -> timedelta:
    """How old the last success of that mode may be before it counts as late."""
    return FULL_INTERVAL + FULL_GRACE if mode == SyncRun.Mode.FULL else fair_time(mode)


def fair_time(mode: str) -> timedelta:
    """How long a run of that mode may take to catch up, once what kept it from running is over."""
    return FULL_GRACE if mode == SyncRun.Mode.FULL else STALE_AFTER_MISSED * interval_of(mode)


def wish_lasts_seconds(mode: str, *, of_a_person: bool) -> float | None:
    """How long a wish for such a run waits for a worker until it is dropped: beat has asked anew since. None: for ever.

    Not one interval only: where one round takes longer than that, the last lists of it would be left out each time.
    """
    if of_a_person or mode == SyncRun.Mode.FULL:
        return None
    return fair_time(mode).total_seconds()


def expect_next(mode: str, *, last_began_at: datetime | None, now: datetime) -> datetime:
    """When the next run of that mode is to be expected; a moment that has passed means "any time now"."""
    if mode == SyncRun.Mode.FULL:
        today = datetime.combine(now.astimezone(UTC), time(hour=settings.SYNC_FULL_HOUR), tzinfo=UTC)
        return today if today > now else today + FULL_INTERVAL
    return last_began_at + interval_of(mode) if last_began_at else now

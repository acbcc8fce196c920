"""How long things wait: between attempts, before read-backs, and after a worker was lost."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

_NOT_SENT_FIRST = timedelta(seconds=5)
_NOT_SENT_LONGEST = timedelta(minutes=15)
_NOT_AUTHORISED_FIRST = timedelta(minutes=5)
_NOT_AUTHORISED_LONGEST = timedelta(hours=1)
_READ_BACK_LONGEST = timedelta(hours=1)
WORKER_SILENT_AFTER = timedelta(seconds=45)

# An act that was sent so often, each time without a trace at the provider, is no longer repeated by itself.
ATTEMPT_LIMIT = 8


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    doubled: timedelta = first * 2 ** min(max(times, 0), 20)
    return min(doubled, longest)


def next_attempt(*, attempts: int, retry_after: float | None = None) -> datetime:
    """When to try again what was proven not sent, after `attempts` of them; never before `retry_after` seconds."""
    pause = _doubled(_NOT_SENT_FIRST, attempts - 1, _NOT_SENT_LONGEST)
    return timezone.now() + max(pause, timedelta(seconds=retry_after or 0))


def next_attempt_unauthorised(*, attempts: int) -> datetime:
    """When to try again after the provider did not accept our authorisation: seldom, it needs a person."""
    return timezone.now() + _doubled(_NOT_AUTHORISED_FIRST, attempts - 1, _NOT_AUTHORISED_LONGEST)


def next_read_back(*, read_backs: int, is_slow: bool = False) -> datetime | None:
    """When the next automatic read-back is due after `read_backs` of them; None when a person is to decide.

    is_slow: of a kind of which the provider takes longer.
    """
    if read_backs >= settings.OPERATIONS_READ_BACK_LIMIT:
        return None
    seconds = settings.OPERATIONS_SETTLE_SLOW_SECONDS if is_slow else settings.OPERATIONS_SETTLE_SECONDS
    return timezone.now() + _doubled(timedelta(seconds=seconds), read_backs, _READ_BACK_LONGEST)


def lease_ended_before() -> datetime:
    """A claim or call that began before this moment belongs to a worker that is gone."""
    return timezone.now() - timedelta(seconds=settings.OPERATIONS_LEASE_SECONDS)


def nudged_long_ago() -> datetime:
    """A message that was sent before this moment and had no effect is taken for lost."""
    return timezone.now() - timedelta(seconds=settings.OPERATIONS_NUDGE_SECONDS)

"""How soon things are tried again."""

from datetime import datetime, timedelta

from django.utils import timezone

SPACING = timedelta(seconds=2)
"""Between two read-backs of one object: whatever came meanwhile is settled by the second."""

LEASE = timedelta(seconds=180)
"""A read-back that takes longer lost its worker: every single try at the provider is much shorter."""

_PAUSES = (5, 15, 60, 300, 900, 3600)
"""Seconds after each failed try; then a person decides."""

_SOONEST, _LATEST = 5.0, 300.0
"""Seconds between two reads of an object that only its list can bring."""

LIST_READ_WITHIN = timedelta(hours=24)
"""A list that is not read for so long is looked at by a person anyway; what waited for it counts its tries."""

TRIES = len(_PAUSES) + 1
TRIES_NOT_FOUND = 4
"""An object that the provider does not know may be too new for it, but not for long."""


def next_try_before_the_list(*, wanted_at: datetime) -> datetime:
    """When to try an object again of which the list was not read yet: the longer it waits, the rarer."""
    waited = (timezone.now() - wanted_at).total_seconds()
    return timezone.now() + timedelta(seconds=min(max(waited, _SOONEST), _LATEST))


def next_try_at(*, tries: int, at_least_seconds: float = 0) -> datetime:
    """When to try again after so many failed tries."""
    pause = _PAUSES[min(tries, len(_PAUSES)) - 1]
    return timezone.now() + timedelta(seconds=max(pause, at_least_seconds))

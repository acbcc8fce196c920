"""Reads: when each process was last seen alive."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from backoffice.operations.models import Heartbeat

SILENT_AFTER = timedelta(seconds=45)
PASSAGE_SILENT_AFTER = timedelta(seconds=120)
"""A message waits behind the tasks at hand: longer than a process may be silent."""


def passages() -> list[str]:
    """A message from beat to a worker, through the default queue and through each that could be forgotten."""
    return ["passage", *(f"passage-{queue}" for queue in settings.WATCHED_QUEUES)]


def last_signs() -> dict[str, datetime]:
    """When each was last heard of, by name: `worker`, `beat`, and those of `passages`."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def is_silent(name: str, signs: dict[str, datetime]) -> bool:
    """Whether it was not heard of for too long, or never."""
    patience = PASSAGE_SILENT_AFTER if name.startswith("passage") else SILENT_AFTER
    seen_at = signs.get(name)
    return seen_at is None or timezone.now() - seen_at > patience

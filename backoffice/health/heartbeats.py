"""When each process was last seen alive, and when lists were last kept from being read."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from backoffice.operations.models import Heartbeat
from backoffice.operations.services import record_heartbeat

SILENT_AFTER = timedelta(seconds=45)
PASSAGE_SILENT_AFTER = timedelta(seconds=120)
"""A message waits behind the tasks at hand: longer than a process may be silent."""

_SILENCE = "silence"
_NEEDED_BY_SYNCS = {"worker", "beat", "passage", "passage-sync"}


def passages() -> list[str]:
    """A message from beat to a worker, through the default queue and through each that could be forgotten."""
    return ["passage", *(f"passage-{queue}" for queue in settings.WATCHED_QUEUES)]


def last_signs() -> dict[str, datetime]:
    """When each was last heard of, by name: `worker`, `beat`, and those of `passages`."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def silent_processes() -> list[str]:
    """Who is silent: worker and beat; where both live, each queue that no worker takes up.

    `passage` alone: no message passes at all, through whatever queue.
    """
    signs = last_signs()
    if silent := [name for name in ("worker", "beat") if is_silent(name, signs)]:
        return silent
    if silent := [name for name in passages() if is_silent(name, signs)]:
        by_name = [f"passage-{settings.CELERY_TASK_DEFAULT_QUEUE}" if name == "passage" else name for name in silent]
        return ["passage"] if silent == passages() else by_name
    return []


def is_sync_stopped(silent: Iterable[str]) -> bool:
    """Whether no list is read as long as these are silent."""
    return not _NEEDED_BY_SYNCS.isdisjoint(silent)


def note_silence() -> None:
    """Write down that until now lists could not be read: they get time to catch up from now on."""
    record_heartbeat(_SILENCE)


def silence_noticed_at() -> datetime | None:
    """When it was last seen that lists could not be read, by whoever watches; None for never."""
    return last_signs().get(_SILENCE)


def is_silent(name: str, signs: dict[str, datetime]) -> bool:
    """Whether it was not heard of for too long, or never."""
    patience = PASSAGE_SILENT_AFTER if name.startswith("passage") else SILENT_AFTER
    seen_at = signs.get(name)
    return seen_at is None or timezone.now() - seen_at > patience

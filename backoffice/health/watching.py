"""Verbs: look for what is wrong, open and close alerts."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.operations.models import Heartbeat

from .conditions import Condition, Finding, all_conditions
from .heartbeats import is_sync_stopped, note_silence, silent_processes
from .models import Alert
from .passing_on import TELL_AGAIN_AFTER, tell_what_is_due

WATCH_SECONDS = 60
OVERDUE_SECONDS = 180
NOBODY_WATCHED = timedelta(seconds=240)
"""A pause that one live process alone would not have left."""
_CLAIM = "watch"
_AWAITED = "watch-awaited"

logger = logging.getLogger(__name__)


def watch() -> bool:
    """Look for what is wrong and have it told; False where another process did so just now.

    Each channel is told of an alert at once, and again each hour while it goes on; that it is over is told once it has
    stayed so.
    """
    last = _last_watch()
    if not _claim(timedelta(seconds=WATCH_SECONDS - 5)):
        return False
    if last is None or timezone.now() - last > NOBODY_WATCHED or is_sync_stopped(silent_processes()):
        note_silence()
    for condition in all_conditions():
        _look(condition)
    _close_what_nobody_watches()
    tell_what_is_due()
    return True


def watch_if_overdue() -> None:
    """Do so where the usual way has fallen silent, or never began."""
    if timezone.now() - (_last_watch() or _awaited_since()) > timedelta(seconds=OVERDUE_SECONDS):
        watch()


def _last_watch() -> datetime | None:
    return Heartbeat.objects.filter(name=_CLAIM).values_list("at", flat=True).first()


def _awaited_since() -> datetime:
    """When a process first waited for a watch, in an installation that has had none: beat may never have run."""
    awaited, _is_first = Heartbeat.objects.get_or_create(name=_AWAITED, defaults={"at": timezone.now()})
    return awaited.at


def _claim(pause: timedelta) -> bool:
    """Take the turn; one conditional UPDATE, so that of several processes one does the work."""
    now = timezone.now()
    _turn, is_first = Heartbeat.objects.get_or_create(name=_CLAIM, defaults={"at": now})
    return is_first or bool(Heartbeat.objects.filter(name=_CLAIM, at__lte=now - pause).update(at=now))


def _look(condition: Condition) -> None:
    """Open, keep and close the alerts of one condition. One that cannot be looked at leaves them as they are."""
    try:
        found = {condition.key_of(finding): finding for finding in condition.find()}
    except Exception as problem:  # noqa: BLE001 - one condition that cannot be looked at must not hide the others
        logger.error("%s could not be watched: %s", condition.name, type(problem).__name__)  # noqa: TRY400 - may hold data
        return
    with transaction.atomic():
        _open_and_keep(condition, found)
        _close_others(condition, found)


def _open_and_keep(condition: Condition, found: dict[str, Finding]) -> None:
    now = timezone.now()
    known = {
        **_latest_alerts([key for key in found if found[key].opens], since=now - TELL_AGAIN_AFTER),
        **_latest_alerts([key for key in found if not found[key].opens], since=None),
    }
    for key, finding in found.items():
        if key in known:
            Alert.objects.filter(pk=known[key]).update(closed_at=None, last_seen_at=now, facts=dict(finding.facts))
        elif finding.opens:
            Alert.objects.create(
                key=key, kind=condition.name, facts=dict(finding.facts), opened_at=now, last_seen_at=now
            )


def _latest_alerts(keys: Iterable[str], *, since: datetime | None) -> dict[str, int]:
    """The alerts of these keys that are open; and those that were since then: they come back, and are not told anew."""
    lately = Q(closed_at__gte=since) if since else Q()
    alerts = Alert.objects.filter(Q(closed_at=None) | lately, key__in=list(keys))
    return dict(alerts.order_by("pk").values_list("key", "pk"))


def _close_others(condition: Condition, found: dict[str, Finding]) -> None:
    over = Alert.objects.filter(kind=condition.name, closed_at=None).exclude(key__in=list(found))
    over.update(closed_at=timezone.now())


def _close_what_nobody_watches() -> None:
    """Close alerts whose condition a newer release has no more: nothing else would ever find them over."""
    watched = [condition.name for condition in all_conditions()]
    Alert.objects.filter(closed_at=None).exclude(kind__in=watched).update(closed_at=timezone.now())

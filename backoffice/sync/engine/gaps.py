"""How far back a head has to read: a run that was cut off leaves a gap behind what it had written."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from backoffice.sync.engine.batch import Tally
from backoffice.sync.engine.lease import find_beginning
from backoffice.sync.engine.statements import any_of_numbers, any_of_texts
from backoffice.sync.models import Quarantine, SyncRun
from backoffice.sync.resources import Resource

_CUT_OFF = (SyncRun.State.FAILED, SyncRun.State.ABANDONED)


def read_through_at(resource: str) -> datetime | None:
    """When the list was last read through; None where it never was.

    What was first seen by then has no gap behind it: that run left none, and whatever else it met it read past.
    """
    ends = (
        _last_end(resource, SyncRun.Mode.HEAD),
        _last_end(resource, SyncRun.Mode.FULL, resumed_from=None),
        _end_of_continued(resource),
    )
    return max((end for end in ends if end), default=None)


def was_cut_off(resource: str) -> bool:
    """Whether a run of the list ever wrote a page and did not come to its end."""
    modes = (SyncRun.Mode.HEAD, SyncRun.Mode.FULL)
    return SyncRun.objects.filter(resource=resource, mode__in=modes, state__in=_CUT_OFF, pages__gt=0).exists()


def is_wholly_from_before(resource: Resource, tally: Tally, since: datetime | None) -> bool:
    """Whether all that a page showed, in quarantine or not, was first seen by then; without a moment nothing was.

    What an event or an operation brought since only looks known: other objects can have come with it.
    """
    if since is None:
        return False
    rows = resource.rows.filter(pk__in=any_of_numbers(tally.primary_keys), first_seen_at__gt=since)
    return not rows.exists() and not _has_new_bad_items(resource, tally, since)


def _has_new_bad_items(resource: Resource, tally: Tally, since: datetime) -> bool:
    keys = tally.without_row | tally.repeated
    bad = Quarantine.objects.filter(resource=resource.name, resolved_at=None, first_seen_at__gt=since)
    return bool(keys) and bad.filter(item_key__in=any_of_texts(keys)).exists()


def _last_end(resource: str, mode: SyncRun.Mode, **more: Any) -> datetime | None:
    ended = SyncRun.objects.filter(resource=resource, mode=mode, state=SyncRun.State.SUCCEEDED, **more)
    end: datetime | None = ended.aggregate(end=Max("finished_at"))["end"]
    return end


def _end_of_continued(resource: str) -> datetime | None:
    """The same of a full run that went on where another one had stopped: it has not read the newest end again.

    So a head that was cut off between the two has left its gap: what that head saw first does not count.
    """
    full = SyncRun.objects.filter(resource=resource, mode=SyncRun.Mode.FULL, state=SyncRun.State.SUCCEEDED)
    last = full.exclude(resumed_from=None).order_by("-finished_at").first()
    if last is None:
        return None
    between = SyncRun.objects.filter(
        resource=resource,
        mode=SyncRun.Mode.HEAD,
        state__in=_CUT_OFF,
        pages__gt=0,
        pk__gt=find_beginning(last).pk,
        pk__lt=last.pk,
    )
    gap_began: datetime | None = between.aggregate(began=Min("started_at"))["began"]
    return gap_began or last.finished_at

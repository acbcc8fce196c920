"""How long after the provider's change a row is written, and what that time is counted from.

The contract shows no time of change on a payment or an off-ramp (contract 4.5, 5.3). What is known, the best first: the
object's own time of change where the provider gives one; the time of the event that told us; the creation of an object
that is new; else only that it changed after the read before, so that the time since then is the most it can have been.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Max, Min, Q

from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.resources import Resource

MeasuredFrom = RecordedChange.MeasuredFrom


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """By what we learned of a change, how many milliseconds after it, and what they are counted from."""

    by: str
    after_ms: int
    measured_from: str


@dataclass(frozen=True, kw_only=True)
class FullReads:
    """When the first full run began, and the last one that read every item; None where none did."""

    first_began_at: datetime | None
    last_began_at: datetime | None


class Watch:
    """Measures the delays of one resource. What it must know of earlier runs is asked once, and only when needed."""

    def __init__(self, *, resource: str, created_column: str) -> None:
        self._resource = resource
        self._created_column = created_column

    @cached_property
    def _full_reads(self) -> FullReads:
        runs = SyncRun.objects.filter(resource=self._resource, mode=SyncRun.Mode.FULL, state=SyncRun.State.SUCCEEDED)
        # Quarantined, doubted or resumed: then not every row was read after the run began.
        is_whole = Q(error="", quarantined=0, resumed_from=None)
        found = runs.aggregate(first=Min("started_at"), last=Max("started_at", filter=is_whole))
        return FullReads(first_began_at=found["first"], last_began_at=found["last"])

    def measure_first_sight(
        self, columns: Mapping[str, Any], *, by: str, nudged_at: datetime | None, now: datetime
    ) -> Learned | None:
        """For an object that is new to us; None for one from before we watched: history is only loaded."""
        if nudged_at is not None:
            return _learned(by, now - nudged_at, MeasuredFrom.EVENT)
        created_at = columns.get(self._created_column)
        watched_since = self._full_reads.first_began_at
        if created_at is None or watched_since is None or created_at < watched_since:
            return None
        return _learned(by, now - created_at, MeasuredFrom.CREATION)

    def measure_change(
        self,
        row: Mapping[str, Any],
        *,
        by: str,
        provider_changed_at: datetime | None,
        nudged_at: datetime | None,
        is_listed: bool,
        now: datetime,
    ) -> Learned:
        """For a change of a stored row.

        A time that lies before the row was last read cannot be this change's: the row did not show it then.
        is_listed: the change was seen in a list, so that a full run before it had shown the row without it.
        """
        if provider_changed_at is not None and provider_changed_at > row["read_at"]:
            return _learned(by, now - provider_changed_at, MeasuredFrom.PROVIDER)
        if nudged_at is not None and nudged_at > row["read_at"]:
            return _learned(by, now - nudged_at, MeasuredFrom.EVENT)
        previous_read_at = row["read_at"]
        if is_listed and (full_read_at := self._full_reads.last_began_at):
            # A list that shows a row unchanged writes nothing: that it was read is known from the run.
            previous_read_at = max(previous_read_at, full_read_at)
        return _learned(by, now - previous_read_at, MeasuredFrom.PREVIOUS_READ)


def _learned(by: str, delay: timedelta, measured_from: MeasuredFrom) -> Learned:
    """A provider whose clock is ahead of ours makes no negative delay."""
    return Learned(by=by, after_ms=max(0, delay // timedelta(milliseconds=1)), measured_from=measured_from.value)


def watch_over(resource: Resource) -> Watch | None:
    """What measures a resource's delays; None for one that does not ask for it."""
    if not resource.created_column:
        return None
    return Watch(resource=resource.name, created_column=resource.created_column)

"""How each kind of run of a resource stands: when it last succeeded and what it found, if it is late, when it is next.

Read for any number of resources with one query, however many runs are kept.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min, Q, Subquery
from django.utils import timezone

from backoffice.sync.engine.lease import is_alive
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource
from backoffice.sync.schedule import expect_next, late_after

NOT_WELL = (SyncRun.State.FAILED, SyncRun.State.ABANDONED)
ENDED = (SyncRun.State.SUCCEEDED, *NOT_WELL)


@dataclass(frozen=True, kw_only=True)
class ModeFreshness:
    """One kind of run of a resource.

    last_failure: the newest run that did not succeed, where it came after the last success. is_late: the last success
    is too old, or there is none and it could have been for as long; not where it is being read or was by a full run
    until just now, which reads what the others would. next_at: when the next is to be expected; a moment that has
    passed means "any time now".
    """

    mode: SyncRun.Mode
    last_success: SyncRun | None
    last_failure: SyncRun | None
    running: SyncRun | None
    is_late: bool
    next_at: datetime

    @property
    def last_success_at(self) -> datetime | None:
        """When it last ended well; None for never."""
        return self.last_success.finished_at if self.last_success else None

    @property
    def never_began(self) -> bool:
        """Whether it was never so much as tried."""
        return not (self.last_success or self.last_failure or self.running)


def modes_of(resource: Resource) -> list[SyncRun.Mode]:
    """The kinds of run that a resource has: not every one has objects that are read singly."""
    return [mode for mode in SyncRun.Mode if mode != SyncRun.Mode.OPEN or resource.can_be_open]


def latest_runs(resources: Sequence[Resource]) -> dict[str, list[SyncRun]]:
    """By resource its running run, and of each kind of run the newest and the oldest of each end: one query."""
    ends = [(resource.name, mode, state) for resource in resources for mode in modes_of(resource) for state in ENDED]
    newest = [_first_by("-finished_at", *end) for end in ends]
    oldest = [_first_by("finished_at", *end) for end in ends]
    names = [resource.name for resource in resources]
    # All modes, named: only so is the index used.
    running = Q(resource__in=names, mode__in=SyncRun.Mode.values, state=SyncRun.State.RUNNING)
    found = (
        SyncRun.objects.filter(Q(pk__in=[*newest, *oldest]) | running).defer("seen_rows").select_related("requested_by")
    )
    runs: dict[str, list[SyncRun]] = {name: [] for name in names}
    for run in found.order_by("pk"):
        runs[run.resource].append(run)
    return runs


def installed_at(runs: Mapping[str, Sequence[SyncRun]]) -> datetime | None:
    """When the tables of this room were made, where one of the resources has no run that ended."""
    if all(any(run.finished_at for run in known) for known in runs.values()):
        return None
    return _tables_made_at()


@functools.cache
def _tables_made_at() -> datetime | None:
    """It never changes, so a process asks once."""
    made = MigrationRecorder(connection).migration_qs.filter(app=SyncRun._meta.app_label)  # noqa: SLF001 - Django's way
    moment: datetime | None = made.aggregate(first=Min("applied"))["first"]
    return moment


def describe_modes(
    resource: Resource, runs: Iterable[SyncRun], *, installed_at: datetime | None
) -> list[ModeFreshness]:
    """How each kind of run stands, from what `latest_runs` and `installed_at` gave for the resource."""
    now, known = timezone.now(), list(runs)
    return [_describe(mode, known, now, installed_at) for mode in modes_of(resource)]


def _describe(
    mode: SyncRun.Mode, runs_of_all: list[SyncRun], now: datetime, installed_at: datetime | None
) -> ModeFreshness:
    runs = [run for run in runs_of_all if run.mode == mode]
    success = max((run for run in runs if run.state == SyncRun.State.SUCCEEDED), key=_number, default=None)
    failure = max((run for run in runs if run.state in NOT_WELL), key=_number, default=None)
    return ModeFreshness(
        mode=mode,
        last_success=success,
        last_failure=failure if failure and (success is None or failure.pk > success.pk) else None,
        running=next((run for run in runs if is_alive(run)), None),
        is_late=_is_late(mode, runs_of_all, now, possible_since=_possible_since(mode, runs_of_all, installed_at)),
        next_at=expect_next(mode, last_began_at=max((run.started_at for run in runs), default=None), now=now),
    )


def _is_late(mode: SyncRun.Mode, runs: list[SyncRun], now: datetime, *, possible_since: datetime | None) -> bool:
    if is_being_read(mode, runs, now):
        return False
    own = [run for run in runs if run.mode == mode and run.state == SyncRun.State.SUCCEEDED]
    # One that was cut off kept the others waiting as well.
    full = [run for run in runs if run.mode == SyncRun.Mode.FULL and mode != SyncRun.Mode.FULL]
    ends = [run.finished_at for run in own + full if run.finished_at]
    counted_from = max(ends, default=possible_since)
    return counted_from is not None and now - counted_from > late_after(mode)


def _possible_since(mode: SyncRun.Mode, runs: list[SyncRun], installed_at: datetime | None) -> datetime | None:
    """Since when a run of that mode could have been: its first try, or the end of the first run of any other kind.

    That one shows that processes run and that the provider is asked, and it held the list until then. Where no run
    ever ended the installation counts, for the full sync alone: that the newest end was never read is told at once,
    and of a list without rows nothing is open.
    """
    tries = [run.started_at for run in runs if run.mode == mode]
    ends = [run.finished_at for run in runs if run.finished_at]
    if not ends and installed_at is not None and mode == SyncRun.Mode.FULL:
        return min(tries, default=installed_at)
    return min(tries + ends, default=None)


def is_being_read(mode: SyncRun.Mode, runs: Iterable[SyncRun], now: datetime) -> bool:
    """Whether a live run is about to bring what a run of that mode would: itself, or a full one.

    Not one that takes too long, nor one after another that failed or was cut off: where each ends so and the next
    begins at once, there would always be one that gives hope.
    """
    fitting = [run for run in runs if run.mode in {mode, SyncRun.Mode.FULL}]
    succeeded = max((run.pk for run in fitting if run.state == SyncRun.State.SUCCEEDED), default=0)
    if any(run.state in NOT_WELL and run.pk > succeeded for run in fitting):
        return False
    return any(is_alive(run) and now - run.started_at <= late_after(SyncRun.Mode(run.mode)) for run in fitting)


def _number(run: SyncRun) -> int:
    return run.pk


def _first_by(order: str, resource: str, mode: SyncRun.Mode, state: SyncRun.State) -> Any:
    runs = SyncRun.objects.filter(resource=resource, mode=mode, state=state)
    return Subquery(runs.order_by(order).values("pk")[:1])

"""How each kind of run of a resource stands: when it last succeeded and what it found, if it is late, when it is next.

Read for any number of resources with one query, however many runs are kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Subquery
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
    is too old, or there is none and the first try is as long ago; not where it is being read or was by a full run until
    just now, which reads what the others would. next_at: when the next is to be expected; a moment that has passed
    means "any time now".
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


def modes_of(resource: Resource) -> list[SyncRun.Mode]:
    """The kinds of run that a resource has: not every one has objects that are read singly."""
    return [mode for mode in SyncRun.Mode if mode != SyncRun.Mode.OPEN or resource.can_be_open]


def latest_runs(resources: Sequence[Resource]) -> dict[str, list[SyncRun]]:
    """By resource its running run, of each kind of run the newest of each end, and the oldest that did not end well:
    one query."""
    kinds = [(resource.name, mode) for resource in resources for mode in modes_of(resource)]
    newest = [_first_by("-finished_at", name, mode, state) for name, mode in kinds for state in ENDED]
    oldest = [_first_by("finished_at", name, mode, state) for name, mode in kinds for state in NOT_WELL]
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


def describe_modes(resource: Resource, runs: Iterable[SyncRun]) -> list[ModeFreshness]:
    """How each kind of run stands, from what `latest_runs` gave for the resource."""
    now, known = timezone.now(), list(runs)
    return [_describe(mode, known, now) for mode in modes_of(resource)]


def _describe(mode: SyncRun.Mode, runs_of_all: list[SyncRun], now: datetime) -> ModeFreshness:
    runs = [run for run in runs_of_all if run.mode == mode]
    success = max((run for run in runs if run.state == SyncRun.State.SUCCEEDED), key=_number, default=None)
    failure = max((run for run in runs if run.state in NOT_WELL), key=_number, default=None)
    return ModeFreshness(
        mode=mode,
        last_success=success,
        last_failure=failure if failure and (success is None or failure.pk > success.pk) else None,
        running=next((run for run in runs if is_alive(run)), None),
        is_late=_is_late(mode, runs_of_all, success, now),
        next_at=expect_next(mode, last_began_at=max((run.started_at for run in runs), default=None), now=now),
    )


def _is_late(mode: SyncRun.Mode, runs: list[SyncRun], success: SyncRun | None, now: datetime) -> bool:
    if is_being_read(mode, runs, now):
        return False
    # One that was cut off kept the others waiting as well.
    ended = [success, *(run for run in runs if run.mode == SyncRun.Mode.FULL and mode != SyncRun.Mode.FULL)]
    ends = [run.finished_at for run in ended if run and run.finished_at]
    tries = [run.started_at for run in runs if run.mode == mode]
    counted_from = max(ends) if ends else min(tries, default=None)
    return counted_from is not None and now - counted_from > late_after(mode)


def is_being_read(mode: SyncRun.Mode, runs: Iterable[SyncRun], now: datetime) -> bool:
    """Whether a live run is about to bring what a run of that mode would: itself, or a full one.

    Not one that takes too long, nor one that comes after a failure: where each fails and the next begins at once, there
    would always be one that gives hope.
    """
    fitting = [run for run in runs if run.mode in {mode, SyncRun.Mode.FULL}]
    succeeded = max((run.pk for run in fitting if run.state == SyncRun.State.SUCCEEDED), default=0)
    if any(run.state == SyncRun.State.FAILED and run.pk > succeeded for run in fitting):
        return False
    return any(is_alive(run) and now - run.started_at <= late_after(SyncRun.Mode(run.mode)) for run in fitting)


def _number(run: SyncRun) -> int:
    return run.pk


def _first_by(order: str, resource: str, mode: SyncRun.Mode, state: SyncRun.State) -> Any:
    runs = SyncRun.objects.filter(resource=resource, mode=mode, state=state)
    return Subquery(runs.order_by(order).values("pk")[:1])

"""Reads: how fresh a resource is, what changed in a row, what is in quarantine."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from backoffice.security.restriction import restricted_rows
from backoffice.sync.engine.lease import is_alive
from backoffice.sync.engine.sighting import mark_of_repeated
from backoffice.sync.models import DriftCheck, DriftFinding, MirroredModel, Quarantine, RecordedChange, SyncRun
from backoffice.sync.modes import NOT_WELL, ModeFreshness, describe_modes, installed_at, is_being_read, latest_runs
from backoffice.sync.resources import Resource, all_resources, find_resource_of, get_resource
from backoffice.sync.schedule import interval_of


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How true the rows of a resource are.

    last_success_at: when the last run over its list ended well, None for never. is_running: the live run, if any.
    is_stale: its newest end is late, or it was never read and is not being read.
    interval: how often a sync is due. last_error: what went wrong since then, empty where nothing did. modes: each
    kind of run by itself.
    """

    last_success_at: datetime | None
    last_mode: str
    is_running: SyncRun | None
    is_stale: bool
    interval: timedelta
    last_error: str
    modes: list[ModeFreshness]

    @property
    def late_modes(self) -> list[ModeFreshness]:
        """The kinds of run that are late; the newest end where the list was never read at all."""
        return [found for found in self.modes if found.is_late or (self.is_stale and found.mode == SyncRun.Mode.HEAD)]


@dataclass(frozen=True, kw_only=True)
class LateList:
    """A resource of which at least one kind of run is late."""

    resource: Resource
    modes: list[ModeFreshness]


def history_of(row: MirroredModel) -> QuerySet[RecordedChange]:
    """The recorded changes of a mirrored row, newest first. Raises UnknownResourceError."""
    resource = find_resource_of(type(row))
    changes = RecordedChange.objects.filter(resource=resource.name, remote_id=row.remote_id)
    return changes.select_related("run", "run__requested_by")


def freshness(name: str) -> Freshness:
    """How fresh a resource's rows are. Raises UnknownResourceError."""
    return freshness_of([get_resource(name)])[name]


def freshness_of(resources: list[Resource]) -> dict[str, Freshness]:
    """How fresh each resource is, by name; one query, however many they are, and one more where one was never read."""
    runs = latest_runs(resources)
    installed = installed_at(runs)
    return {resource.name: _describe(resource, runs[resource.name], installed) for resource in resources}


def last_success_at(name: str) -> datetime | None:
    """When the last run over a resource's list ended well, None for never; one query."""
    moment: datetime | None = _successes().filter(resource=name).aggregate(last=Max("finished_at"))["last"]
    return moment


def late_lists() -> list[LateList]:
    """The resources of which a kind of run is late, with those kinds; as many queries as `freshness_of`."""
    resources = all_resources()
    known = freshness_of(resources)
    found = [LateList(resource=resource, modes=known[resource.name].late_modes) for resource in resources]
    return [late for late in found if late.modes]


def about_restricted(key: str) -> Q:
    """Which rows of a table are about somebody who asked to be forgotten.

    key: the column that holds an object's id at the provider, beside the column `resource`.
    """
    hidden = [
        Q(Exists(rows.filter(remote_id=OuterRef(key))), resource=resource.name)
        for resource in all_resources()
        if (rows := restricted_rows(resource.model)) is not None
    ]
    return reduce(or_, hidden, Q(pk__isnull=True))


def recent_drift(within: timedelta = timedelta(days=1)) -> QuerySet[DriftFinding]:
    """The rows that were found to differ from the provider though they should not have; wanted: none."""
    return DriftFinding.objects.filter(found_at__gt=timezone.now() - within)


def latest_drift_checks() -> dict[str, DriftCheck]:
    """The newest drift check of each resource that had one, by name; one query."""
    newest = DriftCheck.objects.order_by().values("resource").annotate(newest=Max("pk")).values("newest")
    return {check.resource: check for check in DriftCheck.objects.filter(pk__in=newest)}


def open_quarantine() -> QuerySet[Quarantine]:
    """The items that could not become rows and still wait."""
    return Quarantine.objects.filter(resolved_at=None)


def has_anothers_id(item: Quarantine) -> bool:
    """Whether another item of the list has the id of this one, and the row: it is never tried again by itself."""
    return item.item_key.endswith(mark_of_repeated(item.fingerprint))


def _successes() -> QuerySet[SyncRun]:
    return SyncRun.objects.filter(state=SyncRun.State.SUCCEEDED).exclude(mode=SyncRun.Mode.OPEN)


def _describe(resource: Resource, runs: list[SyncRun], installed: datetime | None) -> Freshness:
    listed = [run for run in runs if run.state == SyncRun.State.SUCCEEDED and run.mode != SyncRun.Mode.OPEN]
    success = max(listed, key=lambda run: run.pk, default=None)
    running = next((run for run in runs if is_alive(run)), None)
    succeeded_at = success.finished_at if success else None
    modes = describe_modes(resource, runs, installed_at=installed)
    is_head_late = any(found.is_late for found in modes if found.mode == SyncRun.Mode.HEAD)
    failures = [run for run in runs if run.state in NOT_WELL]
    since = [run for run in failures if success is None or run.pk > success.pk]
    return Freshness(
        last_success_at=succeeded_at,
        last_mode=success.mode if success else "",
        is_running=running,
        is_stale=is_head_late or (succeeded_at is None and not is_being_read(SyncRun.Mode.HEAD, runs, timezone.now())),
        interval=interval_of(SyncRun.Mode.HEAD),
        last_error=max(since, key=lambda run: run.pk).error if since else "",
        modes=modes,
    )

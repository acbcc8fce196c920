"""One run a resource at a time: the run's row is the lease.

A partial unique constraint lets one running row of a resource exist. Its heartbeat shows that it lives; whoever comes
next marks a dead one abandoned and takes its place. Every write of a run asks whether the lease is still its own, in
the same transaction, so that a run which was only slow stops without writing beside its successor.
"""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.context import current_context
from backoffice.audit.services import record
from backoffice.patience import beat_after
from backoffice.sync.errors import LeaseLostError, SyncAlreadyRunning
from backoffice.sync.models import SyncRun

RESUME_WITHIN = timedelta(hours=24)
READ_THROUGH = 0
"""`next_page` of a partition of which all pages were read."""

_PROGRESS = (
    "partition", "next_page", "seen_rows", "totals", "total",
    "pages", "seen", "created", "changed", "unchanged", "stale", "missing", "quarantined",
)  # fmt: skip

Progress = Callable[[SyncRun], None]


class Lease:
    """The right to write rows of a resource, as long as it is renewed."""

    def __init__(self, run: SyncRun, *, progress: Progress | None = None) -> None:
        self.run = run
        self._progress = progress
        self._beat_seconds = beat_after(settings.SYNC_LEASE_SECONDS)
        self._last_beat = time.monotonic()

    def beat(self) -> None:
        """Give a sign of life, if the last one is some time ago. Raises LeaseLostError."""
        if time.monotonic() - self._last_beat >= self._beat_seconds:
            self._update()
        self._show()

    def save_progress(self) -> None:
        """Write the run's counts and how far it came. Raises LeaseLostError."""
        self._update(**{name: getattr(self.run, name) for name in _PROGRESS})
        self._show()

    def end(self, state: SyncRun.State, *, error: str = "") -> None:
        """End the run, if it is still ours to end."""
        changes: dict[str, Any] = {"state": state, "error": error, "finished_at": timezone.now()}
        if state == SyncRun.State.SUCCEEDED:
            changes["seen_rows"] = b""
        with transaction.atomic():
            if self._own().update(**changes):
                for name, value in changes.items():
                    setattr(self.run, name, value)
                record("sync.ended", subject=self.run, sync_run_id=self.run.pk, **_outcome_of(self.run))
            else:
                self.run.refresh_from_db()
        self._show()

    def _update(self, **changes: Any) -> None:
        if not self._own().update(heartbeat_at=timezone.now(), **changes):
            raise LeaseLostError
        self._last_beat = time.monotonic()

    def _own(self) -> QuerySet[SyncRun]:
        return SyncRun.objects.filter(pk=self.run.pk, lease_token=self.run.lease_token, state=SyncRun.State.RUNNING)

    def _show(self) -> None:
        if self._progress:
            self._progress(self.run)


def acquire(*, resource: str, mode: SyncRun.Mode, requested_by: Any = None, progress: Progress | None = None) -> Lease:
    """Begin a run; a `full` one goes on where the one before it stopped.

    Raises SyncAlreadyRunning when a live run holds the resource.
    """
    abandon_dead_runs(resource=resource)
    resumed = find_resumable(resource) if mode == SyncRun.Mode.FULL else None
    now = timezone.now()
    run = SyncRun(
        resource=resource,
        mode=mode,
        requested_by=requested_by,
        correlation_id=current_context().correlation_id,
        lease_token=uuid.uuid4(),
        started_at=now,
        heartbeat_at=now,
    )
    if resumed:
        _go_on_from(run, resumed)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        raise SyncAlreadyRunning(resource, find_running(resource)) from None
    return Lease(run, progress=progress)


def find_running(resource: str) -> SyncRun | None:
    """The run that holds the resource, None where none does; a dead one counts until somebody takes its place."""
    return SyncRun.objects.filter(resource=resource, state=SyncRun.State.RUNNING).first()


def is_alive(run: SyncRun) -> bool:
    """Whether a run is running and has given a sign of life lately."""
    return run.state == SyncRun.State.RUNNING and run.heartbeat_at >= _dead_before()


def abandon_dead_runs(*, resource: str) -> int:
    """Mark runs without a heartbeat as abandoned, and say how many."""
    silent = Q(state=SyncRun.State.RUNNING, heartbeat_at__lt=_dead_before())
    return sum(_abandon(run, silent) for run in SyncRun.objects.filter(silent, resource=resource))


def _abandon(run: SyncRun, silent: Q) -> int:
    """Mark one dead run, unless it was marked meanwhile; there is one of a resource at most."""
    run.state = SyncRun.State.ABANDONED
    with transaction.atomic():
        marked = SyncRun.objects.filter(silent, pk=run.pk).update(
            state=run.state,
            finished_at=timezone.now(),
            error=_(
                "The process ended without a word (no sign of life). What it had read was written; "
                "the next full sync goes on from there."
            ),
        )
        if marked:
            record("sync.ended", subject=run, sync_run_id=run.pk, **_outcome_of(run))
    return marked


def find_resumable(resource: str) -> SyncRun | None:
    """The last full run, if it stopped on its way after at least one page, not long ago."""
    last = (
        SyncRun.objects.filter(resource=resource, mode=SyncRun.Mode.FULL).exclude(state=SyncRun.State.RUNNING).first()
    )
    if last is None or last.state == SyncRun.State.SUCCEEDED or not last.pages:
        return None
    return last if last.started_at >= timezone.now() - RESUME_WITHIN else None


def find_beginning(run: SyncRun) -> SyncRun:
    """The run that this one continues, and that one, to the first."""
    while run.resumed_from is not None:
        run = run.resumed_from
    return run


def _outcome_of(run: SyncRun) -> dict[str, Any]:
    counts = ("seen", "created", "changed", "missing", "quarantined")
    kept = {name: str(getattr(run, name)) for name in ("resource", "mode", "state")}
    return {**kept, **{name: getattr(run, name) for name in counts}}


def _go_on_from(run: SyncRun, stopped: SyncRun) -> None:
    run.resumed_from = stopped
    for name in ("partition", "next_page", "seen_rows", "totals", "total"):
        setattr(run, name, getattr(stopped, name))


def _dead_before() -> Any:
    return timezone.now() - timedelta(seconds=settings.SYNC_LEASE_SECONDS)

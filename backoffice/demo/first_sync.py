"""Asking for the first sync, and telling how far it is."""

import sys
import time
from collections.abc import Callable

from django.db.models import Max

from backoffice.sync.models import SyncRun
from backoffice.sync.resources import all_resources
from backoffice.sync.tasks import sync_all

_DONE = (SyncRun.State.SUCCEEDED, SyncRun.State.FAILED)


def request_first_sync() -> bool:
    """Ask for a full sync when there was none yet; return whether it was asked for."""
    if SyncRun.objects.filter(mode=SyncRun.Mode.FULL, state=SyncRun.State.SUCCEEDED).exists():
        return False
    sync_all.delay(mode=SyncRun.Mode.FULL.value)
    return True


def follow_first_sync(*, check: Callable[[], None], started: float) -> None:
    """Print the progress of the first sync until every resource is done.

    `check` raises when a process of the demo has ended. `started` is the monotonic time the demo began.
    """
    names = [resource.name for resource in all_resources()]
    finished: set[str] = set()
    while len(finished) < len(names):
        check()
        runs = _latest_full_runs()
        for name in names:
            run = runs.get(name)
            if run is not None and run.state in _DONE and name not in finished:
                finished.add(name)
                _print_line(f"  {name:<18} {run.get_state_display()}: {run.seen:,} read, {run.created:,} new")
        _print_progress([run for run in runs.values() if run.state == SyncRun.State.RUNNING])
        time.sleep(0.25)
    _print_line(f"  Everything is here, {time.monotonic() - started:.0f} seconds after the start.")


def _latest_full_runs() -> dict[str, SyncRun]:
    latest = SyncRun.objects.filter(mode=SyncRun.Mode.FULL).values("resource").annotate(newest=Max("pk"))
    return {run.resource: run for run in SyncRun.objects.filter(pk__in=[row["newest"] for row in latest])}


def _print_progress(running: list[SyncRun]) -> None:
    if sys.stdout.isatty():
        text = ", ".join(
            f"{run.resource} {run.seen:,}" + (f" of {run.total:,}" if run.total else "") for run in running
        )
        sys.stdout.write(f"\r\033[K  {text}")
        sys.stdout.flush()


def _print_line(text: str) -> None:
    sys.stdout.write(("\r\033[K" if sys.stdout.isatty() else "") + text + "\n")
    sys.stdout.flush()

"""How much more memory a sync takes at its peak than the process had before it."""

import resource as process
import sys
from pathlib import Path

from backoffice.sync.models import SyncRun
from backoffice.sync.services import sync_resource
from benchmarks.items import NAME, Lines, mirror


def measure_memory(rows: int) -> dict[str, float]:
    """Megabytes of growth over the start for one full sync of `rows` lines."""
    mirror(Lines(count=500))
    sync_resource(name=NAME, mode=SyncRun.Mode.HEAD)  # what every run loads once: modules, statements, connections
    before = _resident_megabytes()
    mirror(Lines(count=rows))
    run = sync_resource(name=NAME, mode=SyncRun.Mode.FULL)
    if run.state != SyncRun.State.SUCCEEDED or run.seen != rows:
        raise AssertionError(f"The sync of {rows} rows ended {run.state}: {run.error}")
    return {"growth": max(0.0, peak_megabytes() - before), "created": run.created, "unchanged": run.unchanged}


def _resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * process.getpagesize() / 2**20


def peak_megabytes() -> float:
    """The most memory that this process has needed so far."""
    peak = process.getrusage(process.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10

"""The same over HTTP, from a stand-in provider in a process of its own."""

import logging
import time
from typing import Any

from backoffice.sync.models import SyncRun
from backoffice.sync.services import sync_resource


class _Waiting(logging.Handler):
    """Adds up what the client's log says that the provider took, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.milliseconds = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Add one call."""
        if record.args and isinstance(record.args, tuple) and isinstance(record.args[-1], float):
            self.milliseconds += record.args[-1]


def measure_end_to_end() -> dict[str, Any]:
    """Seconds and the share of waiting for a first load of bank lines and for a second one."""
    sync_resource(name="bank_accounts", mode=SyncRun.Mode.FULL)
    return {"first": _measure_one(), "again": _measure_one()}


def _measure_one() -> dict[str, Any]:
    client_log = logging.getLogger("backoffice.cryptopocket")
    waiting = _Waiting()
    client_log.addHandler(waiting)
    client_log.propagate = False
    client_log.setLevel(logging.INFO)
    began = time.perf_counter()
    try:
        run = sync_resource(name="bank_transactions", mode=SyncRun.Mode.FULL)
    finally:
        client_log.removeHandler(waiting)
    seconds = time.perf_counter() - began
    if run.state != SyncRun.State.SUCCEEDED:
        raise AssertionError(run.error)
    return {"rows": run.seen, "seconds": seconds, "waiting": waiting.milliseconds / 1000 / seconds}

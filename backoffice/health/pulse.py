"""Signs of life of the processes themselves: a worker and beat each say that they live, whatever the other does.

Each also looks after the alerts where the usual way (beat sends a message, a worker does it) has fallen silent: with
the worker away beat still tells it, and with beat away the worker does.
"""

import logging
import time
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler
from celery.worker import state
from django.conf import settings
from django.db import DatabaseError, connections

PULSE_SECONDS = 10

logger = logging.getLogger(__name__)


def pulse(name: str, *passages: str) -> None:
    """Say that the process called `name` lives, and look after the alerts where nobody else does.

    passages: those that it can vouch for besides.

    Uses a connection of its own and closes it: a pool process that is forked meanwhile must not share it.
    """
    from backoffice.health.watching import watch_if_overdue  # noqa: PLC0415 - needs the models
    from backoffice.operations.services import record_heartbeat  # noqa: PLC0415

    try:
        for alive in (name, *passages):
            record_heartbeat(alive)
        watch_if_overdue()
    except DatabaseError as problem:
        # Only the kind: its text can hold personal data.
        logger.warning("the sign of life of %s was not written: %s", name, type(problem).__name__)
    finally:
        connections.close_all()


def pulse_of_worker() -> None:
    """Say that a worker lives, and that it takes up the queues of which it does a task at the moment.

    Their own messages wait behind those tasks, which can be long (a full sync) or many (operations).
    """
    at_work = {request.delivery_info.get("routing_key") for request in state.active_requests}
    pulse("worker", *(f"passage-{queue}" for queue in settings.WATCHED_QUEUES if queue in at_work))


class WorkerPulse(bootsteps.StartStopStep):
    """A part of each worker: the main process's timer, which goes on while its pool is busy."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **options: Any) -> None:
        """Nothing runs before `start`."""
        super().__init__(parent, **options)
        self._entry: Any = None

    def start(self, parent: Any) -> None:
        """Begin."""
        self._entry = parent.timer.call_repeatedly(PULSE_SECONDS, pulse_of_worker)

    def stop(self, parent: Any) -> None:
        """End."""
        if self._entry is not None:
            self._entry.cancel()


class PulsingScheduler(PersistentScheduler):
    """Celery's scheduler, which says at its ticks that it lives."""

    _last_pulse = float("-inf")

    def tick(self, *arguments: Any, **options: Any) -> Any:
        """Send what is due, as ever."""
        if time.monotonic() - self._last_pulse >= PULSE_SECONDS:
            self._last_pulse = time.monotonic()
            pulse("beat")
        return super().tick(*arguments, **options)

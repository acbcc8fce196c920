"""Telling the workers that events wait: beside the answer to the provider, and only a few times a second.

A nudge of its own for each of a thousand events would cost more than taking them in. The rows say what is to be done;
what a lost nudge left over is found by the sweep.
"""

import os
import threading
import time

import structlog
from celery import current_app
from django.db import transaction

logger = structlog.get_logger(__name__)

PROCESS = "backoffice.webhooks.tasks.process_events"
PAUSE_SECONDS = 0.2
EXPIRES_SECONDS = 30
_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


def nudge_soon() -> None:
    """Have a worker look at the inbox once the transaction at hand is committed; never waits, never raises."""
    transaction.on_commit(_nudger.ask, robust=True)


def nudge(*, delay_seconds: float | None = None) -> bool:
    """Send one nudge now; False where the broker is away."""
    try:
        current_app.send_task(PROCESS, countdown=delay_seconds, expires=EXPIRES_SECONDS, retry_policy=_RETRY)
    except Exception as problem:  # noqa: BLE001 - each library of a broker has errors of its own, and none may end the nudging
        logger.warning("nudge_failed", task=PROCESS, error=type(problem).__name__)
        return False
    return True


class Nudger:
    """A thread that sends one nudge for all that asked meanwhile, and ends when nobody asks any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_asked = False
        self._is_running = False

    def ask(self) -> None:
        """Have a nudge sent: at once, or after the pause that follows the one before."""
        with self._lock:
            self._is_asked = True
            if self._is_running:
                return
            self._is_running = True
        try:
            threading.Thread(target=self._run, name="webhook-nudger", daemon=True).start()
        except RuntimeError as problem:
            logger.warning("nudge_failed", task=PROCESS, error=type(problem).__name__)
            self.forget()

    def forget(self) -> None:
        """Begin anew: no thread runs, as in a forked process, whose parent has the thread."""
        self._lock = threading.Lock()
        self._is_asked = self._is_running = False

    def _run(self) -> None:
        while self._take():
            nudge()
            time.sleep(PAUSE_SECONDS)

    def _take(self) -> bool:
        """Whether somebody asked since the last time; nobody did: the thread ends."""
        with self._lock:
            self._is_running = is_asked = self._is_asked
            self._is_asked = False
        return is_asked


_nudger = Nudger()
os.register_at_fork(after_in_child=_nudger.forget)

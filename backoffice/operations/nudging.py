"""Telling the workers that there is something to do: only a nudge, the rows say what."""

from collections.abc import Sequence
from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

logger = structlog.get_logger(__name__)

PERFORM = "backoffice.operations.tasks.perform_operation"
READ_BACK = "backoffice.operations.tasks.read_back_operation"

# One quick second try, for a connection that went stale; more would let a person wait for a broker that is down.
_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


def nudge_on_commit(task: str, operation_ids: Sequence[int]) -> None:
    """Send one task an operation once the transaction is committed. Never raises for a broker that is down."""
    transaction.on_commit(partial(nudge, task, operation_ids), robust=True)


def nudge(task: str, operation_ids: Sequence[int]) -> int:
    """Send one task an operation now; returns how many were sent. Stops at the first that fails, and says so."""
    for sent, operation_id in enumerate(operation_ids):
        try:
            current_app.send_task(task, args=[operation_id], retry_policy=_RETRY)
        except (KombuError, OSError) as problem:
            logger.warning("nudge_failed", task=task, left=len(operation_ids) - sent, error=type(problem).__name__)
            return sent
    return len(operation_ids)

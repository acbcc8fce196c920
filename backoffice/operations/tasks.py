"""Background work: thin, over the services. Arguments are ids only."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from backoffice.operations import services


@worker_ready.connect
def note_that_a_worker_started(**_signal: Any) -> None:
    """Say that a worker lives as soon as it does, and not only at beat's next message."""
    services.record_heartbeat("worker")


@shared_task
def perform_operation(operation_id: int) -> None:
    """Do one queued operation."""
    services.record_heartbeat("worker")
    services.perform(operation_id)


@shared_task
def read_back_operation(operation_id: int) -> None:
    """Read one unknown operation back, when that is due."""
    services.read_back_if_due(operation_id=operation_id)


@shared_task
def sweep() -> None:
    """Find what was lost."""
    services.sweep()


@shared_task
def note_passage(queue: str = "") -> None:
    """Beat sends it, a worker runs it: messages pass, and a worker does what they ask for.

    queue: the one that it came through, where that is not the default one.
    """
    services.record_heartbeat("worker")
    services.record_heartbeat(f"passage-{queue}" if queue else "passage")

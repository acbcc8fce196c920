"""Background work: thin, over the services. Arguments are ids only."""

from celery import shared_task

from backoffice.operations import services


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
def beat_heart() -> None:
    """Beat sends it, a worker runs it: both live."""
    services.record_heartbeat("worker")
    services.record_heartbeat("beat")

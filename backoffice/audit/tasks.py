"""Background work: thin, over the services."""

from celery import shared_task

from backoffice.audit import sealing


@shared_task
def seal() -> None:
    """Seal what was written since the last time."""
    sealing.seal()

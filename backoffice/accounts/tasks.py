"""Background work: thin, over the services."""

from celery import shared_task

from .sessions import forget_ended_sessions


@shared_task
def forget_sessions() -> None:
    """Remove what is kept of sessions that ended by themselves."""
    forget_ended_sessions()

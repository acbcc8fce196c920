"""Background work."""

from celery import shared_task

from . import watching


@shared_task
def watch() -> None:
    """Look for what is wrong, and have it told."""
    watching.watch()

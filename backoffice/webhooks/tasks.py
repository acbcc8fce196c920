"""Background work: thin, over the services. Arguments are ids only."""

from celery import shared_task

from backoffice.webhooks.live_checks import run_live_check


@shared_task
def check_live(check_id: int) -> None:
    """Send the event of a live check."""
    run_live_check(check_id)

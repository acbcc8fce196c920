"""Background work: thin, over the services. Arguments are ids only; of events the rows say what is to be done."""

from celery import shared_task

from backoffice.webhooks import services
from backoffice.webhooks.live_checks import run_live_check


@shared_task
def check_live(check_id: int) -> None:
    """Send the event of a live check."""
    run_live_check(check_id)


@shared_task
def process_events() -> None:
    """Work through what waits in the inbox."""
    services.process_events()


@shared_task
def sweep() -> None:
    """Find what was lost."""
    services.sweep()

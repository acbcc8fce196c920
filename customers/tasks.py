"""Background work: thin, over the services. Arguments are ids only."""

from celery import shared_task

from customers import services


@shared_task
def remove_abandoned_drafts() -> None:
    """Remove drafts of delegated KYC that lead to nothing."""
    services.remove_abandoned_drafts()


@shared_task
def sweep_kyc_refreshes() -> None:
    """Ask again for readings of the KYC status whose message was lost."""
    services.sweep_kyc_refreshes()


@shared_task
def refresh_kyc(refresh_id: int) -> None:
    """Read the KYC status of the customers that somebody chose."""
    services.run_kyc_refresh(refresh_id=refresh_id)

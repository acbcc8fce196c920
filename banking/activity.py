"""What was asked about a customer's payments and bank lines counts as the customer's activity."""

from datetime import datetime

from django.db.models import Max, OuterRef, Q, QuerySet

from backoffice.operations.models import LIVE_STATES
from banking.models import Reconciliation
from customers.models import Customer


def reconciliations_since(moment: datetime, customer: str) -> QuerySet[Reconciliation]:
    """Pairings of the customer's payments that were asked for or ended after the moment, or are not at their end."""
    asked_or_ended = Q(operation__created_at__gt=moment) | Q(operation__finished_at__gt=moment)
    return Reconciliation.objects.filter(
        asked_or_ended | Q(operation__state__in=LIVE_STATES),
        payment__customer=OuterRef(f"{customer}__remote_id"),
    )


def latest_reconciliation_of(customer: Customer) -> datetime | None:
    """When a pairing of one of the customer's payments was last asked for or ended."""
    found = Reconciliation.objects.filter(payment__customer=customer)
    moments = found.aggregate(asked=Max("operation__created_at"), ended=Max("operation__finished_at")).values()
    return max((moment for moment in moments if moment is not None), default=None)

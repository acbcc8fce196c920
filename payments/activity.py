"""What a customer bought and sold counts as activity."""

from datetime import datetime
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from customers.models import Customer
from payments.models import OffRamp, Payment


def payments_since(moment: datetime, customer: str) -> QuerySet[Payment]:
    """The customer's payments that began after the moment; one without a date began when it was first seen."""
    return Payment.objects.filter(_began_after(moment), customer=OuterRef(f"{customer}__remote_id"))


def off_ramps_since(moment: datetime, customer: str) -> QuerySet[OffRamp]:
    """The customer's off-ramps that began after the moment."""
    return OffRamp.objects.filter(_began_after(moment), customer=OuterRef(f"{customer}__remote_id"))


def latest_payment_of(customer: Customer) -> datetime | None:
    """When the customer's last payment began."""
    return _latest(Payment.objects.filter(customer=customer))


def latest_off_ramp_of(customer: Customer) -> datetime | None:
    """When the customer's last off-ramp began."""
    return _latest(OffRamp.objects.filter(customer=customer))


ACTIVITIES = {
    "payments": (payments_since, latest_payment_of),
    "off-ramps": (off_ramps_since, latest_off_ramp_of),
}


def _began_after(moment: datetime) -> Q:
    return Q(created_at__gt=moment) | Q(created_at=None, first_seen_at__gt=moment)


def _latest(rows: QuerySet[Any]) -> datetime | None:
    latest: datetime | None = rows.aggregate(latest=Max(Coalesce("created_at", "first_seen_at")))["latest"]
    return latest

"""What a customer bought and sold counts as activity, and so does what people asked about it."""

from datetime import datetime
from typing import Any

from django.db.models import CharField, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce

from backoffice.operations.models import LIVE_STATES, Operation
from customers.models import Customer
from payments.models import OffRamp, Payment


def payments_since(moment: datetime, customer: str) -> QuerySet[Payment]:
    """The customer's payments that began after the moment; one without a date began when it was first seen."""
    return Payment.objects.filter(_began_after(moment), customer=OuterRef(f"{customer}__remote_id"))


def off_ramps_since(moment: datetime, customer: str) -> QuerySet[OffRamp]:
    """The customer's off-ramps that began after the moment."""
    return OffRamp.objects.filter(_began_after(moment), customer=OuterRef(f"{customer}__remote_id"))


def operations_on_payments_since(moment: datetime, customer: str) -> QuerySet[Operation]:
    """What was asked about the customer's payments after the moment, or is not at its end."""
    payments: Any = Payment.objects.filter(customer=OuterRef(OuterRef(f"{customer}__remote_id")))
    asked_or_ended = Q(created_at__gt=moment) | Q(finished_at__gt=moment) | Q(state__in=LIVE_STATES)
    return Operation.objects.filter(
        asked_or_ended,
        subject_model=Payment._meta.label_lower,  # noqa: SLF001 - Django's documented way to ask
        subject_id__in=payments.values(number=Cast("pk", CharField())),
    )


def latest_payment_of(customer: Customer) -> datetime | None:
    """When the customer's last payment began."""
    return _latest(Payment.objects.filter(customer=customer))


def latest_off_ramp_of(customer: Customer) -> datetime | None:
    """When the customer's last off-ramp began."""
    return _latest(OffRamp.objects.filter(customer=customer))


def latest_operation_on_payments_of(customer: Customer) -> datetime | None:
    """When something was last asked about the customer's payments."""
    numbers = Payment.objects.filter(customer=customer).values(number=Cast("pk", CharField()))
    label = Payment._meta.label_lower  # noqa: SLF001 - Django's documented way to ask
    asked = Operation.objects.filter(subject_model=label, subject_id__in=numbers)
    latest: datetime | None = asked.aggregate(latest=Max("created_at"))["latest"]
    return latest


ACTIVITIES = {
    "payments": (payments_since, latest_payment_of),
    "off-ramps": (off_ramps_since, latest_off_ramp_of),
    "operations on payments": (operations_on_payments_since, latest_operation_on_payments_of),
}


def _began_after(moment: datetime) -> Q:
    return Q(created_at__gt=moment) | Q(created_at=None, first_seen_at__gt=moment)


def _latest(rows: QuerySet[Any]) -> datetime | None:
    latest: datetime | None = rows.aggregate(latest=Max(Coalesce("created_at", "first_seen_at")))["latest"]
    return latest

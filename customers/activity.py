"""When a customer was last active: this room knows its own operations, other domains register theirs.

In the other domain's `AppConfig.ready`::

    register_activity("payments", payments_since, latest=latest_payment_of)

where `latest_payment_of(customer)` is when the last one began, and `payments_since(moment, customer)` gives the rows of
that domain that began after the moment, of the customer whose fields the outer query has under `customer`:
`Payment.objects.filter(customer=OuterRef("customer__remote_id"))`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from backoffice.operations.models import LIVE_STATES, Operation

from .models import Customer

RowsSince = Callable[[datetime, str], QuerySet[Any]]
Latest = Callable[[Customer], datetime | None]

_activities: dict[str, RowsSince] = {}
_latest: dict[str, Latest] = {}


def register_activity(name: str, rows_since: RowsSince, *, latest: Latest) -> None:
    """Make a domain's rows count as activity of their customer; the same name again replaces it.

    latest: (customer) -> when the last of them began; None where there is none.
    """
    _activities[name] = rows_since
    _latest[name] = latest


def last_active_at(customer: Customer) -> datetime:
    """When the customer last did or was done anything; being registered is the first."""
    operations = Operation.objects.filter(
        subject_model=Customer._meta.label_lower,  # noqa: SLF001 - Django's documented way to ask
        subject_id=str(customer.pk),
    )
    moments = [
        *operations.aggregate(asked=Max("created_at"), ended=Max("finished_at")).values(),
        customer.registered_at or customer.first_seen_at,
        *(latest(customer) for latest in _latest.values()),
    ]
    latest: datetime = max(moment for moment in moments if moment is not None)
    return latest


def active_since(moment: datetime, *, customer: str = "customer") -> Q:
    """Whether the customer did or was done anything after that moment, or is the subject of a live operation."""
    active = Q(Exists(_operations_since(moment, customer))) | _registered_after(moment, customer)
    for rows_since in _activities.values():
        active |= Q(Exists(rows_since(moment, customer)))
    return active


def _registered_after(moment: datetime, customer: str) -> Q:
    """Being registered is the first thing that was done; who has no date was registered when first seen."""
    is_dated = Q(**{f"{customer}__registered_at__gt": moment})
    return is_dated | Q(**{f"{customer}__registered_at": None, f"{customer}__first_seen_at__gt": moment})


def _operations_since(moment: datetime, customer: str) -> QuerySet[Operation]:
    asked_or_ended = Q(created_at__gt=moment) | Q(finished_at__gt=moment) | Q(state__in=LIVE_STATES)
    about = Operation.objects.filter(
        subject_model=Customer._meta.label_lower,  # noqa: SLF001 - Django's documented way to ask
        subject_id=Cast(OuterRef(f"{customer}__pk"), CharField()),
    )
    return about.filter(asked_or_ended)

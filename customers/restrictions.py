"""Which rows of this room are about somebody who asked to be forgotten, and when those are purged."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.retention.kinds import RetainedKind
from backoffice.security.restriction import is_restricted

from .erasure import erasures_due, purge_customers
from .models import CompanyVerification, Customer, DelegatedVerification, Document, EnhancedVerification
from .retention import DOCUMENTS


def _is_restricted(customer: Customer) -> bool:
    return customer.restricted_at is not None


def _is_of_restricted(row: Any) -> bool:
    return row.customer is not None and _is_restricted(row.customer)


def _is_checked_for_restricted(row: DelegatedVerification) -> bool:
    """As long as the provider has not taken it there is no customer; its operation says whose e-mail address it has."""
    return _is_of_restricted(row) or (row.operation is not None and is_restricted(row.operation))


_OURS, _OF_OURS = Q(restricted_at__isnull=False), Q(customer__restricted_at__isnull=False)

RESTRICTIONS: tuple[tuple[type[Any], Callable[[Any], bool], Q, tuple[str, ...]], ...] = (
    (Customer, _is_restricted, _OURS, ("name", "last_name", "company_name", "country", "registered_at")),
    (EnhancedVerification, _is_of_restricted, _OF_OURS, ()),
    (CompanyVerification, _is_of_restricted, _OF_OURS, ()),
    (
        DelegatedVerification,
        _is_checked_for_restricted,
        _OF_OURS | Q(operation__subject_is_restricted=True),
        (),
    ),
    (Document, _is_of_restricted, _OF_OURS, ("sha256",)),
)
"""A model, which of its rows are restricted, the same for a query, and what they hide beside the sensitive fields."""

ERASURES = RetainedKind(
    name="erasure_requests",
    label=_("Customers who asked for erasure"),
    counted_from=DOCUMENTS.counted_from,
    default_days=DOCUMENTS.default_days,
    least_days=DOCUMENTS.least_days,
    rows_due=erasures_due,
    purge=purge_customers,
    shares_period_of=DOCUMENTS.name,
)

"""Requests for erasure: restricted at once, purged once the period has ended.

A restricted customer's personal data is shown to nobody, and nothing is asked of the provider for the customer; the
mirror goes on, because the provider owns the truth. At the purge the row is reduced to its id, and no sync fills it
again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from backoffice.audit.services import record
from backoffice.calls.models import ProviderCall
from backoffice.face.moments import day_of
from backoffice.operations.models import FINAL_STATES, Operation
from backoffice.operations.retention import forget_operations
from backoffice.operations.services.ending import end_forgotten
from backoffice.retention.services import period_of
from backoffice.sync.models import DriftFinding, Quarantine, RecordedChange
from backoffice.webhooks.models import WebhookEffect, WebhookEvent

from .activity import active_since, last_active_at
from .forgetting import forget_elsewhere
from .models import (
    CompanyVerification,
    Customer,
    DelegatedVerification,
    Document,
    EnhancedVerification,
    ErasureRequest,
)
from .operations import REGISTRATION_NAMES
from .operations.shared import key_of_email
from .retention import DOCUMENTS, purge_delegated, purge_documents, purge_links
from .sync import RESOURCE_NAME

FORGOTTEN: dict[str, Any] = {
    "email": "",
    "name": "",
    "last_name": "",
    "company_name": "",
    "country": "",
    "identification_number": "",
    "identification_digest": "",
    "kyc_status": "",
    "kyc_form_url": "",
    "registered_at": None,
    "payload": "{}",
    "fingerprint": "",
}
"""What a purged customer's row holds."""


LABEL = Customer._meta.label_lower  # noqa: SLF001 - Django's documented way to ask


class NotOpenError(Exception):
    """The customer has an open request already, or none that could be lifted."""


def purge_date_of(customer: Customer) -> datetime:
    """When the customer can be purged, as far as is known today."""
    return max(timezone.now(), last_active_at(customer) + period_of(DOCUMENTS))


@transaction.atomic
def restrict_customer(customer: Customer, *, reason: str, by: AbstractBaseUser) -> ErasureRequest:
    """Hide the customer's personal data from now on, and have it purged when its period ends. Raises NotOpenError.

    What waits to be sent about the customer ends unsent.
    """
    if not Customer.objects.filter(pk=customer.pk, restricted_at=None).update(restricted_at=timezone.now()):
        raise NotOpenError
    request = ErasureRequest.objects.create(
        customer=customer, reason=reason, asked_by_id=by.pk, purge_on=day_of(purge_date_of(customer))
    )
    operations = operations_of(customer)
    operations.update(subject_is_restricted=True)
    end_forgotten(operations, by=by)
    record("customer.restricted", subject=customer, by=by, purge_on=request.purge_on.isoformat())
    return request


@transaction.atomic
def lift_restriction(customer: Customer, *, reason: str, by: AbstractBaseUser) -> None:
    """Show the customer's data again: the request was a mistake, or was withdrawn. Raises NotOpenError."""
    if (
        not Customer.objects.filter(pk=customer.pk, purged_at=None)
        .exclude(restricted_at=None)
        .update(restricted_at=None)
    ):
        raise NotOpenError
    open_requests().filter(customer=customer).update(lifted_at=timezone.now(), lifted_by=by.pk, lift_reason=reason)
    operations_of(customer).update(subject_is_restricted=False)
    record("customer.restriction_lifted", subject=customer, by=by)


def operations_of(customer: Customer) -> QuerySet[Operation]:
    """What was asked about this customer."""
    return _operations_of(Customer.objects.filter(pk=customer.pk))


def open_requests() -> QuerySet[ErasureRequest]:
    """Requests that are neither lifted nor carried out."""
    return ErasureRequest.objects.filter(lifted_at=None, purged_at=None)


def erasures_due(moment: datetime) -> QuerySet[ErasureRequest]:
    """Open requests of customers who have done nothing since that moment, and have no live operation."""
    return open_requests().exclude(active_since(moment))


def purge_customers(rows: list[Any]) -> None:
    """Take away everything personal of the customers of these requests; their payments stay, as the books must."""
    customers = Customer.objects.filter(pk__in=[row.customer_id for row in rows])
    numbers, remote_ids = zip(*customers.values_list("pk", "remote_id"), strict=True)
    purge_documents(list(Document.objects.filter(customer__in=numbers, purged_at=None)))
    # Chosen now: what is purged is not found by its key any more.
    chosen = list(_operations_of(customers).filter(state__in=FINAL_STATES).values_list("pk", flat=True))
    operations = Operation.objects.filter(pk__in=chosen)
    checked = Q(customer__in=numbers) | Q(customer=None, operation__in=operations)
    purge_delegated(list(DelegatedVerification.objects.filter(checked, purged_at=None)))
    purge_links(list(EnhancedVerification.objects.filter(customer__in=numbers)))
    CompanyVerification.objects.filter(customer__in=numbers).update(link="", password="")
    forget_operations(operations)
    RecordedChange.objects.filter(resource=RESOURCE_NAME, remote_id__in=remote_ids).delete()
    Quarantine.objects.filter(resource=RESOURCE_NAME, remote_id__in=remote_ids).delete()
    _forget_what_was_noted(remote_ids)
    forget_elsewhere(remote_ids)
    now = timezone.now()
    customers.update(purged_at=now, **FORGOTTEN)
    ErasureRequest.objects.filter(pk__in=[row.pk for row in rows]).update(purged_at=now, reason="", lift_reason="")


def _forget_what_was_noted(remote_ids: Sequence[str]) -> None:
    """What drift checks, the provider's events and the log of calls say of these customers."""
    about = {"resource": RESOURCE_NAME, "remote_id__in": remote_ids}
    DriftFinding.objects.filter(**about).delete()
    WebhookEvent.objects.filter(pk__in=WebhookEffect.objects.filter(**about).values("event")).delete()
    ProviderCall.objects.filter(model=LABEL, remote_id__in=remote_ids).delete()


def _operations_of(customers: QuerySet[Customer]) -> QuerySet[Operation]:
    """What was asked about these customers; registrations that led to nobody are found by the e-mail address.

    That is the customer's, or the one that a registration of the customer was asked with.
    """
    about = Q(subject_model=LABEL, subject_id__in=[str(number) for number in customers.values_list("pk", flat=True)])
    registration = Q(kind__in=REGISTRATION_NAMES)
    asked_with = Operation.objects.filter(about, registration).exclude(dedupe_key="")
    keys = {key_of_email(email) for email in customers.exclude(email="").values_list("email", flat=True)}
    keys |= set(asked_with.values_list("dedupe_key", flat=True))
    of_nobody = registration & Q(subject_model="", subject_id="", dedupe_key__in=keys)
    return Operation.objects.filter(about | of_nobody)

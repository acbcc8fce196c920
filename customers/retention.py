"""How long what was taken from customers, or made for them, is kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.operations.models import LIVE_STATES, Operation, State
from backoffice.operations.retention import forget_operations, operations_ended_by, purge_operations
from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS, RetainedKind
from backoffice.retention.services import remove_files_later

from .activity import active_since
from .models import CompanyVerification, DelegatedVerification, Document, EnhancedVerification, IdentityCapture
from .operations import REGISTRATION_NAMES


def documents_due(moment: datetime) -> QuerySet[Document]:
    """Documents whose customer has done nothing since that moment, and has no live operation."""
    kept = Document.objects.filter(purged_at=None, created_at__lte=moment).exclude(operation__state__in=LIVE_STATES)
    return kept.exclude(active_since(moment))


def purge_documents(rows: list[Any]) -> None:
    """Take away the files, what tells their content, and what was written down to send them; the rows stay."""
    remove_files_later([row.file.name for row in rows])
    forget_operations(Operation.objects.filter(pk__in=[row.operation_id for row in rows if row.operation_id]))
    Document.objects.filter(pk__in=[row.pk for row in rows]).update(file="", sha256="", purged_at=timezone.now())


def links_due(moment: datetime) -> QuerySet[EnhancedVerification]:
    """Verification links that had ended by that moment and are still kept."""
    return EnhancedVerification.objects.filter(expires_at__lte=moment).exclude(link="", form_id="")


def purge_links(rows: list[Any]) -> None:
    """Take the links away, and the ids that they can be made of; that they were issued stays."""
    issued = EnhancedVerification.objects.filter(pk__in=[row.pk for row in rows])
    issued.update(link="", form_id="", form_digest="")


def company_secrets_due(moment: datetime) -> QuerySet[CompanyVerification]:
    """Links and passwords of company forms that had ended by that moment and are still kept."""
    return CompanyVerification.objects.filter(ends_at__lte=moment).exclude(link="", password="")


def purge_company_secrets(rows: list[Any]) -> None:
    """Take the links and passwords away; that the company was registered stays."""
    CompanyVerification.objects.filter(pk__in=[row.pk for row in rows]).update(link="", password="")


def delegated_due(moment: datetime) -> QuerySet[DelegatedVerification]:
    """Delegated verifications whose customer has done nothing since that moment, and those that were left before it.

    Those that led to nothing go sooner, with the drafts; what was left may have been done.
    """
    kept = DelegatedVerification.objects.filter(purged_at=None, created_at__lte=moment)
    done = Q(customer__isnull=False) & ~active_since(moment)
    left = Q(
        customer=None, operation__state=State.ABANDONED, operation__finished_at__lte=moment, touched_at__lte=moment
    )
    return kept.exclude(operation__state__in=LIVE_STATES).filter(done | left)


def purge_delegated(rows: list[Any]) -> None:
    """Take away pictures and data; that the identity was checked, by whom and when, stays."""
    keys = [row.pk for row in rows]
    captures = IdentityCapture.objects.filter(verification__in=keys)
    remove_files_later(list(captures.values_list("file", flat=True)))
    captures.delete()
    forget_operations(Operation.objects.filter(pk__in=[row.operation_id for row in rows if row.operation_id]))
    DelegatedVerification.objects.filter(pk__in=keys).update(details={}, typed={}, purged_at=timezone.now())


def registrations_due(moment: datetime) -> QuerySet[Operation]:
    """Registrations that had ended by that moment and led to nobody: no erasure of a customer would reach them.

    Not those that turned out to be done after all: of them there is an answer.
    """
    return operations_ended_by(moment).filter(kind__in=REGISTRATION_NAMES, subject_id="", kept_answer="")


HOLDING: dict[str, Callable[[], QuerySet[Any]]] = {
    "documents": lambda: Document.objects.filter(purged_at=None),
    "delegated verifications": lambda: DelegatedVerification.objects.filter(purged_at=None),
}
"""The rows with which goes what was written down to send them."""

DOCUMENTS = RetainedKind(
    name="customer_documents",
    label=_("Customers' documents"),
    counted_from=_("the customer's last operation, payment or off-ramp"),
    default_days=FIVE_YEARS_IN_DAYS,
    least_days=FIVE_YEARS_IN_DAYS,
    rows_due=documents_due,
    purge=purge_documents,
)

KINDS = (
    DOCUMENTS,
    RetainedKind(
        name="delegated_verifications",
        label=_("Data and pictures of delegated KYC"),
        counted_from=_("the customer's last operation, payment or off-ramp; the end of one that was left"),
        default_days=FIVE_YEARS_IN_DAYS,
        least_days=FIVE_YEARS_IN_DAYS,
        rows_due=delegated_due,
        purge=purge_delegated,
    ),
    RetainedKind(
        name="registrations_without_customer",
        label=_("Registrations that led to nothing"),
        counted_from=_("the end of the registration"),
        default_days=90,
        least_days=30,
        rows_due=registrations_due,
        purge=purge_operations,
    ),
    RetainedKind(
        name="verification_links",
        label=_("Enhanced verification links"),
        counted_from=_("the end of the link"),
        default_days=90,
        least_days=1,
        rows_due=links_due,
        purge=purge_links,
    ),
    RetainedKind(
        name="company_secrets",
        label=_("Links and passwords of companies' forms"),
        counted_from=_("the end of the form"),
        default_days=90,
        least_days=1,
        rows_due=company_secrets_due,
        purge=purge_company_secrets,
    ),
)

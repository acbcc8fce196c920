"""What is read about customers: who could be the same person, what is still open, what needs attention."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from backoffice.operations.models import Operation

from .identification import written_variants
from .models import Customer, Document, EnhancedVerification

FINAL_KYC_STATUSES = (Customer.KycStatus.VALID, Customer.KycStatus.FAIL)
"""The statuses after which nothing more is asked (contract 3.5)."""

KYC_PATIENCE = timedelta(days=3)
"""How long a check may take before a person should look at it."""

LINK_NOTICE = timedelta(days=7)
"""How long before its end a verification link is called to attention."""

SUBMISSION_MEMORY = timedelta(days=1)
"""How long a form that is sent a second time is recognised."""


def find_by_email(email: str) -> Customer | None:
    """The mirrored customer of an e-mail address, in whatever case it is written; None where there is none."""
    return Customer.objects.filter(email__iexact=email.strip()).order_by("pk").first()


def customers_alike(*, email: str, identification_number: str) -> list[tuple[Customer, str]]:
    """Mirrored customers with the same e-mail or the same number, each with which of them: `email`, `number`."""
    found = [(customer, "email") for customer in Customer.objects.filter(email__iexact=email.strip())[:5]]
    if identification_number.strip():
        same = Customer.objects.filter(identification_number__in=written_variants(identification_number))
        seen = {customer.pk for customer, _ in found}
        found += [(customer, "number") for customer in same.order_by("pk")[:5] if customer.pk not in seen]
    return found


def customers_with_open_kyc() -> QuerySet[Customer]:
    """Customers whose verification can still change, the ones not read for longest first."""
    return Customer.objects.exclude(kyc_status__in=FINAL_KYC_STATUSES).filter(missing_since=None).order_by("read_at")


def customers_with_failed_kyc() -> QuerySet[Customer]:
    """Customers whom the provider rejected."""
    return Customer.objects.filter(kyc_status=Customer.KycStatus.FAIL)


def customers_waiting_for_kyc() -> QuerySet[Customer]:
    """Customers who have been under check for longer than `KYC_PATIENCE`.

    Counted from when the mirror last saw a change; for those it never saw change, from their registration.
    """
    limit = timezone.now() - KYC_PATIENCE
    never_changed = Q(changed_at=F("first_seen_at"), registered_at__lte=limit)
    return Customer.objects.filter(Q(changed_at__lte=limit) | never_changed, kyc_status=Customer.KycStatus.PROCESSING)


def live_links() -> QuerySet[EnhancedVerification]:
    """Verification links that have not ended; one without an end never does."""
    return EnhancedVerification.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def live_links_of(customers: Iterable[Customer]) -> QuerySet[EnhancedVerification]:
    """The links of those customers that have not ended, the one that lasts longest first."""
    return live_links().filter(customer__in=customers).order_by(F("expires_at").desc(nulls_first=True), "-pk")


def links_ending_soon() -> QuerySet[EnhancedVerification]:
    """Live links that end within `LINK_NOTICE`, of customers who have none that lasts longer."""
    limit = timezone.now() + LINK_NOTICE
    longer = live_links().filter(Q(expires_at=None) | Q(expires_at__gt=limit)).values("customer")
    return live_links().filter(expires_at__lte=limit).exclude(customer__in=longer)


def documents_like(*, customer: Customer, sha256: str) -> QuerySet[Document]:
    """Documents of that customer with the same content, newest first, leaving out those that were never sent."""
    unsent = ("cancelled", "refused")
    same = Document.objects.filter(customer=customer, sha256=sha256).exclude(operation__state__in=unsent)
    return same.select_related("uploaded_by", "operation").order_by("-pk")


def operation_of_submission(
    *, submission: str, kind: str, requested_by: AbstractBaseUser, dedupe_key: str | None = None
) -> Operation | None:
    """The operation that this very form asked for before, when it is sent a second time.

    dedupe_key: the wish it must have been, because a page that is gone back to can be filled in anew.
    """
    asked = Operation.objects.filter(
        kind=kind,
        requested_by_id=requested_by.pk,
        created_at__gte=timezone.now() - SUBMISSION_MEMORY,
        request__submission=submission,
    )
    if dedupe_key is not None:
        asked = asked.filter(dedupe_key=dedupe_key)
    return asked.select_related("batch").order_by("pk").first()

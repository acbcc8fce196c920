"""What is read about customers: who could be the same person, what is still open, what needs attention."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from backoffice.security.restriction import without_restricted

from .models import CompanyVerification, Customer, Document, EnhancedVerification

FINAL_KYC_STATUSES = (Customer.KycStatus.VALID, Customer.KycStatus.FAIL)
"""The statuses after which nothing more is asked (contract 3.5)."""

KYC_PATIENCE = timedelta(days=3)
"""How long a check may take before a person should look at it."""

LINK_NOTICE = timedelta(days=7)
"""How long before its end a verification link is called to attention."""

COMPANY_FORM_NOTICE = timedelta(days=14)
"""How long before its end a company's form is called to attention."""


def find_by_email(email: str) -> Customer | None:
    """The mirrored customer of an e-mail address, in whatever case it is written; None where there is none."""
    return Customer.objects.filter(email__iexact=email.strip()).order_by("pk").first()


def customers_alike(*, email: str, identification_number: str) -> list[tuple[Customer, str]]:
    """Mirrored customers with the same e-mail or the same number, each with which of them: `email`, `number`."""
    found = [(customer, "email") for customer in Customer.objects.filter(email__iexact=email.strip())[:5]]
    same = customers_of_number(identification_number).order_by("pk")
    seen = {customer.pk for customer, _ in found}
    return [*found, *((customer, "number") for customer in same[:5] if customer.pk not in seen)]


def customers_of_number(number: str) -> QuerySet[Customer]:
    """The mirrored customers with that identification number, however it is written; nobody for an empty one."""
    digests = Customer._meta.get_field("identification_digest").digests_of(number)  # noqa: SLF001 - Django's way to ask
    return Customer.objects.filter(identification_digest__in=digests)


def verifications_of_form(form_id: str) -> QuerySet[EnhancedVerification]:
    """The verification links whose form has exactly that id; none for an empty one."""
    digests = EnhancedVerification._meta.get_field("form_digest").digests_of(form_id)  # noqa: SLF001 - Django's way to ask
    return EnhancedVerification.objects.filter(form_digest__in=digests)


def companies_called(name: str) -> list[Customer]:
    """Mirrored companies of that name, in whatever case it is written."""
    return list(Customer.objects.filter(company_name__iexact=name.strip()).order_by("pk")[:5])


def customers_with_open_kyc() -> QuerySet[Customer]:
    """Customers whose verification can still change, the ones not read for longest first.

    Not those who asked for erasure: nothing is asked for them any more.
    """
    open_rows = Customer.objects.exclude(kyc_status__in=FINAL_KYC_STATUSES)
    return open_rows.filter(missing_since=None, purged_at=None, restricted_at=None).order_by("read_at")


def customers_with_failed_kyc() -> QuerySet[Customer]:
    """Customers whom the provider rejected; not those who asked for erasure, for whom nobody can act."""
    return without_restricted(Customer.objects.filter(kyc_status=Customer.KycStatus.FAIL))


def customers_waiting_for_kyc() -> QuerySet[Customer]:
    """Customers who have been under check for longer than `KYC_PATIENCE`; not those who asked for erasure.

    Counted from when the mirror last saw a change; for those it never saw change, from their registration.
    """
    limit = timezone.now() - KYC_PATIENCE
    never_changed = Q(changed_at=F("first_seen_at"), registered_at__lte=limit)
    checked = Customer.objects.filter(kyc_status=Customer.KycStatus.PROCESSING)
    return without_restricted(checked.filter(Q(changed_at__lte=limit) | never_changed))


def live_links() -> QuerySet[EnhancedVerification]:
    """Verification links that have not ended; one without an end never does."""
    return EnhancedVerification.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


def live_links_of(customers: Iterable[Customer]) -> QuerySet[EnhancedVerification]:
    """The links of those customers that have not ended, the one that lasts longest first."""
    return live_links().filter(customer__in=customers).order_by(F("expires_at").desc(nulls_first=True), "-pk")


def links_ending_soon() -> QuerySet[EnhancedVerification]:
    """Live links that end within `LINK_NOTICE`, of customers who have none that lasts longer.

    Not of those who asked for erasure, as with the forms of companies: no other one can be issued for them.
    """
    limit = timezone.now() + LINK_NOTICE
    longer = live_links().filter(Q(expires_at=None) | Q(expires_at__gt=limit)).values("customer")
    return without_restricted(live_links().filter(expires_at__lte=limit).exclude(customer__in=longer))


def live_company_forms() -> QuerySet[CompanyVerification]:
    """Forms of companies that can still be opened, with the secrets that it takes."""
    return CompanyVerification.objects.filter(ends_at__gt=timezone.now()).exclude(link="").exclude(password="")


def company_forms_ending_soon() -> QuerySet[CompanyVerification]:
    """Live forms that end within `COMPANY_FORM_NOTICE`, of companies that are not verified."""
    limit = timezone.now() + COMPANY_FORM_NOTICE
    verified = Customer.KycStatus.VALID
    ending = live_company_forms().filter(ends_at__lte=limit)
    return without_restricted(ending.exclude(customer__kyc_status=verified))


def company_forms_without_secrets() -> QuerySet[CompanyVerification]:
    """Forms that have not ended and whose link or password never reached us, of companies that are not verified."""
    lost = CompanyVerification.objects.filter(Q(link="") | Q(password=""), ends_at__gt=timezone.now())
    return without_restricted(lost.exclude(customer__kyc_status=Customer.KycStatus.VALID))


def documents_like(*, customer: Customer, sha256: str) -> QuerySet[Document]:
    """Documents of that customer with the same content, newest first, leaving out those the provider cannot have.

    One that was refused can have come all the same, by an earlier sending whose answer was lost.
    """
    without_it = ("cancelled", "not_approved", "refused")
    same = Document.objects.filter(customer=customer, sha256=sha256)
    same = same.exclude(operation__state__in=without_it, operation__in_doubt=False)
    return same.select_related("uploaded_by", "operation").order_by("-pk")

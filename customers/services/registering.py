"""Registering customers, and finding those whom the provider knows already."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from backoffice.audit.services import record
from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.errors import NotFound
from backoffice.provider import get_client, get_quick_client
from backoffice.security.masking import Kind, mask
from backoffice.sync.services import mirror_item
from customers.models import Customer
from customers.operations import CreateCustomer, RegisterCompany
from customers.queries import find_by_email
from customers.sync import FOUND, RESOURCE_NAME, parse_item_of

from .asking import Asked, ask, refuse_forgotten

READ_BY_EMAIL = "by e-mail"


def register_customer(*, person: Mapping[str, Any], submission: str, requested_by: AbstractBaseUser) -> Asked:
    """Ask the provider to register a person.

    person: the fields of contract 3.2 that are known, all JSON (`CreateCustomerForm.to_request`). submission: the
    form's mark; the same form sent twice gives the first operation.
    Raises PermissionDenied.
    """
    return _ask_to_register(CreateCustomer.name, person, submission=submission, requested_by=requested_by)


def register_company(*, company: Mapping[str, Any], submission: str, requested_by: AbstractBaseUser) -> Asked:
    """Ask the provider to register a company.

    company: `email` and `company_name` (`RegisterCompanyForm.to_request`). submission: the form's mark; the same form
    sent twice gives the first operation.
    Raises PermissionDenied.
    """
    return _ask_to_register(RegisterCompany.name, company, submission=submission, requested_by=requested_by)


def _ask_to_register(
    kind: str, somebody: Mapping[str, Any], *, submission: str, requested_by: AbstractBaseUser
) -> Asked:
    return ask(
        kind=kind,
        request={**somebody, "submission": submission},
        requested_by=requested_by,
        before_commit=lambda _operation: refuse_forgotten(somebody["email"]),
    )


def find_at_provider(*, email: str, by: AbstractBaseUser) -> Customer | None:
    """The customer of that e-mail, because somebody looked for it: it is recorded who, and the address masked.

    Raises the errors of `backoffice.cryptopocket.errors`; then nothing was changed.
    """
    customer = fetch_customer_by_email(email=email, client=get_quick_client())
    outcome = "found" if customer else "not found"
    record("customer.looked_up", subject=customer, by=by, email=mask(email, Kind.EMAIL), outcome=outcome)
    return customer


def fetch_customer_by_email(*, email: str, client: CryptoPocketClient | None = None) -> Customer | None:
    """The customer of that e-mail: from the mirror, else read from the provider and mirrored; None where it has none.

    Raises the errors of `backoffice.cryptopocket.errors`.
    """
    mirrored = find_by_email(email)
    if mirrored is not None:
        return mirrored
    try:
        item = (client or get_client()).find_user(email=email)
    except NotFound:
        return None
    mirror_item(
        name=RESOURCE_NAME,
        payload=item.payload,
        read_at=item.read_at,
        source=READ_BY_EMAIL,
        parse=parse_item_of(FOUND),
    )
    return Customer.objects.get(remote_id=item.parse().id)

"""Registering a company with the provider."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.resources import RegisteredCompany, make_item
from backoffice.operations.kinds import Label, OperationKind, ReadBack
from backoffice.operations.models import Operation
from backoffice.provider import get_catalogue
from customers.models import CompanyVerification, Customer
from customers.sync import LISTED

from .shared import (
    Received,
    key_of_email,
    links_of_registration,
    mirror_registered,
    read_back_by_email,
)


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to registering a company, with its secrets, and when its request began."""

    company: RegisteredCompany
    read_at: datetime

    def __repr__(self) -> str:
        """Only that it is one: it holds a link and a password."""
        return "<Registered>"


class RegisterCompany(OperationKind):
    """Registers a company (contract 3.4). Read back by e-mail, which does not bring link and password back.

    request: `email`, `company_name`, `submission`.
    """

    name = "register_company"
    label = _("Register a company")
    permission = "customers.register_company"
    can_read_back = True
    answer_type = Registered

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The e-mail address, hashed."""
        return key_of_email(request["email"])

    def send(self, operation: Operation, client: CryptoPocketClient) -> Registered:
        """Register the company."""
        request = operation.request
        item = client.create_company_customer(email=request["email"], company_name=request["company_name"])
        return Registered(company=item.parse(), read_at=item.read_at)

    def apply(self, operation: Operation, answer: Registered) -> dict[str, Any]:
        """Mirror the company, and keep link and password, encrypted: the provider shows them only this once."""
        company = answer.company
        listed = Received(payload=_as_listed(company, operation.request), read_at=answer.read_at)
        customer = mirror_registered(operation, listed)
        return _keep(
            operation,
            customer,
            read_at=answer.read_at,
            uuid=company.uuid or "",
            link=company.kyb_link or "",
            password=company.password or "",
        )

    def read_back(self, operation: Operation, client: CryptoPocketClient) -> ReadBack:
        """Look for the company by e-mail."""
        return read_back_by_email(operation, client, email=operation.request["email"])

    def apply_read_back(self, operation: Operation, answer: Received) -> dict[str, Any]:
        """Mirror the company; its link and password went with the answer that was lost."""
        customer = mirror_registered(operation, answer, company_name=operation.request["company_name"])
        return _keep(operation, customer, read_at=answer.read_at)

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Which company."""
        return [(_("Company"), operation.request["company_name"]), (_("E-mail"), operation.request["email"])]

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The company, and its form once there is one; or the way to the customer who has the e-mail already."""
        found = links_of_registration(operation)
        kept = (operation.answer or {}).get("company_verification")
        if kept:
            address = reverse("admin:customers_companyverification_change", args=[kept])
            found.append((_("Its form: link and password"), address))
        return found

    def advise_when_done(self, operation: Operation) -> str:
        """What comes next, and plainly so where the secrets are lost."""
        if (operation.answer or {}).get("has_secrets"):
            return gettext("Send the company the link and, on another way, the password of its form.")
        return gettext(
            "The company is registered, but the provider shows link and password of its form only once, in an answer "
            "that never reached us: they could not be kept. Ask CryptoPocket for new ones, with the company's id."
        )


def _as_listed(company: RegisteredCompany, request: Mapping[str, Any]) -> dict[str, Any]:
    """The company as the list of customers would show it: the answer's secrets must not be kept as its payload."""
    values = {
        "id": company.id,
        "uuid": company.uuid,
        "email": request["email"],
        "company_name": request["company_name"],
    }
    return make_item(get_catalogue()[LISTED], {field: value for field, value in values.items() if value})


def _keep(operation: Operation, customer: Customer, *, read_at: datetime, **given: str) -> dict[str, Any]:
    days = get_catalogue().conventions.company_link_days
    kept = CompanyVerification.objects.create(
        customer=customer, operation=operation, ends_at=read_at + timedelta(days=days), **given
    )
    return {"customer_id": customer.remote_id, "company_verification": kept.pk, "has_secrets": kept.is_complete}

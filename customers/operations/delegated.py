"""Registering a customer whose identity we have checked ourselves."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.outgoing import make_data_uri
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.kinds import Label, OperationKind, ReadBack
from backoffice.operations.models import Operation
from backoffice.security.restriction import is_restricted
from customers.captures import digest_of, listed, read_content
from customers.models import DelegatedVerification, IdentityCapture
from customers.personal import PERSONAL

from .shared import (
    Received,
    facts_of_details,
    full_name_in,
    key_of_email,
    links_of_registration,
    mirror_registered,
    read_back_by_email,
)


class CreateCustomerDelegatedKyc(OperationKind):
    """Registers a person or company with KYC done by us (contract 3.3). Read back by e-mail.

    request: `verification` (the row that holds data and pictures), `name`, `email`, `details_sha256`, `captures`
    (`listed`: hashes and sizes), `submission`. Neither the other data nor the pictures stand in it.
    """

    name = "create_customer_delegated_kyc"
    label = _("Register with delegated KYC")
    permission = "customers.start_delegated_kyc"
    can_read_back = True
    is_slow = True
    answer_type = Received
    personal = PERSONAL

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The e-mail address, hashed."""
        return key_of_email(request["email"])

    def reference(self, request: Mapping[str, Any]) -> str:
        """The number of the delegated verification."""
        return str(request["verification"])

    def prepare(self, operation: Operation) -> None:
        """Check that data and pictures are still those that were asked for. Raises CannotBeSent."""
        verification = DelegatedVerification.objects.filter(operation=operation).first()
        if verification is None:
            raise CannotBeSent(gettext("The data and pictures are no longer here. Begin anew."))
        captures = list(verification.captures.all())
        asked = (operation.request["details_sha256"], operation.request["captures"])
        if (digest_of(verification.details), listed(captures)) != asked:
            raise CannotBeSent(gettext("The data or pictures were changed after they were asked for. Ask again."))
        for capture in captures:
            read_content(capture)

    def send(self, operation: Operation, client: CryptoPocketClient) -> Received:
        """Send data and pictures, these as data URIs."""
        verification = DelegatedVerification.objects.get(operation=operation)
        details: dict[str, Any] = dict(verification.details)
        if "dob" in details:
            details["dob"] = date.fromisoformat(details["dob"])
        pictures: dict[str, Any] = {
            capture.kind: make_data_uri(read_content(capture), media_type=capture.media_type)
            for capture in verification.captures.all()
        }
        item = client.create_customer_delegated_kyc(**details, **pictures)
        return Received(payload=item.payload, read_at=item.read_at, call=self.name)

    def apply(self, operation: Operation, answer: Received) -> dict[str, Any]:
        """Mirror the customer, to whom the pictures belong from now on."""
        verification = DelegatedVerification.objects.get(operation=operation)
        company_name = verification.details.get("company_name", "")
        customer = mirror_registered(operation, answer, company_name=company_name)
        verification.customer = customer
        verification.typed = {}
        verification.save(update_fields=["customer", "typed", "touched_at"])
        return {"customer_id": customer.remote_id, "delegated_verification": verification.pk}

    def read_back(self, operation: Operation, client: CryptoPocketClient) -> ReadBack:
        """Look for the customer by e-mail."""
        return read_back_by_email(operation, client, email=operation.request["email"])

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Who, what is personal of the data, and how large each picture is."""
        request = operation.request
        return [
            (_("Customer"), request["name"]),
            (_("E-mail"), request["email"]),
            *self.personal_facts(),
            *((_label_of(picture), filesizeformat(picture["size"])) for picture in request["captures"]),
        ]

    def facts_to_decide(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Who, all data, and each picture with its hash and the way to look at it."""
        request = operation.request
        details = self.personal_values(operation)
        address = _page_of(operation, "capture")
        pictures = [(_label_of(picture), _picture(address, picture)) for picture in request["captures"]]
        data = format_html('<a href="{}">{}</a>', _page_of(operation, "change"), gettext("Show the data"))
        shown: list[tuple[Label, Any]] = [
            (_("Customer"), request["name"]),
            (_("First and last names"), full_name_in(details)),
            (_("E-mail"), request["email"]),
            *facts_of_details(details, self.personal_facts(details)),
            (_("Data"), data),
            *pictures,
        ]
        return [(label, value) for label, value in shown if value]

    def personal_values(self, operation: Operation) -> Mapping[str, Any]:
        """The data, where they are still those that were asked for; nothing of somebody who asked to be forgotten."""
        asked = (
            DelegatedVerification.objects.filter(operation=operation).select_related("customer", "operation").first()
        )
        if asked is None or is_restricted(asked) or digest_of(asked.details) != operation.request["details_sha256"]:
            return {}
        details: Mapping[str, Any] = asked.details
        return details

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer, or the way to the one who has the e-mail already; data and pictures."""
        found = links_of_registration(operation)
        # What was written down to send it is purged one day.
        if operation.request:
            found.append((_("Data and pictures"), _page_of(operation, "change")))
        return found


def attempts_of(verifications: QuerySet[DelegatedVerification]) -> QuerySet[Operation]:
    """All operations that asked for these verifications, also those that were refused or not approved."""
    references = verifications.order_by().annotate(number=Cast("pk", CharField())).values("number")
    return Operation.objects.filter(kind=CreateCustomerDelegatedKyc.name, reference__in=references)


def _page_of(operation: Operation, view: str) -> str:
    return reverse(f"admin:customers_delegatedverification_{view}", args=[operation.request["verification"]])


def _label_of(picture: Mapping[str, Any]) -> Label:
    return capfirst(str(IdentityCapture.Kind(picture["shows"]).label))


def _picture(address: str, picture: Mapping[str, Any]) -> Any:
    return format_html(
        '<a href="{}?kind={}" target="_blank" rel="noopener">{}</a> {}, SHA-256 {}',
        address,
        picture["shows"],
        gettext("Look at it"),
        filesizeformat(picture["size"]),
        picture["sha256"],
    )

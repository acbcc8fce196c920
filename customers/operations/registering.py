"""Registering a person with the provider."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.operations.kinds import Label, OperationKind, ReadBack
from backoffice.operations.models import Operation
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


class CreateCustomer(OperationKind):
    """Registers a person (contract 3.2). Read back by e-mail (contract 3.8), which is unique at the provider.

    request: the fields of `registerUser` that were filled in, by their names in the contract, and `submission`.
    """

    name = "create_customer"
    label = _("Register a customer")
    permission = "customers.create_customer_at_provider"
    can_read_back = True
    answer_type = Received
    personal = PERSONAL

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The e-mail address, hashed."""
        return key_of_email(request["email"])

    def send(self, operation: Operation, client: CryptoPocketClient) -> Received:
        """Register the person."""
        details: dict[str, Any] = {key: value for key, value in operation.request.items() if key != "submission"}
        if "dob" in details:
            details["dob"] = date.fromisoformat(details["dob"])
        item = client.create_customer(**details)
        return Received(payload=item.payload, read_at=item.read_at, call=self.name)

    def apply(self, operation: Operation, answer: Received) -> dict[str, Any]:
        """Mirror the customer at once, with the link to the KYC form."""
        customer = mirror_registered(operation, answer)
        return {"customer_id": customer.remote_id}

    def read_back(self, operation: Operation, client: CryptoPocketClient) -> ReadBack:
        """Look for the customer by e-mail."""
        return read_back_by_email(operation, client, email=operation.request["email"])

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Who is to be registered, and with which data."""
        request = operation.request
        return [
            (label, value)
            for label, value in [
                (_("Name"), full_name_in(request)),
                (_("E-mail"), request["email"]),
                *facts_of_details(request, self.personal_facts()),
                (_("Return address"), request.get("callback_url", "")),
            ]
            if value
        ]

    def advise_when_done(self, operation: Operation) -> str:
        """That the verification does not begin by itself."""
        return gettext("Send the customer the KYC link: it is on the customer's page.")

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer's page, or the way to the customer who has the e-mail already."""
        return links_of_registration(operation)

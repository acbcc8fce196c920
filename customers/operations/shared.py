"""What the kinds of operation share: answers as they came, customers by e-mail, and the way to the customer."""

import copy
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.dig import dig_first, plant
from backoffice.cryptopocket.errors import NotFound
from backoffice.operations.kinds import CannotTell, Done, Label, NotDone, ReadBack
from backoffice.operations.models import Operation
from backoffice.operations.subjects import Facts
from backoffice.provider import get_catalogue
from backoffice.security.restriction import is_restricted
from backoffice.sync.models import SyncRun
from backoffice.sync.services import mirror_item, request_sync
from customers.identification import label_of_value
from customers.models import Customer
from customers.sync import FOUND, LISTED, RESOURCE_NAME, parse_item_of

SOURCE = "operation"


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came, when its request began, and the call whose shape it has."""

    payload: dict[str, Any]
    read_at: datetime
    call: str = LISTED

    def __repr__(self) -> str:
        """Only that it is one: the payload is personal data."""
        return "<Received>"


def key_of_email(email: str) -> str:
    """The e-mail address, hashed: keys are shown in the database's own messages."""
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()


def full_name_in(details: Mapping[str, Any]) -> str:
    """The first and last names in the data of somebody to be registered."""
    return " ".join(details[key] for key in ("name", "last_name", "last_name2") if details.get(key))


def facts_of_details(details: Mapping[str, Any], personal: Facts) -> Facts:
    """The data of somebody to be registered but for names and e-mail; what is personal stands where it belongs."""
    kind = label_of_value(country_code=details.get("country_code", ""), value=details.get("identification_type", ""))
    return [
        (_("Country"), details.get("country", "")),
        (_("Identification type"), kind),
        *personal,
        (_("Professional activity"), details.get("professional_activity", "")),
    ]


def mirror_registered(operation: Operation, answer: Received, *, company_name: str = "") -> Customer:
    """Mirror a customer who was just registered, as what the operation is about; the list soon says the rest.

    answer: the customer as received, without secrets: it is kept. company_name: is added where the answer does not
    mention it. Raises UnreadableItem.
    """
    parse = parse_item_of(answer.call)
    payload = _naming_company(answer, company_name)
    mirror_item(name=RESOURCE_NAME, payload=payload, read_at=answer.read_at, source=SOURCE, parse=parse)
    request_sync(name=RESOURCE_NAME, mode=SyncRun.Mode.HEAD)
    customer = Customer.objects.get(remote_id=parse(payload, "").remote_id)
    operation.set_subject(customer)
    return customer


def _naming_company(answer: Received, company_name: str) -> dict[str, Any]:
    """The payload with the company's name where it does not mention it: answers to registering may not."""
    names = get_catalogue()[answer.call].fields["company_name"]
    payload = copy.deepcopy(answer.payload)
    if company_name and not dig_first(payload, names):
        plant(payload, names[0], company_name)
    return payload


def read_back_by_email(operation: Operation, client: CryptoPocketClient, *, email: str) -> ReadBack:
    """Look for the customer by e-mail; one that we knew before this was sent is not the outcome of it.

    Done carries a `Received`. Raises the errors of the client.
    """
    try:
        item = client.find_user(email=email)
    except NotFound:
        return NotDone()
    if Customer.objects.filter(remote_id=item.parse().id, first_seen_at__lt=operation.can_be_done_since).exists():
        return CannotTell(
            reason=gettext(
                "The provider has a customer with this e-mail, but we knew that customer before this was sent. "
                "Most likely nothing new was registered: leave it, and use the customer in the list."
            )
        )
    return Done(answer=Received(payload=item.payload, read_at=item.read_at, call=FOUND))


def link_to_subject(operation: Operation) -> list[tuple[Label, str]]:
    """The customer's page."""
    return [(_("The customer"), reverse("admin:customers_customer_change", args=[operation.subject_id]))]


def links_of_registration(operation: Operation) -> list[tuple[Label, str]]:
    """The customer's page, or the way to the customer who has the e-mail already."""
    if operation.subject_id:
        return link_to_subject(operation)
    if operation.error_code == "user_already_exists" and operation.request and not is_restricted(operation):
        address = reverse("admin:customers_customer_same-email")
        return [(_("The customer who has this e-mail"), f"{address}?operation={operation.pk}")]
    return []

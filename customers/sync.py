"""Which list of the provider the customers come from, and how an item becomes a row (contract 3.1, 3.5)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import UNSET

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.cryptopocket.resources import (
    CustomerResource,
    KycStatusResource,
    find_raw,
    parse_customer,
    parse_kyc_status,
)
from backoffice.provider import get_catalogue
from backoffice.sync.resources import Resource, Row

from .models import Customer
from .queries import customers_with_open_kyc

RESOURCE_NAME = "customers"
LISTED = "list_customers"
FOUND = "find_user"

_TEXT_COLUMNS = (
    "kind",
    "email",
    "name",
    "last_name",
    "company_name",
    "country",
    "identification_number",
    "kyc_status",
    "kyc_form_url",
)


def parse_list_item(raw: Mapping[str, Any], partition: str) -> Row:
    """The row of one customer of the list. Raises UnreadableItem."""
    return parse_item_of(LISTED)(raw, partition)


def parse_item_of(call: str) -> Callable[[Mapping[str, Any], str], Row]:
    """How a customer in the answer of a call becomes a row: `find_user` or registering can have another shape."""
    return partial(_parse_item, call=call)


def _parse_item(raw: Mapping[str, Any], partition: str, *, call: str) -> Row:
    customer = parse_customer(raw, catalogue=get_catalogue(), endpoint=call)
    columns = _text_columns(customer)
    if customer.created_at is not UNSET:
        columns["registered_at"] = customer.created_at
    return Row(remote_id=customer.id, columns=columns)


def parse_kyc_check(raw: Mapping[str, Any], remote_id: str) -> Row:
    """What the check of a customer's verification says (contract 3.5): a part of the row. Raises UnreadableItem."""
    check = parse_kyc_status(raw, catalogue=get_catalogue())
    return Row(remote_id=remote_id, columns=_text_columns(check))


def _text_columns(source: CustomerResource | KycStatusResource) -> dict[str, Any]:
    """The text columns that were mentioned; an explicit null is an empty text."""
    mentioned = source.mentioned()
    columns = {name: mentioned[name] or "" for name in _TEXT_COLUMNS if name in mentioned}
    if "kyc_status" not in columns and mentioned.get("kyc_valid") is True:
        columns["kyc_status"] = Customer.KycStatus.VALID.value
    return columns


def _identify(raw: Mapping[str, Any], partition: str) -> str | None:
    value = find_raw(raw, get_catalogue()[LISTED].fields["id"])
    return str(value) if type(value) is int or (type(value) is str and value) else None


def _list_page(client: CryptoPocketClient, partition: str, number: int) -> Page:
    return client.list_customers(page=number)


def _read_kyc_status(client: CryptoPocketClient, remote_id: str) -> Item[KycStatusResource]:
    return client.get_kyc_status(user_id=remote_id)


CUSTOMERS = Resource(
    name=RESOURCE_NAME,
    label=_("customers"),
    model=Customer,
    version=1,
    list_page=_list_page,
    parse=parse_list_item,
    identify=_identify,
    read_one=_read_kyc_status,
    parse_one=parse_kyc_check,
    open_rows=customers_with_open_kyc,
)

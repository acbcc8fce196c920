"""Which remote lists fill the tables of this room, and how an item becomes a row (contract 2.3, 4, 5)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket import resources
from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.provider import get_catalogue
from backoffice.sync.resources import Resource, Row
from payments.columns import identify_by, identify_by_parsing, is_newest_first, make_row
from payments.models import Asset, OffRamp, Payment, PaymentMethod
from payments.queries import off_ramps_not_final, payments_not_final
from payments.units import check_units

PAYMENT_COLUMNS = (
    "external_id",
    "customer_id",
    "status",
    "payment_type",
    "fiat_amount",
    "fiat_symbol",
    "coin_symbol",
    "coin_amount",
    "txid",
    "transfer_concept",
    "holder",
    "created_at",
)
OFF_RAMP_COLUMNS = (
    "customer_id",
    "status",
    "symbol",
    "blockchain",
    "base_units",
    "decimals",
    "fiat_amount",
    "created_at",
)


def parse_listed_payment(item: Mapping[str, Any], partition: str) -> Row:
    """Return a payment of the list as a row (contract 4.6). Raises UnreadableItem."""
    return _payment_row(resources.parse_payment(item, catalogue=get_catalogue(), endpoint="list_payments"))


def parse_read_payment(item: Mapping[str, Any], remote_id: str) -> Row:
    """Return a payment that was read alone as a row: its units can differ from the list's (contract 4.5)."""
    return _payment_row(resources.parse_payment(item, catalogue=get_catalogue(), endpoint="get_payment"))


def parse_listed_off_ramp(item: Mapping[str, Any], partition: str) -> Row:
    """Return an off-ramp of the list as a row (contract 5.4). Raises UnreadableItem."""
    return _off_ramp_row(resources.parse_off_ramp(item, catalogue=get_catalogue(), endpoint="list_off_ramps"))


def parse_read_off_ramp(item: Mapping[str, Any], remote_id: str) -> Row:
    """Return an off-ramp that was read alone as a row (contract 5.3). Raises UnreadableItem."""
    return _off_ramp_row(resources.parse_off_ramp(item, catalogue=get_catalogue(), endpoint="get_off_ramp"))


def parse_asset(item: Mapping[str, Any], partition: str) -> Row:
    """Return a pair of coin and chain as a row (contract 2.3). Raises UnreadableItem."""
    parsed = resources.parse_asset(item, catalogue=get_catalogue())
    return make_row(Asset, parsed, names=("symbol", "chain"), remote_id=parsed.id)


def parse_payment_method(item: Mapping[str, Any], partition: str) -> Row:
    """Return a way to pay as a row (contract 4.1). Raises UnreadableItem."""
    parsed = resources.parse_payment_method(item, catalogue=get_catalogue())
    names = ("code", "name", "fiat_symbol", "country")
    return make_row(PaymentMethod, parsed, names=names, remote_id=parsed.id)


def _payment_row(parsed: resources.PaymentResource) -> Row:
    row = make_row(Payment, parsed, names=PAYMENT_COLUMNS, remote_id=parsed.id)
    if not row.columns.get("transfer_concept"):
        # A concept is given once, when the payment is created: an answer without one takes none away.
        row.columns.pop("transfer_concept", None)
    return row


def _off_ramp_row(parsed: resources.OffRampResource) -> Row:
    return make_row(OffRamp, parsed, names=OFF_RAMP_COLUMNS, remote_id=parsed.id)


def _list_payments(client: CryptoPocketClient, partition: str, number: int) -> Page:
    return client.list_payments(page=number)


def _read_payment(client: CryptoPocketClient, remote_id: str) -> Item[resources.PaymentResource]:
    return client.get_payment(payment_id=remote_id)


def _list_off_ramps(client: CryptoPocketClient, partition: str, number: int) -> Page:
    return client.list_off_ramps(page=number)


def _read_off_ramp(client: CryptoPocketClient, remote_id: str) -> Item[resources.OffRampResource]:
    return client.get_off_ramp(off_ramp_id=remote_id)


def _list_assets(client: CryptoPocketClient, partition: str, number: int) -> Page:
    return client.list_available_assets(page=number)


def _list_payment_methods(client: CryptoPocketClient, partition: str, number: int) -> Page:
    return client.list_payment_methods(page=number)


PAYMENTS = Resource(
    name="payments",
    label=_("payments"),
    model=Payment,
    version=1,
    list_page=_list_payments,
    parse=parse_listed_payment,
    identify=identify_by("list_payments"),
    read_one=_read_payment,
    parse_one=parse_read_payment,
    open_rows=payments_not_final,
    fixed_columns=(
        "external_id",
        "customer_id",
        "payment_type",
        "fiat_amount",
        "fiat_symbol",
        "coin_symbol",
        "created_at",
    ),
    check_before=check_units,
    depends_on=("customers",),
    newest_first=is_newest_first("list_payments"),
    created_column="created_at",
)
OFF_RAMPS = Resource(
    name="offramps",
    label=_("off-ramps"),
    model=OffRamp,
    version=1,
    list_page=_list_off_ramps,
    parse=parse_listed_off_ramp,
    identify=identify_by("list_off_ramps"),
    read_one=_read_off_ramp,
    parse_one=parse_read_off_ramp,
    open_rows=off_ramps_not_final,
    fixed_columns=("customer_id", "symbol", "blockchain", "decimals", "created_at"),
    depends_on=("customers",),
    newest_first=is_newest_first("list_off_ramps"),
    created_column="created_at",
)
ASSETS = Resource(
    name="assets",
    label=_("assets"),
    model=Asset,
    version=1,
    list_page=_list_assets,
    parse=parse_asset,
    identify=identify_by_parsing,
)
PAYMENT_METHODS = Resource(
    name="payment_methods",
    label=_("ways to pay"),
    model=PaymentMethod,
    version=2,
    list_page=_list_payment_methods,
    parse=parse_payment_method,
    identify=identify_by_parsing,
)
RESOURCES = (PAYMENTS, OFF_RAMPS, ASSETS, PAYMENT_METHODS)

"""On-ramp payments: as listed, as read, as created (contract 4)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from backoffice.cryptopocket.endpoints import Catalogue, Conventions, Endpoint
from backoffice.cryptopocket.errors import UnitMismatch
from backoffice.cryptopocket.resources.base import Reader, Resource, make_plan, read_fields
from backoffice.cryptopocket.resources.moments import MomentReader
from backoffice.cryptopocket.resources.values import (
    HintReader,
    UnreadableValueError,
    describe_type,
    read_cents,
    read_coins,
    read_fiat,
    read_id,
    read_link,
    read_text,
)
from backoffice.cryptopocket.resources.worded import WordReader

_AS_JSON = msgspec.json.Encoder(decimal_format="number")


class PaymentResource(Resource, frozen=True, kw_only=True):
    """A purchase (contract 4.5).

    fiat_amount: whole units of fiat_symbol. coin_amount: whole coins. holder: the payer as the provider
    names them. txid: present once the coins are sent.
    """

    shown_in_repr: ClassVar[tuple[str, ...]] = ("id", "status")

    id: str
    external_id: str | UnsetType | None = UNSET
    customer_id: str | UnsetType | None = UNSET
    status: str | UnsetType | None = UNSET
    fiat_amount: Decimal | UnsetType | None = UNSET
    fiat_symbol: str | UnsetType | None = UNSET
    coin_symbol: str | UnsetType | None = UNSET
    coin_amount: Decimal | UnsetType | None = UNSET
    coin_chain: str | UnsetType | None = UNSET
    payment_type: str | UnsetType | None = UNSET
    txid: str | UnsetType | None = UNSET
    transfer_concept: str | UnsetType | None = UNSET
    holder: str | UnsetType | None = UNSET
    created_at: datetime | UnsetType | None = UNSET
    changed_at: datetime | UnsetType | None = UNSET


class CreatedPayment(Resource, frozen=True, kw_only=True):
    """The answer to create_payment: a page to pay on, or the details of a transfer (contract 4.3)."""

    id: str
    payment_url: str | UnsetType | None = UNSET
    iban: str | UnsetType | None = UNSET
    bic: str | UnsetType | None = UNSET
    concept: str | UnsetType | None = UNSET
    destination_name: str | UnsetType | None = UNSET


class CreatedGuidedPayment(Resource, frozen=True, kw_only=True):
    """The answer to create_guided_payment: the page where the customer goes on (contract 4.4)."""

    id: str
    gateway_url: str | UnsetType | None = UNSET
    external_id: str | UnsetType | None = UNSET


class HolderReader:
    """Reads the payer's name; a filled holder was never seen, an object is possible (contract 4.5)."""

    def __init__(self, conventions: Conventions) -> None:
        self._fields = conventions.holder_fields

    def __call__(self, value: Any) -> str:
        """Return the name as text."""
        if isinstance(value, Mapping):
            parts = [value.get(name) for name in self._fields]
            joined = " ".join(part for part in parts if isinstance(part, str) and part.strip())
            return read_text(joined or _AS_JSON.encode(value).decode())
        if isinstance(value, list):
            raise UnreadableValueError(f"is {describe_type(value)} where a name is expected")
        return read_text(value)


def _payment_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "id": read_id,
        "external_id": read_text,
        "customer_id": read_id,
        "status": WordReader(catalogue.words, "payment_status"),
        "fiat_amount": read_cents if endpoint.fiat_unit == "cents" else read_fiat,
        "fiat_symbol": read_text,
        "coin_symbol": read_text,
        "coin_amount": read_coins,
        "coin_chain": read_text,
        "payment_type": read_text,
        "txid": read_text,
        "transfer_concept": read_text,
        "holder": HolderReader(catalogue.conventions),
        "created_at": MomentReader(catalogue.conventions),
        "changed_at": HintReader(MomentReader(catalogue.conventions)),
    }


def _created_payment_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "id": read_id,
        "payment_url": read_link,
        "iban": read_text,
        "bic": read_text,
        "concept": read_text,
        "destination_name": read_text,
    }


def _created_guided_payment_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {"id": read_id, "gateway_url": read_link, "external_id": read_text}


def parse_payment(item: Any, *, catalogue: Catalogue, endpoint: str = "get_payment") -> PaymentResource:
    """Return one payment of `get_payment` or `list_payments`, whose units may differ (contract 4.5, 4.6).

    Raises UnreadableItem.
    """
    plan = make_plan("payment", _payment_readers, catalogue, endpoint)
    return PaymentResource(**read_fields(item, plan=plan))


def parse_created_payment(item: Any, *, catalogue: Catalogue) -> CreatedPayment:
    """Return the answer to create_payment (contract 4.3). Raises UnreadableItem."""
    plan = make_plan("created payment", _created_payment_readers, catalogue, "create_payment")
    return CreatedPayment(**read_fields(item, plan=plan))


def parse_created_guided_payment(item: Any, *, catalogue: Catalogue) -> CreatedGuidedPayment:
    """Return the answer to create_guided_payment (contract 4.4). Raises UnreadableItem."""
    plan = make_plan("created guided payment", _created_guided_payment_readers, catalogue, "create_guided_payment")
    return CreatedGuidedPayment(**read_fields(item, plan=plan))


def ensure_same_units(*, listed: PaymentResource, read: PaymentResource) -> None:
    """Compare one payment of the list with its single read before the list is trusted (contract 4.6).

    Raises UnitMismatch when both have an amount and the amounts differ.
    """
    if not isinstance(listed.fiat_amount, Decimal) or not isinstance(read.fiat_amount, Decimal):
        return
    if listed.fiat_amount != read.fiat_amount:
        raise UnitMismatch(
            f"payment {read.id} is {listed.fiat_amount} in the list and {read.fiat_amount} when read alone: "
            "one of the two units is wrong. Set fiat_unit of list_payments in the override file."
        )

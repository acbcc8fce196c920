"""Off-ramps: as listed, as read, as created (contract 5)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Context, Decimal
from typing import Any, ClassVar

from msgspec import UNSET, UnsetType

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.resources.base import Reader, Resource, make_plan, read_fields
from backoffice.cryptopocket.resources.moments import MomentReader
from backoffice.cryptopocket.resources.values import (
    HintReader,
    read_base_units,
    read_cents,
    read_coins,
    read_decimals,
    read_fiat,
    read_id,
    read_text,
    shift_base_units,
)
from backoffice.cryptopocket.resources.worded import WordReader

_EXACT = Context(prec=400)
_ONE = Decimal(1)


class OffRampResource(Resource, frozen=True, kw_only=True):
    """A sale (contract 5.3).

    base_units: the provider's digits, up to 100 of them. decimals: of the token. amount: base_units divided
    by 10^decimals, exact; there only when both are. fiat_amount: whole units.
    """

    shown_in_repr: ClassVar[tuple[str, ...]] = ("id", "status")

    id: str
    external_id: str | UnsetType | None = UNSET
    customer_id: str | UnsetType | None = UNSET
    status: str | UnsetType | None = UNSET
    symbol: str | UnsetType | None = UNSET
    blockchain: str | UnsetType | None = UNSET
    base_units: str | UnsetType | None = UNSET
    decimals: int | UnsetType | None = UNSET
    amount: Decimal | UnsetType | None = UNSET
    fiat_amount: Decimal | UnsetType | None = UNSET
    fiat_symbol: str | UnsetType | None = UNSET
    created_at: datetime | UnsetType | None = UNSET
    changed_at: datetime | UnsetType | None = UNSET


class CreatedOffRamp(Resource, frozen=True, kw_only=True):
    """The answer to create_off_ramp: the wallet to which the customer sends the tokens (contract 5.2)."""

    id: str
    wallet: str | UnsetType | None = UNSET


def _off_ramp_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "id": read_id,
        "external_id": read_text,
        "customer_id": read_id,
        "status": WordReader(catalogue.words, "off_ramp_status"),
        "symbol": read_text,
        "blockchain": read_text,
        "amount": read_base_units if endpoint.crypto_unit == "base_units" else read_coins,
        "decimals": read_decimals,
        "fiat_amount": read_cents if endpoint.fiat_unit == "cents" else read_fiat,
        "fiat_symbol": read_text,
        "created_at": MomentReader(catalogue.conventions),
        "changed_at": HintReader(MomentReader(catalogue.conventions)),
    }


def _created_off_ramp_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {"id": read_id, "wallet": read_text}


def parse_off_ramp(item: Any, *, catalogue: Catalogue, endpoint: str = "get_off_ramp") -> OffRampResource:
    """Return one off-ramp of `get_off_ramp` or `list_off_ramps` (contract 5.3, 5.4).

    Raises UnreadableItem.
    """
    plan = make_plan("off-ramp", _off_ramp_readers, catalogue, endpoint)
    values = read_fields(item, plan=plan)
    split = _split_base_units if catalogue.endpoints[endpoint].crypto_unit == "base_units" else _count_base_units
    values.update(split(values))
    return OffRampResource(**values)


def _split_base_units(values: dict[str, Any]) -> dict[str, Any]:
    """Return base units beside their amount in whole tokens, which needs the decimals."""
    if "amount" not in values:
        return {}
    digits = values["amount"]
    if digits is None:
        return {"base_units": None, "amount": None}
    decimals = values.get("decimals")
    return {
        "base_units": digits,
        "amount": UNSET if decimals is None else shift_base_units(digits, decimals=decimals),
    }


def _count_base_units(values: dict[str, Any]) -> dict[str, Any]:
    """Return the base units of an amount in whole tokens, where the decimals are told and it has no more of them."""
    amount, decimals = values.get("amount"), values.get("decimals")
    if amount is None or decimals is None:
        return {}
    digits = amount.scaleb(decimals, context=_EXACT)
    is_whole = digits >= 0 and digits == digits.to_integral_value(context=_EXACT)
    return {"base_units": format(digits.quantize(_ONE, context=_EXACT), "f")} if is_whole else {}


def parse_created_off_ramp(item: Any, *, catalogue: Catalogue) -> CreatedOffRamp:
    """Return the answer to create_off_ramp (contract 5.2). Raises UnreadableItem."""
    plan = make_plan("created off-ramp", _created_off_ramp_readers, catalogue, "create_off_ramp")
    return CreatedOffRamp(**read_fields(item, plan=plan))

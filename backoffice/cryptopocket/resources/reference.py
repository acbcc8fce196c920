"""Reference data and quotes (contract 2.2, 2.3, 4.1, 4.2, 5.1)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from msgspec import UNSET, UnsetType

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.resources.base import Reader, Resource, make_plan, read_fields
from backoffice.cryptopocket.resources.values import read_cents, read_coins, read_fiat, read_id, read_text


class AssetResource(Resource, frozen=True, kw_only=True):
    """A coin on a chain (contract 2.3). id: made of both, `USDC/polygon`, as the provider gives none."""

    id: str
    symbol: str
    chain: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET


class PaymentMethodResource(Resource, frozen=True, kw_only=True):
    """A way to pay (contract 4.1). id: code and currency, `transfer/EUR`: a code can serve several."""

    id: str
    code: str
    name: str | UnsetType | None = UNSET
    fiat_symbol: str | UnsetType | None = UNSET
    country: str | UnsetType | None = UNSET


class TokenPrice(Resource, frozen=True, kw_only=True):
    """The price of one token in whole units of fiat_symbol (contract 2.2)."""

    shown_in_repr: ClassVar[tuple[str, ...]] = ("symbol", "chain", "fiat_symbol", "price")

    price: Decimal
    symbol: str | UnsetType | None = UNSET
    chain: str | UnsetType | None = UNSET
    fiat_symbol: str | UnsetType | None = UNSET


class Quote(Resource, frozen=True, kw_only=True):
    """What an amount yields: whole coins for an on-ramp, whole fiat for an off-ramp (contract 4.2, 5.1)."""

    shown_in_repr: ClassVar[tuple[str, ...]] = ("amount", "symbol")

    amount: Decimal
    symbol: str | UnsetType | None = UNSET


def _asset_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {"symbol": read_id, "chain": read_text, "name": read_text}


def _method_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {"code": read_id, "name": read_text, "fiat_symbol": read_text, "country": read_text}


def _price_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "symbol": read_text,
        "chain": read_text,
        "fiat_symbol": read_text,
        "price": read_cents if endpoint.fiat_unit == "cents" else read_coins,
    }


def _quote_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    units: dict[str | None, Reader] = {"cents": read_cents, "whole": read_fiat}
    return {"amount": units.get(endpoint.fiat_unit, read_coins), "symbol": read_text}


def parse_asset(item: Any, *, catalogue: Catalogue) -> AssetResource:
    """Return one pair of `list_available_assets` (contract 2.3). Raises UnreadableItem."""
    values = read_fields(item, plan=make_plan("asset", _asset_readers, catalogue, "list_available_assets"))
    return AssetResource(id=_join_id(values["symbol"], values.get("chain")), **values)


def parse_payment_method(item: Any, *, catalogue: Catalogue) -> PaymentMethodResource:
    """Return one method of `list_payment_methods` (contract 4.1). Raises UnreadableItem."""
    plan = make_plan("way to pay", _method_readers, catalogue, "list_payment_methods")
    values = read_fields(item, plan=plan)
    return PaymentMethodResource(id=_join_id(values["code"], values.get("fiat_symbol")), **values)


def _join_id(first: str, second: str | None) -> str:
    return f"{first}/{second}" if second else first


def parse_token_price(item: Any, *, catalogue: Catalogue) -> TokenPrice:
    """Return the answer to get_token_price (contract 2.2). Raises UnreadableItem."""
    plan = make_plan("token price", _price_readers, catalogue, "get_token_price")
    return TokenPrice(**read_fields(item, plan=plan))


def parse_on_ramp_quote(item: Any, *, catalogue: Catalogue) -> Quote:
    """Return the answer to get_on_ramp_quote: whole coins (contract 4.2). Raises UnreadableItem."""
    plan = make_plan("on-ramp quote", _quote_readers, catalogue, "get_on_ramp_quote")
    return Quote(**read_fields(item, plan=plan))


def parse_off_ramp_quote(item: Any, *, catalogue: Catalogue) -> Quote:
    """Return the answer to get_off_ramp_quote: whole fiat units (contract 5.1). Raises UnreadableItem."""
    plan = make_plan("off-ramp quote", _quote_readers, catalogue, "get_off_ramp_quote")
    return Quote(**read_fields(item, plan=plan))

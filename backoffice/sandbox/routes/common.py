"""Token, prices and assets; contract 2."""

from __future__ import annotations

from decimal import Decimal

from backoffice.sandbox.answers import UNAUTHORISED, Answer, fail, succeed
from backoffice.sandbox.call import Call
from backoffice.sandbox.data.reference import ASSETS, EURO_RATES, find_asset
from backoffice.sandbox.tokens import Tokens


def authenticate(call: Call, tokens: Tokens) -> Answer:
    """Exchange key and secret for a token, and tell how many seconds it lives."""
    options = call.state.options
    if (call.body.get("api_key"), call.body.get("api_secret")) != (options.api_key, options.api_secret):
        return UNAUTHORISED
    return succeed({"token": tokens.issue(), "expires_in": int(tokens.seconds)})


def get_token_price(call: Call) -> Answer:
    """Answer what one coin costs."""
    if not call.query.get("symbol"):
        return fail("fail_mandatory_field")
    asset = find_asset(call.query["symbol"], call.query.get("chain"))
    fiat_symbol = call.query.get("fiat_symbol", "EUR")
    if asset is None or fiat_symbol not in EURO_RATES:
        return fail("coin_not_supported")
    price = (asset.price * EURO_RATES[fiat_symbol]).quantize(Decimal("0.0001"))
    return succeed({"symbol": asset.symbol, "chain": asset.chain, "fiat_symbol": fiat_symbol, "price": str(price)})


def list_available_assets(_: Call) -> Answer:
    """List the pairs of coin and chain."""
    return succeed([{"symbol": asset.symbol, "chain": asset.chain} for asset in ASSETS])

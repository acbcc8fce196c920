"""Prices and quotes: asked of the provider when somebody looks, with their time, never kept for later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, Literal

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import UNSET

from backoffice.cryptopocket.errors import CryptoPocketError, Refused
from backoffice.operations.refusals import explain
from backoffice.provider import get_client

QUOTE_LIFETIME = timedelta(minutes=1)
"""How old a quote may be when somebody acts on it."""

RENEWAL_SECONDS = 50
"""After so long a page asks again, so that what it shows is never older than `QUOTE_LIFETIME`."""

RETRY_SECONDS = 10
"""After so long a page asks again that has no quote."""

QUOTED_CURRENCY = "EUR"
"""The one currency in which purchases are quoted (contract 4.2)."""

_SPELLINGS = {"psd2": "PSD2", "transfer": "TRANSFER"}
_SEAL = "payments.quote"
_COIN_STEP = Decimal("0.00000001")
_ENOUGH_DIGITS = Context(prec=100, rounding=ROUND_DOWN)

Side = Literal["buy", "sell", "price"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: how many coins an amount buys, what an amount of coins yields, or what one coin costs.

    `amount`: whole units of `currency` for "buy", whole coins for "sell", 1 for "price". `chain` and `method` may be
    empty; `method` counts for "buy" only.
    """

    side: Side
    amount: Decimal
    symbol: str
    chain: str = ""
    currency: str = QUOTED_CURRENCY
    method: str = ""

    def to_parameters(self) -> dict[str, str]:
        """The question as the parameters of an address."""
        return {
            "side": self.side,
            "amount": format(self.amount, "f"),
            "symbol": self.symbol,
            "chain": self.chain,
            "currency": self.currency,
            "method": self.method,
        }


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The answer: `amount` whole units of `unit` (coins for "buy", else a currency), asked for at `at`.

    `is_estimate`: worked out here from the price of one coin, where the provider has no quote in that currency.
    """

    question: Question
    amount: Decimal
    unit: str
    at: datetime
    is_estimate: bool = False

    @property
    def is_fresh(self) -> bool:
        """Whether it is young enough to act on."""
        return timedelta() <= timezone.now() - self.at <= QUOTE_LIFETIME


def ask(question: Question) -> Quote:
    """Ask the provider. Raises the errors of `backoffice.cryptopocket.errors`."""
    began = timezone.now()
    if question.side == "sell":
        return _ask_for_sale(question, began)
    if question.side == "price" or question.currency != QUOTED_CURRENCY:
        return _ask_for_price(question, began)
    item = get_client().get_on_ramp_quote(
        amount=question.amount,
        symbol=question.symbol,
        chain=question.chain or None,
        payment_type=_SPELLINGS.get(question.method.lower(), question.method),
    )
    return Quote(question=question, amount=item.parse().amount, unit=question.symbol, at=began)


def coins_for(amount: Decimal, price: Decimal) -> Decimal:
    """How many coins an amount buys at the price of one, rounded down; none where there is no price.

    With more digits than Python's usual 28: a coin can cost so little that an amount buys more of it than these hold.
    """
    if price <= 0:
        return Decimal(0)
    return _ENOUGH_DIGITS.divide(amount, price).quantize(_COIN_STEP, context=_ENOUGH_DIGITS)


def explain_failure(error: CryptoPocketError) -> str:
    """Why there is no quote, for people."""
    if isinstance(error, Refused):
        return explain(error.code, error.text)
    return _("The provider could not be asked for a quote just now. Nothing was changed, and everything else works.")


def seal(quote: Quote) -> str:
    """The quote as text that a form can carry and nobody can change."""
    content = {
        **quote.question.to_parameters(),
        "quoted": format(quote.amount, "f"),
        "unit": quote.unit,
        "at": quote.at.isoformat(),
        "is_estimate": quote.is_estimate,
    }
    return signing.dumps(content, salt=_SEAL)


def open_seal(text: str, question: Question) -> Quote | None:
    """The sealed quote, if it answers this very question and is still fresh; None otherwise."""
    try:
        content = signing.loads(text, salt=_SEAL)
    except signing.BadSignature:
        return None
    quote = _from_content(content, question)
    return quote if question.to_parameters().items() <= content.items() and quote.is_fresh else None


def _from_content(content: Mapping[str, Any], question: Question) -> Quote:
    return Quote(
        question=question,
        amount=Decimal(content["quoted"]),
        unit=content["unit"],
        at=datetime.fromisoformat(content["at"]),
        is_estimate=content["is_estimate"],
    )


def _ask_for_sale(question: Question, began: datetime) -> Quote:
    item = get_client().get_off_ramp_quote(
        amount=question.amount, symbol=question.symbol, blockchain=question.chain or None
    )
    answer = item.parse()
    unit = answer.symbol if answer.symbol is not UNSET and answer.symbol else QUOTED_CURRENCY
    return Quote(question=question, amount=answer.amount, unit=str(unit), at=began)


def _ask_for_price(question: Question, began: datetime) -> Quote:
    item = get_client().get_token_price(
        symbol=question.symbol, chain=question.chain or None, fiat_symbol=question.currency
    )
    price = item.parse().price
    if question.side == "price":
        return Quote(question=question, amount=price, unit=question.currency, at=began)
    coins = coins_for(question.amount, price)
    return Quote(question=question, amount=coins, unit=question.symbol, at=began, is_estimate=True)

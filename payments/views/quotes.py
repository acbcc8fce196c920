"""A quote as a piece of a page that renews itself."""

from decimal import Decimal, InvalidOperation
from typing import Any, cast, get_args

from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.face.parameters import text_in
from payments.forms.prices import COIN_DECIMALS, COIN_WHOLE_DIGITS
from payments.quoting import (
    QUOTED_CURRENCY,
    RENEWAL_SECONDS,
    RETRY_SECONDS,
    Question,
    Side,
    ask,
    explain_failure,
    seal,
)

LONGEST_WORD = 100


def show_quote(request: HttpRequest, _model_admin: Any) -> HttpResponseBase:
    """Ask the provider the question in the address, and show the answer or why there is none."""
    response = render(request, "admin/payments/quote.html", quote_context(_read_question(request.GET)))
    patch_cache_control(response, no_store=True)
    return response


def quote_context(question: Question) -> dict[str, Any]:
    """The answer of this moment, or why there is none, and when to ask again."""
    context: dict[str, Any] = {
        "question": question,
        "quote_url": f"{reverse('admin:payments_payment_quote')}?{urlencode(question.to_parameters())}",
        "may_go_without": question.currency != QUOTED_CURRENCY,
    }
    try:
        quote = ask(question)
    except CryptoPocketError as error:
        return {**context, "quote": None, "failure": explain_failure(error), "renewal_seconds": RETRY_SECONDS}
    return {**context, "quote": quote, "sealed_quote": seal(quote), "renewal_seconds": RENEWAL_SECONDS}


def _read_question(parameters: QueryDict) -> Question:
    """The question in an address that this room has written. Raises Http404 for any other."""
    side, words = parameters.get("side", ""), ("symbol", "chain", "currency", "method")
    texts = {word: text_in(parameters, word) for word in words}
    if side not in get_args(Side) or not texts["symbol"] or max(map(len, texts.values())) > LONGEST_WORD:
        raise Http404(_("There is no such question."))
    return Question(side=cast("Side", side), amount=_read_amount(parameters.get("amount", "")), **texts)


def _read_amount(text: str) -> Decimal:
    try:
        amount = Decimal(text) if len(text) <= LONGEST_WORD else Decimal(0)
    except InvalidOperation:
        amount = Decimal(0)
    # No form takes more digits; an exponent makes few letters into more of them than memory holds.
    if not amount.is_finite() or amount <= 0 or not -COIN_DECIMALS <= amount.adjusted() < COIN_WHOLE_DIGITS:
        raise Http404(_("There is no such question."))
    return amount

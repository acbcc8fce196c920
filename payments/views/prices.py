"""The page of prices and assets: what the provider offers, and what it asks for it now."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.freshness import freshness_line
from backoffice.face.tables import Column, RelatedTable, read_tables
from payments.forms import PriceForm, PurchaseQuoteForm, SaleQuoteForm
from payments.forms.choices import describe_method
from payments.models import Asset, PaymentMethod
from payments.tables import list_of

from .quotes import quote_context

ROWS_SHOWN = 50

QuestionForm = PriceForm | PurchaseQuoteForm | SaleQuoteForm


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One of the three questions: its form, and the answer once it was asked."""

    name: str
    title: Any
    form: QuestionForm
    answer: dict[str, Any] | None


_FORMS: tuple[tuple[str, Any, type[QuestionForm]], ...] = (
    ("buy", gettext_lazy("What does an amount buy?"), PurchaseQuoteForm),
    ("sell", gettext_lazy("What do coins yield?"), SaleQuoteForm),
    ("price", gettext_lazy("What does one coin cost?"), PriceForm),
)


def show_prices(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """The three questions, the answer to the one that was asked, and the mirrored lists."""
    response = TemplateResponse(
        request,
        "admin/payments/prices.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": _("Prices and assets"),
            "opts": model_admin.opts,
            "desks": [_desk(request, name, title, form) for name, title, form in _FORMS],
            "lines": [freshness_line(request, name) for name in ("assets", "payment_methods")],
            "tables": read_tables(request, [_assets(), _methods()]),
        },
    )
    patch_cache_control(response, no_store=True)
    return response


def _desk(request: HttpRequest, name: str, title: Any, form_class: type[QuestionForm]) -> Desk:
    is_asked = request.GET.get("ask") == name
    form = form_class(request.GET if is_asked else None, auto_id=f"id_{name}_%s")
    answer = quote_context(form.question()) if is_asked and form.is_valid() else None
    return Desk(name=name, title=title, form=form, answer=answer)


def _assets() -> RelatedTable:
    return RelatedTable(
        name="assets",
        title=_("Assets"),
        queryset=Asset.objects.filter(missing_since=None).defer("payload"),
        columns=(
            Column(label=_("Coin"), value=lambda asset: asset.symbol),
            Column(label=_("Chain"), value=lambda asset: asset.chain),
        ),
        see_all_url=list_of("asset"),
        permission="payments.view_asset",
        empty_text=_("None yet: they appear when the assets are synced."),
        limit=ROWS_SHOWN,
    )


def _methods() -> RelatedTable:
    return RelatedTable(
        name="payment-methods",
        title=_("Ways to pay"),
        queryset=PaymentMethod.objects.filter(missing_since=None).defer("payload"),
        columns=(
            Column(label=_("Way to pay"), value=describe_method),
            Column(label=_("Code"), value=lambda method: method.code),
            Column(label=_("Currency"), value=lambda method: method.fiat_symbol),
        ),
        see_all_url=list_of("paymentmethod"),
        permission="payments.view_paymentmethod",
        empty_text=_("None yet: they appear when the ways to pay are synced."),
        limit=ROWS_SHOWN,
    )

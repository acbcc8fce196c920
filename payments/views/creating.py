"""Creating a payment or an off-ramp: choose the customer, type, look at it again with a fresh quote, confirm."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.actions import render_form_page
from backoffice.face.badges import page_of, status_badge
from backoffice.face.cards import Fact
from backoffice.face.parameters import text_in
from backoffice.operations.services.asking import Asked, find_earlier
from backoffice.security.masking import Kind
from backoffice.security.readers import sees_clearly
from customers.cautions import Caution
from customers.forms import new_submission
from customers.models import Customer
from customers.views.going_on import go_to_operation, numbers_in, person_behind
from payments import services
from payments.cautions import cautions_for
from payments.forms import GuidedPaymentForm, OffRampForm, PaymentForm
from payments.operations import CreateGuidedPayment, CreateOffRamp, CreatePayment
from payments.queries import search_customers
from payments.quoting import QUOTED_CURRENCY, Quote, open_seal

from .quotes import quote_context

CUSTOMERS_SHOWN = 20

OrderForm = GuidedPaymentForm | OffRampForm


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What is to be created: its kind and form, what the pages say, and the service that asks for it."""

    kind: str
    form: type[OrderForm]
    ask: Callable[..., Asked]
    title: Any
    question: Any
    lead: Any
    submit_label: Any


PAYMENT = Errand(
    kind=CreatePayment.name,
    form=PaymentForm,
    ask=services.create_payment,
    title=gettext_lazy("Create a payment"),
    question=gettext_lazy("Create this payment?"),
    lead=gettext_lazy("The customer buys coins. Nothing is sent before you have seen the quote and confirmed it."),
    submit_label=gettext_lazy("Create the payment"),
)
GUIDED_PAYMENT = Errand(
    kind=CreateGuidedPayment.name,
    form=GuidedPaymentForm,
    ask=services.create_guided_payment,
    title=gettext_lazy("Create a guided payment"),
    question=gettext_lazy("Create this guided payment?"),
    lead=gettext_lazy(
        "The customer gets a link to a page of the provider's, and chooses the wallet and the way to pay there. In "
        "euros only."
    ),
    submit_label=gettext_lazy("Create the guided payment"),
)
OFF_RAMP = Errand(
    kind=CreateOffRamp.name,
    form=OffRampForm,
    ask=services.create_off_ramp,
    title=gettext_lazy("Create an off-ramp"),
    question=gettext_lazy("Create this off-ramp?"),
    lead=gettext_lazy("The customer sends coins to a wallet of the provider's, and is paid out in money."),
    submit_label=gettext_lazy("Create the off-ramp"),
)


def create_payment(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Create a payment by a method chosen here."""
    return _serve(request, model_admin, PAYMENT)


def create_guided_payment(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Create a payment that the customer finishes on the provider's page."""
    return _serve(request, model_admin, GUIDED_PAYMENT)


def create_off_ramp(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Create an off-ramp."""
    return _serve(request, model_admin, OFF_RAMP)


def _serve(request: HttpRequest, model_admin: Any, errand: Errand) -> HttpResponseBase:
    chosen = numbers_in(request.GET.get("customer", ""))
    if not chosen:
        return _choose_customer(request, model_admin, errand)
    customer = get_object_or_404(Customer, pk=chosen[0])
    if request.method != "POST":
        return _show_form(request, model_admin, errand, customer, errand.form())
    form = errand.form(request.POST)
    if not form.is_valid() or "correct" in request.POST:
        return _show_form(request, model_admin, errand, customer, form)
    if "confirm" not in request.POST:
        return _show_again(request, model_admin, errand, customer, _with_new_submission(request, errand))
    return _confirm(request, model_admin, errand, customer, form)


def _confirm(
    request: HttpRequest, model_admin: Any, errand: Errand, customer: Customer, form: OrderForm
) -> HttpResponseBase:
    """Ask for it, unless something is not ticked or the quote is no longer fresh."""
    order, person = form.to_request(), person_behind(request)
    # Looked at before the earlier wish: a click of the same moment that is seen here is then found there as well.
    cautions = cautions_for(kind=errand.kind, customer=customer, cleaned=form.cleaned_data, request=order)
    wish = {"user_id": customer.remote_id, **order}
    earlier = find_earlier(kind=errand.kind, request=wish, requested_by=person)
    if earlier is not None:
        return go_to_operation(request, Asked(operation=earlier, is_new=False))
    confirmed = set(request.POST.getlist("confirmed"))
    quote = open_seal(request.POST.get("quote", ""), form.question())
    problem = _problem(request, form, quote, are_ticked=all(caution.name in confirmed for caution in cautions))
    if problem:
        return _show_again(request, model_admin, errand, customer, form, confirmed=confirmed, problem=problem)
    return go_to_operation(request, errand.ask(customer=customer, order=order, quote=quote, requested_by=person))


def _problem(request: HttpRequest, form: OrderForm, quote: Quote | None, *, are_ticked: bool) -> str:
    """Why it is not sent yet; empty where nothing is in the way."""
    if not are_ticked:
        return _("Nothing was sent: tick every point below, or correct the form.")
    may_go_without = form.question().side == "buy" and form.question().currency != QUOTED_CURRENCY
    if quote is None and not (may_go_without and "without_quote" in request.POST):
        return _("Nothing was sent: the quote you saw is older than a minute. Look at the new one, and confirm.")
    return ""


def _choose_customer(request: HttpRequest, model_admin: Any, errand: Errand) -> HttpResponseBase:
    words = text_in(request.GET, "q").strip()[:200]
    found = list(search_customers(words, by_email=sees_clearly(Kind.EMAIL))[: CUSTOMERS_SHOWN + 1]) if words else []
    return TemplateResponse(
        request,
        "admin/payments/choose_customer.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": errand.title,
            "words": words,
            "customers": [
                (customer, status_badge(customer.kyc_status, choices=Customer.KycStatus))
                for customer in found[:CUSTOMERS_SHOWN]
            ],
            "has_more": len(found) > CUSTOMERS_SHOWN,
        },
    )


def _show_form(
    request: HttpRequest, model_admin: Any, errand: Errand, customer: Customer, form: OrderForm
) -> HttpResponseBase:
    return render_form_page(
        request,
        model_admin,
        title=errand.title,
        lead=errand.lead,
        facts=[Fact(label=_("Customer"), value=customer.display_name)],
        form=form,
        submit_label=_("Continue"),
        cancel_url=page_of(customer),
        template="admin/payments/create.html",
    )


def _show_again(
    request: HttpRequest,
    model_admin: Any,
    errand: Errand,
    customer: Customer,
    form: OrderForm,
    *,
    confirmed: AbstractSet[str] = frozenset(),
    problem: str = "",
) -> HttpResponseBase:
    cautions: list[Caution] = cautions_for(
        kind=errand.kind, customer=customer, cleaned=form.cleaned_data, request=form.to_request()
    )
    facts = [(_("Customer"), customer.display_name), *form.summary()]
    response = render_form_page(
        request,
        model_admin,
        title=errand.question,
        form=form,
        facts=[Fact(label=label, value=value) for label, value in facts],
        warnings=[problem] if problem else [],
        submit_label=errand.submit_label,
        cancel_url=page_of(customer),
        template="admin/payments/confirm.html",
        context={
            "cautions": cautions,
            "confirmed": confirmed,
            "is_incomplete": bool(problem),
            **quote_context(form.question()),
        },
    )
    patch_cache_control(response, no_store=True)
    return response


def _with_new_submission(request: HttpRequest, errand: Errand) -> OrderForm:
    """The same data as a form of its own: going back and typing something else is another wish."""
    data = request.POST.copy()
    data["submission"] = new_submission()
    form = errand.form(data)
    form.full_clean()
    return form

"""Registering a customer: type, look at it again with all that speaks against it, confirm."""

from collections.abc import Set as AbstractSet
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.face.actions import render_form_page
from backoffice.face.badges import page_of
from backoffice.face.cards import Fact
from backoffice.operations.models import Operation
from customers import queries, services
from customers.cautions import Caution, registration_cautions
from customers.forms import CreateCustomerForm, new_submission
from customers.operations import CreateCustomer

from .going_on import go_to_operation, numbers_in, person_behind


def register_customer(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """The form; then the same data to be looked at again; then the operation."""
    if request.method != "POST":
        return _show_form(request, model_admin, CreateCustomerForm())
    form = CreateCustomerForm(request.POST)
    if not form.is_valid():
        return _show_form(request, model_admin, form)
    cautions = registration_cautions(form.cleaned_data)
    confirmed = set(request.POST.getlist("confirmed"))
    if "confirm" not in request.POST:
        return _show_again(request, model_admin, _with_new_submission(request), cautions)
    if any(caution.name not in confirmed for caution in cautions):
        return _show_again(request, model_admin, form, cautions, confirmed=confirmed, is_incomplete=True)
    asked = services.register_customer(
        person=form.to_request(), submission=form.cleaned_data["submission"], requested_by=person_behind(request)
    )
    return go_to_operation(request, asked)


def correct_registration(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Back from the second look to the form, with everything that was typed."""
    form = CreateCustomerForm(request.POST) if request.method == "POST" else CreateCustomerForm()
    return _show_form(request, model_admin, form)


def show_customer_of_email(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """From an operation that was refused because the e-mail is taken, to the customer who has it."""
    operation = get_object_or_404(
        Operation, pk__in=numbers_in(request.GET.get("operation", "")), kind=CreateCustomer.name
    )
    email = operation.request["email"]
    customer = queries.find_by_email(email)
    if customer is not None:
        return HttpResponseRedirect(page_of(customer))
    if request.method == "POST":
        return _fetch(request, email)
    return render_form_page(
        request,
        model_admin,
        title=_("The customer who has this e-mail"),
        form=Form(),
        lead=_("The provider has a customer with %(email)s who is not in our list yet.") % {"email": email},
        submit_label=_("Read it from the provider"),
    )


def _fetch(request: HttpRequest, email: str) -> HttpResponseBase:
    try:
        customer = services.fetch_customer_by_email(email=email)
    except CryptoPocketError as error:
        messages.error(request, _("The provider could not be asked: %(error)s") % {"error": error})
    else:
        if customer is not None:
            return HttpResponseRedirect(page_of(customer))
        messages.warning(request, _("The provider does not show that customer to us. Synchronise the customers."))
    return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))


def _show_form(request: HttpRequest, model_admin: Any, form: CreateCustomerForm) -> HttpResponseBase:
    return render_form_page(
        request,
        model_admin,
        title=_("Register a customer"),
        lead=_("A person. Name and e-mail are enough; nothing is sent before you have confirmed it."),
        form=form,
        submit_label=_("Continue"),
        template="admin/customers/register.html",
        context={"register_url": model_admin.url_of("register")},
    )


def _show_again(
    request: HttpRequest,
    model_admin: Any,
    form: CreateCustomerForm,
    cautions: list[Caution],
    *,
    confirmed: AbstractSet[str] = frozenset(),
    is_incomplete: bool = False,
) -> HttpResponseBase:
    return render_form_page(
        request,
        model_admin,
        title=_("Register this customer?"),
        form=form,
        facts=[Fact(label=label, value=value) for label, value in form.summary()],
        warnings=[_("Nothing was sent: tick every point below, or correct the form.")] if is_incomplete else [],
        submit_label=_("Register with the provider"),
        template="admin/customers/register_confirm.html",
        context={
            "cautions": cautions,
            "confirmed": confirmed,
            "is_incomplete": is_incomplete,
            "register_url": model_admin.url_of("register"),
            "correct_url": model_admin.url_of("correct-registration"),
        },
    )


def _with_new_submission(request: HttpRequest) -> CreateCustomerForm:
    """The same data as a form of its own: going back and typing somebody else is another wish."""
    data = request.POST.copy()
    data["submission"] = new_submission()
    form = CreateCustomerForm(data)
    form.full_clean()
    return form

"""Finding a customer at the provider who is not in our list."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.face.actions import render_form_page
from backoffice.face.badges import page_of
from backoffice.operations.models import Operation
from backoffice.security.masking import Kind
from backoffice.security.readers import shown_to_reader
from backoffice.security.restriction import refuse_restricted
from customers import queries, services
from customers.forms import FindCustomerForm
from customers.models import Customer
from customers.operations import REGISTRATION_NAMES

from .going_on import numbers_in, person_behind


def show_customer_of_email(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """From an operation that was refused because the e-mail is taken, to the customer who has it."""
    operation = get_object_or_404(
        Operation, pk__in=numbers_in(request.GET.get("operation", ""))[:1], kind__in=REGISTRATION_NAMES
    )
    refuse_restricted(operation)
    if "email" not in operation.request:
        raise Http404(_("What was asked has been purged."))
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
        lead=_("The provider has a customer with %(email)s who is not in our list yet.")
        % {"email": shown_to_reader(email, Kind.EMAIL)},
        submit_label=_("Read it from the provider"),
    )


def find_at_provider(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Ask the provider for the customer of an e-mail, and go to that customer's page.

    The address travels in the body of a POST only: it must not stand in a URL.
    """
    form = FindCustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        customer = _find(request, form.cleaned_data["email"])
        if customer is not None:
            return HttpResponseRedirect(page_of(customer))
    return render_form_page(
        request,
        model_admin,
        title=_("Find a customer at the provider"),
        form=form,
        lead=_("The provider finds customers by their whole e-mail address. Who is found is taken into our list."),
        submit_label=_("Find at the provider"),
    )


def _fetch(request: HttpRequest, email: str) -> HttpResponseBase:
    customer = _find(request, email)
    address = page_of(customer) if customer else reverse("admin:customers_customer_changelist")
    return HttpResponseRedirect(address)


def _find(request: HttpRequest, email: str) -> Customer | None:
    """The customer of that e-mail, or None with a sentence that says why there is none."""
    try:
        customer = services.find_at_provider(email=email, by=person_behind(request))
    except CryptoPocketError as error:
        text = _("The provider could not be asked, and nothing has changed: %(error)s")
        messages.error(request, text % {"error": error})
        return None
    if customer is None:
        messages.warning(request, _("The provider has no customer with this e-mail, or does not show it to us."))
    return customer

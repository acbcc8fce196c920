"""Restricting a customer who asked for erasure, and lifting that."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.actions import render_form_page
from backoffice.face.admin import Fact
from backoffice.face.moments import day_of
from backoffice.operations.models import LIVE_STATES, Operation
from backoffice.operations.services.ending import would_go_out
from customers import erasure
from customers.models import Customer

from .going_on import person_behind


class ReasonForm(forms.Form):
    """Why, in the person's own words."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("For the record: the letter or ticket, without personal data."),
    )


def restrict(request: HttpRequest, model_admin: Any, customer: Customer) -> HttpResponseBase:
    """Say what will happen and when, ask for the reason, and restrict."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = erasure.restrict_customer(customer, reason=form.cleaned_data["reason"], by=person_behind(request))
        except erasure.NotOpenError:
            messages.info(request, _("This customer is restricted already. Nothing was changed."))
        else:
            day = date_format(kept.purge_on, "j M Y")
            messages.success(request, _("Restricted. The data is purged on %(day)s.") % {"day": day})
        return _to_customer(customer)
    day = date_format(day_of(erasure.purge_date_of(customer)), "j M Y")
    return render_form_page(
        request,
        model_admin,
        title=_("Erasure request"),
        row=customer,
        form=form,
        lead=_("From now on nobody sees this customer's personal data, and nothing is asked of the provider for them."),
        facts=[Fact(label=_("Purged on, unless something new happens before"), value=day), *_facts_of_live(customer)],
        warnings=[_("The provider is told nothing: ask CryptoPocket to erase what it holds.")],
        submit_label=_("Restrict"),
        submit_tone="danger",
    )


def _facts_of_live(customer: Customer) -> list[Fact]:
    """Which operations about the customer the restriction ends, and which it does not."""
    live = erasure.operations_of(customer).filter(state__in=LIVE_STATES).order_by("pk")
    ended = list(would_go_out(live))
    sent = [operation for operation in live if operation not in ended]
    return [
        Fact(label=_("Ended by this, because nothing was done yet"), value=_listed(ended)),
        Fact(label=_("Taken up before: what became of it is still found out"), value=_listed(sent)),
    ]


def _listed(operations: list[Operation]) -> str:
    named = [f"{operation} ({operation.get_state_display()})" for operation in operations]
    return ", ".join(named) or _("none")


def lift(request: HttpRequest, model_admin: Any, customer: Customer) -> HttpResponseBase:
    """Ask for the reason, and show the data again."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasure.lift_restriction(customer, reason=form.cleaned_data["reason"], by=person_behind(request))
        except erasure.NotOpenError:
            messages.info(request, _("This customer is not restricted, or was purged. Nothing was changed."))
        return _to_customer(customer)
    return render_form_page(
        request,
        model_admin,
        title=_("Lift the restriction"),
        row=customer,
        form=form,
        lead=_("The customer's personal data is shown again, and is not purged because of this request."),
        submit_label=_("Lift the restriction"),
    )


def _to_customer(customer: Customer) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:customers_customer_change", args=[customer.pk]))

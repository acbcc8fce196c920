"""Issuing enhanced verification links: for one customer, or for all that were selected."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.face.actions import render_form_page
from backoffice.face.cards import Fact
from backoffice.operations.errors import BatchTooLarge
from customers import queries, services
from customers.forms import EnhancedVerificationForm
from customers.models import Customer

from .going_on import go_to_batch, go_to_operation, numbers_in, person_behind

CHOSEN = "customers"
NAMES_SHOWN = 10


def issue_link(request: HttpRequest, model_admin: Any, customer: Customer) -> HttpResponseBase:
    """Ask for how long, show the links that are still live, and issue one."""
    form = EnhancedVerificationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = services.issue_enhanced_verification(
            customer=customer,
            days=form.cleaned_data["days"],
            submission=form.cleaned_data["submission"],
            requested_by=person_behind(request),
        )
        return go_to_operation(request, asked)
    live = list(queries.live_links_of([customer]))
    return render_form_page(
        request,
        model_admin,
        title=_("Issue an enhanced verification link"),
        row=customer,
        form=form,
        lead=_("The customer opens it without a login. The provider shows it to us only once; it is kept here."),
        warnings=[_("There is a live link already. Send that one, unless you mean to issue a second.")] if live else [],
        submit_label=_("Issue another link") if live else _("Issue the link"),
        template="admin/customers/issue_link.html",
        context={"live_links": live},
    )


def confirm_links(request: HttpRequest, model_admin: Any, customers: QuerySet[Customer]) -> HttpResponseBase:
    """The page between selecting customers and asking for a link for each."""
    return _show_batch(request, model_admin, customers=list(customers.order_by("pk")), form=EnhancedVerificationForm())


def issue_links(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Issue a link for each of the customers that the confirm page names."""
    chosen = numbers_in(request.POST.get(CHOSEN, ""))
    customers = list(Customer.objects.filter(pk__in=chosen).order_by("pk"))
    if not customers:
        messages.warning(request, _("Nobody was selected. Nothing was sent."))
        return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    form = EnhancedVerificationForm(request.POST)
    if not form.is_valid():
        return _show_batch(request, model_admin, customers=customers, form=form)
    try:
        batch = services.issue_enhanced_verifications(
            customers=customers,
            days=form.cleaned_data["days"],
            submission=form.cleaned_data["submission"],
            requested_by=person_behind(request),
        )
    except BatchTooLarge as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    return go_to_batch(batch)


def _show_batch(
    request: HttpRequest, model_admin: Any, *, customers: list[Customer], form: EnhancedVerificationForm
) -> HttpResponseBase:
    count = len(customers)
    with_link = queries.live_links_of(customers).values("customer").distinct().count()
    warning = ngettext(
        "%(count)d of them has a live link already and will get a second one.",
        "%(count)d of them have a live link already and will get a second one.",
        with_link,
    )
    return render_form_page(
        request,
        model_admin,
        title=ngettext("Issue %(count)d verification link?", "Issue %(count)d verification links?", count)
        % {"count": count},
        form=form,
        facts=[Fact(label=_("Customers"), value=count), Fact(label=_("Who"), value=_name_some(customers))],
        warnings=[warning % {"count": with_link}] if with_link else [],
        submit_label=ngettext("Issue %(count)d link", "Issue %(count)d links", count) % {"count": count},
        template="admin/customers/issue_links.html",
        context={
            "chosen": ",".join(str(customer.pk) for customer in customers),
            "action_url": model_admin.url_of("enhanced-verifications"),
        },
    )


def _name_some(customers: list[Customer]) -> str:
    names = ", ".join(customer.display_name for customer in customers[:NAMES_SHOWN])
    more = len(customers) - NAMES_SHOWN
    return _("%(names)s and %(more)d more") % {"names": names, "more": more} if more > 0 else names

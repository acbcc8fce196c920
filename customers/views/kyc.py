"""Reading the KYC status of one customer at once, or of the selected ones by a worker."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.face.badges import page_of, status_badge
from backoffice.operations.worker_notice import worker_context
from backoffice.provider import get_quick_client
from backoffice.security.restriction import refuse_restricted
from customers import services
from customers.models import Customer, KycRefresh

from .going_on import person_behind


def refresh_kyc_status(request: HttpRequest, model_admin: Any, customer: Customer) -> HttpResponseBase:
    """Ask the provider now, and say what it said."""
    refuse_restricted(customer)
    try:
        outcome = services.refresh_kyc_status(customer=customer, by=person_behind(request), client=get_quick_client())
    except CryptoPocketError as problem:
        messages.error(request, _("The KYC status was not read, and nothing has changed: %(why)s") % {"why": problem})
    else:
        _say(request, customer, outcome)
    return HttpResponseRedirect(page_of(customer))


def refresh_chosen(request: HttpRequest, customers: QuerySet[Customer]) -> HttpResponseBase:
    """Ask a worker to read each of the selected customers; its page shows how far it is."""
    try:
        refresh = services.request_kyc_refresh(
            customers=list(customers.order_by("pk").only("pk")[: _at_most()]), requested_by=person_behind(request)
        )
    except services.TooManyChosenError as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    return HttpResponseRedirect(page_of(refresh))


def show_progress(request: HttpRequest, model_admin: Any, refresh: KycRefresh) -> HttpResponseBase:
    """The part of its page that renews itself."""
    return render(request, "admin/customers/kyc_progress.html", progress_context(model_admin, refresh))


def progress_context(model_admin: Any, refresh: KycRefresh) -> dict[str, Any]:
    """How far it is, and each customer with what came of it."""
    customers = Customer.objects.in_bulk(refresh.chosen)
    is_final = refresh.finished_at is not None
    return {
        "refresh": refresh,
        "is_final": is_final,
        "rows": [_row(refresh, customers[key]) for key in refresh.chosen if key in customers],
        "total": len(refresh.chosen),
        "done": len(refresh.outcomes),
        "live_url": model_admin.url_of("progress", refresh),
        **worker_context(is_needed=not is_final),
    }


def _row(refresh: KycRefresh, customer: Customer) -> dict[str, Any]:
    word = refresh.outcomes.get(str(customer.pk), "")
    return {
        "customer": customer,
        "kyc": status_badge(customer.kyc_status, choices=Customer.KycStatus),
        "outcome": status_badge(word, choices=KycRefresh.Outcome) if word else "",
    }


def _say(request: HttpRequest, customer: Customer, outcome: KycRefresh.Outcome) -> None:
    known = dict(Customer.KycStatus.choices)
    status = known.get(customer.kyc_status, customer.kyc_status) or _("no status")
    if outcome == KycRefresh.Outcome.MISSING:
        messages.warning(request, _("The provider does not know this customer any more."))
    elif outcome == KycRefresh.Outcome.CHANGED:
        messages.success(request, _("Read from the provider. The KYC status is now: %(status)s.") % {"status": status})
    else:
        messages.info(request, _("Read from the provider. The KYC status is still: %(status)s.") % {"status": status})


def _at_most() -> int:
    """One more than may be chosen, so that too many are noticed without reading them all."""
    return services.most_at_once() + 1

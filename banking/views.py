"""The pages on which a bank line and a payment are put side by side and paired."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from backoffice.face.actions import render_form_page
from backoffice.face.badges import page_of
from backoffice.face.parameters import text_in
from backoffice.operations.errors import AlreadyRequested
from banking import queries, services
from banking.comparison import compare
from banking.errors import AlreadyPaired, CannotReconcile
from banking.forms import PairForm
from banking.matching import find_lines, weigh
from banking.models import BankTransaction
from payments.models import Payment
from payments.queries import payments_with_customers

PAYMENT_PARAMETER = "payment"


def pair_line(request: HttpRequest, model_admin: Any, line: BankTransaction) -> HttpResponseBase:
    """A bank line and the payment that was chosen for it, side by side; POST asks for the pairing."""
    payment = _chosen_payment(request)
    if request.method == "POST":
        return _ask(request, line, payment)
    obstacle = queries.obstacle_to_reconciling(line)
    pairing = queries.pairing_of(line=line, payment=payment)
    if obstacle or pairing is not None:
        messages.error(request, obstacle or str(AlreadyPaired(pairing)))
        return HttpResponseRedirect(page_of(line))
    comparisons = compare(line, payment)
    return render_form_page(
        request,
        model_admin,
        title=_("Reconcile with payment %(payment)s") % {"payment": payment.remote_id},
        row=line,
        form=PairForm(initial={PAYMENT_PARAMETER: payment.remote_id}),
        template="admin/banking/pair.html",
        submit_label=_("Reconcile these two"),
        lead=_("The provider takes this transfer as the money of this payment. It is not known how to undo that."),
        warnings=_warnings(comparisons),
        context={
            "line": line,
            "payment": payment,
            "comparisons": comparisons,
            "reasons": weigh(line, payment),
        },
    )


def lines_for_payment(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """The incoming bank lines that could pay a payment."""
    payment = _chosen_payment(request)
    opts = model_admin.opts
    return TemplateResponse(
        request,
        "admin/banking/lines_for_payment.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": opts,
            "title": _("Which transfer pays payment %(payment)s?") % {"payment": payment.remote_id},
            "payment": payment,
            "pairing": queries.pairing_of_payment(payment),
            "found": find_lines(payment),
            "media": model_admin.media,
        },
    )


def _chosen_payment(request: HttpRequest) -> Payment:
    """The payment whose id stands in the address or in the form; 404 where there is none."""
    parameters = request.POST if request.method == "POST" else request.GET
    chosen = text_in(parameters, PAYMENT_PARAMETER).strip()
    payment = payments_with_customers().filter(remote_id=chosen).first()
    if payment is None:
        raise Http404(_("There is no payment of that id here: sync the payments and look again."))
    return payment


def _ask(request: HttpRequest, line: BankTransaction, payment: Payment) -> HttpResponseRedirect:
    assert request.user.is_authenticated  # noqa: S101 - the admin lets nobody else in; this tells the type checker
    try:
        operation = services.request_reconciliation(line=line, payment=payment, requested_by=request.user)
    except AlreadyRequested as same:
        messages.info(request, _("The same pair was asked for before: this is where it stands. Nothing new was sent."))
        return HttpResponseRedirect(page_of(same.operation) or page_of(line))
    except AlreadyPaired as taken:
        messages.error(request, _with_link(taken))
        return HttpResponseRedirect(page_of(line))
    except CannotReconcile as problem:
        messages.error(request, _("%(problem)s Nothing was sent.") % {"problem": problem})
        return HttpResponseRedirect(page_of(line))
    return HttpResponseRedirect(page_of(operation) or page_of(line))


def _with_link(taken: AlreadyPaired) -> str:
    if taken.pairing is None:
        return str(taken)
    address = page_of(taken.pairing.operation) or page_of(taken.pairing)
    return format_html('{} <a href="{}">{}</a>', str(taken), address, _("See how it stands"))


def _warnings(comparisons: list[Any]) -> list[str]:
    differing = [comparison.label for comparison in comparisons if comparison.differs]
    if not differing:
        return []
    return [_("The two differ in: %(labels)s. Look twice before you go on.") % {"labels": ", ".join(differing)}]

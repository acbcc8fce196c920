"""The pages that ask for subscriptions, and the button that checks our address."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backoffice.face.actions import render_form_page
from backoffice.face.badges import copyable
from backoffice.face.cards import Fact
from backoffice.face.parameters import text_in
from backoffice.operations.services.asking import Asked
from backoffice.webhooks import subscribing
from backoffice.webhooks.forms import EventTypesForm
from backoffice.webhooks.live_checks import request_live_check
from backoffice.webhooks.public_address import AddressNotUsable, problem_of, public_url
from backoffice.webhooks.subscriptions_page import TypeRow, live_check_context, table_context, type_rows

Ask = Callable[..., Asked | subscribing.AskedMany]


def subscribe_view(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Choose types that are not subscribed, all of them ticked."""
    rows = [row for row in type_rows() if row.can_be_subscribed]
    return _choose(
        request,
        model_admin,
        rows=rows,
        chosen=[row.known.name for row in rows],
        ask=subscribing.subscribe,
        title=_("Subscribe to events"),
        submit_label=_("Subscribe"),
        nothing_to_choose=_("Every known type is subscribed, or on its way."),
    )


def change_url_view(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Choose types that are subscribed; those that are sent elsewhere are ticked."""
    rows = [row for row in type_rows() if row.can_be_changed]
    return _choose(
        request,
        model_admin,
        rows=rows,
        chosen=[row.known.name for row in rows if row.differs],
        ask=subscribing.change_url,
        title=_("Change the URL of subscriptions"),
        submit_label=_("Change URL"),
        nothing_to_choose=_("Nothing is subscribed whose address could be changed, or it is on its way."),
    )


def live_check_view(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Ask for a live check, and go back to the page, which shows what becomes of it."""
    try:
        request_live_check(requested_by=_person_behind(request))
    except AddressNotUsable as problem:
        messages.error(request, _("%(problem)s Nothing was sent.") % {"problem": problem})
    return HttpResponseRedirect(_page())


def table_view(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """The table alone, for the page that renews it."""
    return render(request, "admin/webhooks/subscriptions_table.html", table_context())


def live_check_result_view(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """The last live check alone, for the page that renews it."""
    return render(request, "admin/webhooks/live_check.html", live_check_context())


def _choose(
    request: HttpRequest,
    model_admin: Any,
    *,
    rows: list[TypeRow],
    chosen: list[str],
    ask: Ask,
    title: str,
    submit_label: str,
    nothing_to_choose: str,
) -> HttpResponseBase:
    """The page that asks which types, and what it leads to."""
    url = public_url()
    posted = request.POST if request.method == "POST" else None
    form = EventTypesForm(posted, offered=[(row.known.name, _label_of(row)) for row in rows], chosen=chosen)
    warnings = [problem] if (problem := problem_of(url)) else []
    if posted is not None:
        answer = _ask_and_go(request, form, ask, url)
        if answer is not None:
            return answer
    elif not rows:
        messages.info(request, nothing_to_choose)
        return HttpResponseRedirect(_page())
    return render_form_page(
        request,
        model_admin,
        title=title,
        form=form,
        submit_label=submit_label,
        lead=_("The provider is asked once for each type that you choose. It sends the events to this address."),
        facts=[Fact(label=_("Address"), value=copyable(url))],
        warnings=warnings if posted is None else [],
        cancel_url=_page(),
    )


def _ask_and_go(request: HttpRequest, form: EventTypesForm, ask: Ask, url: str) -> HttpResponseBase | None:
    """To the page of what was asked; None where the form has to be shown again."""
    person = _person_behind(request)
    again = subscribing.asked_before(submission=text_in(request.POST, "submission"), requested_by=person)
    if again is not None:
        return _go(request, again)
    if not form.is_valid():
        return None
    try:
        asked = ask(
            event_types=form.cleaned_data["event_types"],
            url=url,
            submission=form.cleaned_data["submission"],
            requested_by=person,
        )
    except AddressNotUsable as problem:
        form.add_error(None, _("%(problem)s Nothing was sent.") % {"problem": problem})
        return None
    return _go(request, asked)


def _go(request: HttpRequest, asked: Asked | subscribing.AskedMany) -> HttpResponseRedirect:
    if isinstance(asked, subscribing.AskedMany):
        return HttpResponseRedirect(reverse("admin:operations_operationbatch_change", args=[asked.batch.pk]))
    if not asked.is_new:
        messages.warning(request, _("This was asked for before: here is that operation. Nothing new was sent."))
    return HttpResponseRedirect(reverse("admin:operations_operation_change", args=[asked.operation.pk]))


def _label_of(row: TypeRow) -> SafeString:
    return format_html('<code>{}</code> <span class="quiet">{}</span>', row.known.name, row.known.meaning)


def _page() -> str:
    return reverse("admin:webhooks_webhooksubscription_changelist")


def _person_behind(request: HttpRequest) -> User:
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied

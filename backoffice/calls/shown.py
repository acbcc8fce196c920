"""How a call is shown: as a row of a table, as links to what it was made for."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.badges import empty, link_to, moment, status_badge
from backoffice.face.numbers import whole_number
from backoffice.face.tables import Column, RelatedTable

from .models import ProviderCall

VIEW = "calls.view_providercall"
_TONES: dict[str, Any] = {
    "ok": "good",
    "refused": "attention",
    "not_authorised": "bad",
    "rate_limited": "busy",
    "not_sent": "bad",
    "unknown": "bad",
    "unreadable": "bad",
}


def verdict_badge(call: ProviderCall) -> SafeString:
    """How it ended, with the provider's code."""
    badge = status_badge(call.verdict, tone=_TONES.get(call.verdict), choices=ProviderCall.Verdict)
    return format_html("{} <code>{}</code>", badge, call.code) if call.code else badge


def milliseconds(count: int | None) -> SafeString:
    """A time in milliseconds."""
    if count is None:
        return empty()
    return format_html('{} <span class="unit">ms</span>', whole_number(count))


def made_for(call: ProviderCall) -> SafeString:
    """What it was made for, as a link to the operation, run or event; and the object that a single read was about."""
    parts = [_cause_link(call), _object_link(call)]
    return format_html_join(" ", "{}", ((part,) for part in parts if part))


def _cause_link(call: ProviderCall) -> Any:
    label = call.get_cause_display()
    for number, address in (
        (call.operation_id, "operations_operation"),
        (call.sync_run_id, "sync_syncrun"),
        (call.webhook_event_id, "webhooks_webhookevent"),
    ):
        if number:
            text = f"{label} #{number}"
            return _link(f"admin:{address}_change", number, text)
    return label


def _object_link(call: ProviderCall) -> Any:
    """By the provider's id: the list finds the row, so that a table of calls needs no query a row."""
    if not call.remote_id:
        return ""
    try:
        options = apps.get_model(call.model)._meta  # noqa: SLF001 - Django's documented way to ask
        url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except (LookupError, ValueError, NoReverseMatch):
        return call.remote_id
    return format_html('<a href="{}?q={}">{}</a>', url, call.remote_id, call.remote_id)


def _link(address: str, number: int, text: str) -> Any:
    try:
        return format_html('<a href="{}">{}</a>', reverse(address, args=[number]), text)
    except NoReverseMatch:
        return text


COLUMNS: Sequence[Column] = (
    Column(label=_("Call"), value=lambda call: link_to(call, call.call)),
    Column(label=_("Verdict"), value=verdict_badge),
    Column(label=_("HTTP"), value=lambda call: call.http_status),
    Column(label=_("Took"), value=lambda call: milliseconds(call.duration_ms), numeric=True),
    Column(label=_("When"), value=lambda call: moment(call.at)),
)


def calls_table(calls: QuerySet[ProviderCall], *, filters: str) -> RelatedTable:
    """The calls of an operation or a run, for its page. filters: the query of the list with the same rows."""
    return RelatedTable(
        name="calls",
        title=_("Calls to the provider"),
        queryset=calls.defer("request", "answer"),
        columns=COLUMNS,
        see_all_url=f"{reverse('admin:calls_providercall_changelist')}?{filters}",
        permission=VIEW,
        empty_text=_("None, or longer ago than calls are kept."),
        counted=False,
    )

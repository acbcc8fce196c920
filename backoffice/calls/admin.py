"""What people see of the log of calls: a list, a page a call, charts. Nothing is changed here."""

import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.audit.services import record
from backoffice.face.admin import ListView, ObjectView, QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import copyable, empty, moment
from backoffice.face.columns import column
from backoffice.operations.models import Operation
from backoffice.security.restriction import restricted_rows

from .charting import charts_view
from .filters import FAILED, ProviderCallFilterSet
from .models import ProviderCall
from .shown import VIEW, made_for, milliseconds, verdict_badge

VIEW_CONTENT = "calls.view_call_content"


def content_view(request: HttpRequest, model_admin: Any, call: ProviderCall) -> HttpResponseBase:
    """The request and the answer, as far as they are kept; that somebody looked is in the audit record."""
    refuse_forgotten(call)
    record("call.content_viewed", subject=call, operation_id=call.operation_id, sync_run_id=call.sync_run_id)
    response = TemplateResponse(
        request,
        "admin/calls/content.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": _("What was sent and answered"),
            "original": call,
            "parts": [
                (_("Sent"), _readable(call.request)),
                (_("Answered"), _readable(call.answer) if call.answer is not None else ""),
            ],
        },
    )
    response["Cache-Control"] = "private, no-store"
    return response


def refuse_forgotten(call: ProviderCall) -> None:
    """Raise PermissionDenied where the call is about somebody who asked to be forgotten."""
    if _is_restricted(Operation, pk=call.operation_id) or _is_restricted(_model_of(call), remote_id=call.remote_id):
        raise PermissionDenied(_("This call is about a customer who asked for erasure: nothing of it is shown."))


def _is_restricted(model: type[Model] | None, **which: Any) -> bool:
    rows = restricted_rows(model) if model else None
    return rows is not None and rows.filter(**which).exists()


def _model_of(call: ProviderCall) -> type[Model] | None:
    try:
        return apps.get_model(call.model)
    except (LookupError, ValueError):
        return None


def _readable(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


@admin.register(ProviderCall)
class ProviderCallAdmin(ReadOnlyAdmin):
    """Every call to the provider of the last month."""

    filterset_class = ProviderCallFilterSet
    list_display = ("when", "call", "verdict_and_code", "http_status", "took", "purpose", "who")
    list_display_links = ("when", "call")
    search_fields = ("correlation_id__exact",)
    search_placeholder = gettext_lazy("Correlation id")
    empty_list_text = gettext_lazy("The provider has not been called in the time that calls are kept.")
    counted_as = gettext_lazy("calls")
    has_timeline = False
    quick_filters = (
        QuickFilter(label=gettext_lazy("Failed"), parameters={"verdict": FAILED}),
        QuickFilter(label=gettext_lazy("Refused"), parameters={"verdict": "refused"}),
        QuickFilter(label=gettext_lazy("Slow"), parameters={"took": "5000"}),
        QuickFilter(label=gettext_lazy("Operations"), parameters={"cause": "operation"}),
    )
    export_columns = (
        "pk",
        "at",
        "call",
        "verdict",
        "code",
        "http_status",
        "duration_ms",
        "answer_ms",
        "attempts",
        "request_bytes",
        "answer_bytes",
        "cause",
        "operation_id",
        "sync_run_id",
        "webhook_event_id",
        "actor_name",
        "correlation_id",
    )
    fieldsets = (
        (
            gettext_lazy("Call"),
            {
                "fields": (
                    "at",
                    "reason",
                    "http_status",
                    "took",
                    "answered_in",
                    "attempts",
                    "request_size",
                    "answer_size",
                )
            },
        ),
        (gettext_lazy("Made for"), {"fields": ("purpose", "who", "correlation")}),
    )
    object_views = (
        ObjectView(
            name="content",
            label=gettext_lazy("What was sent and answered"),
            permission=VIEW_CONTENT,
            view=content_view,
        ),
    )
    list_views = (
        ListView(name="charts", label=gettext_lazy("Charts"), permission=VIEW, view=charts_view, tone="plain"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderCall]:
        """Without what was sent and answered, unless that is what is asked for."""
        return super().get_queryset(request).defer("request", "answer")

    def page_title(self, row: ProviderCall) -> str:
        """Which call."""
        return row.call

    def page_badges(self, row: ProviderCall) -> Iterable[SafeString]:
        """How it ended."""
        return [verdict_badge(row)]

    @column(gettext_lazy("when"), ordering="at")
    def when(self, call: ProviderCall) -> SafeString:
        """When it began."""
        return moment(call.at)

    @column(gettext_lazy("verdict"), ordering="verdict")
    def verdict_and_code(self, call: ProviderCall) -> SafeString:
        """How it ended."""
        return verdict_badge(call)

    @column(gettext_lazy("took"), ordering="duration_ms", numeric=True)
    def took(self, call: ProviderCall) -> SafeString:
        """All of its time, with waiting and retries."""
        return milliseconds(call.duration_ms)

    @column(gettext_lazy("time to answer"), numeric=True)
    def answered_in(self, call: ProviderCall) -> SafeString:
        """The time of the attempt that was answered."""
        return milliseconds(call.answer_ms)

    @column(gettext_lazy("made for"), ordering="cause")
    def purpose(self, call: ProviderCall) -> SafeString:
        """What it was made for."""
        return made_for(call)

    @column(gettext_lazy("who"), ordering="actor_name")
    def who(self, call: ProviderCall) -> str:
        """Who caused it."""
        return call.actor_name or _("by itself")

    @column(gettext_lazy("size of the request"))
    def request_size(self, call: ProviderCall) -> str:
        """How large the body was."""
        return filesizeformat(call.request_bytes)

    @column(gettext_lazy("size of the answer"))
    def answer_size(self, call: ProviderCall) -> SafeString | str:
        """How large the body was."""
        return empty() if call.answer_bytes is None else filesizeformat(call.answer_bytes)

    @column(gettext_lazy("correlation id"))
    def correlation(self, call: ProviderCall) -> SafeString:
        """What else came of the same request has the same."""
        return copyable(call.correlation_id)

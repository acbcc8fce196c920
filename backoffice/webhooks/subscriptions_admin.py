"""The page of the subscriptions. Nothing is edited here: what is asked of the provider is an operation."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from backoffice.face.actions import ListView
from backoffice.face.admin import ReadOnlyAdmin
from backoffice.operations.worker_notice import worker_context
from backoffice.webhooks.live_checks import PERMISSION
from backoffice.webhooks.models import WebhookSubscription
from backoffice.webhooks.public_address import problem_of, public_url
from backoffice.webhooks.subscriptions_page import live_check_context, table_context
from backoffice.webhooks.subscriptions_views import (
    change_url_view,
    live_check_result_view,
    live_check_view,
    subscribe_view,
    table_view,
)

VIEW_PERMISSION = "webhooks.view_webhooksubscription"


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(ReadOnlyAdmin):
    """One page for all of them, known types that were never subscribed included."""

    list_display = ("event_type", "url", "since", "by", "last_event_at")
    list_select_related = ("by",)
    page_select_related = ("by", "operation")
    search_fields = ("event_type",)
    export_columns = ("event_type", "url", "since", "by__username", "operation", "lost_at", "last_event_at")
    fieldsets = (
        (
            _("Subscription"),
            {"fields": ("event_type", "url", "since", "by", "operation", "lost_at", "last_event_at")},
        ),
    )
    list_views = (
        ListView(name="subscribe", label=_("Subscribe"), view=subscribe_view, permission=PERMISSION),
        ListView(name="change-url", label=_("Change URL"), view=change_url_view, permission=PERMISSION, tone="plain"),
        ListView(
            name="live-check",
            label=_("Live check"),
            view=live_check_view,
            permission=PERMISSION,
            tone="plain",
            posts=True,
        ),
        ListView(
            name="table", label=_("The table alone"), view=table_view, permission=VIEW_PERMISSION, has_button=False
        ),
        ListView(
            name="live-check-result",
            label=_("The last live check"),
            view=live_check_result_view,
            permission=VIEW_PERMISSION,
            has_button=False,
        ),
    )

    def page_id(self, row: WebhookSubscription) -> str:
        """Nothing: its type is its name."""
        return ""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Every known type in one table, with what our record says of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        live_check = live_check_context()
        checked = live_check["checked"]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Webhook subscriptions"),
            "list_buttons": self.list_buttons(request),
            "export_url": self._export_url(request),
            "problem": problem_of(public_url()),
            **live_check,
            **table_context(),
            **worker_context(is_needed=bool(checked and not checked.result.is_settled)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/webhooks/subscriptions.html", context)

"""Alerts, as people see them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.attention import AttentionItem, register_attention
from backoffice.face.admin import QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import empty, moment, status_badge
from backoffice.face.columns import column

from .conditions import find_condition
from .filters import AlertFilterSet
from .models import Alert
from .telling import advice_of, words_of


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What is wrong with the running of the back office, and what was."""

    filterset_class = AlertFilterSet
    list_display = ("what", "kind_label", "since", "over", "told", "state_badge")
    list_display_links = ("what",)
    ordering = (F("closed_at").desc(nulls_first=True), "-opened_at")
    quick_filters = (QuickFilter(label=gettext_lazy("Open"), parameters={"state": "open"}),)
    export_columns = ("kind", "key", "opened_at", "closed_at", "times_told")
    empty_list_text = gettext_lazy("Nothing was wrong so far.")
    fieldsets = (
        (gettext_lazy("Alert"), {"fields": ("advice", "look_at", "kind_label")}),
        (gettext_lazy("When"), {"fields": ("opened_at", "last_seen_at", "closed_at")}),
        (
            gettext_lazy("Who was told"),
            {"fields": ("channels", "times_told", "told_at", "recovery_told_at", "problem")},
        ),
    )

    def page_title(self, row: Alert) -> str:
        """What it says."""
        return words_of(row)

    def page_badges(self, row: Alert) -> Iterable[SafeString]:
        """Whether it goes on."""
        return [self.state_badge(row)]

    @column(gettext_lazy("what"))
    def what(self, alert: Alert) -> str:
        """What it says, in one sentence."""
        return words_of(alert)

    @column(gettext_lazy("what to do"))
    def advice(self, alert: Alert) -> str:
        """What to do about it."""
        return advice_of(alert)

    @column(gettext_lazy("where to look"))
    def look_at(self, alert: Alert) -> SafeString:
        """The page that shows what is wrong."""
        condition = find_condition(alert.kind)
        if condition is None or not condition.page:
            return empty()
        return format_html('<a href="{}">{}</a>', condition.address(), condition.page_name)

    @column(gettext_lazy("kind"), ordering="kind")
    def kind_label(self, alert: Alert) -> Any:
        """Which condition it comes from."""
        condition = find_condition(alert.kind)
        return condition.label if condition else alert.kind

    @column(gettext_lazy("since"), ordering="opened_at")
    def since(self, alert: Alert) -> SafeString:
        """When it was noticed."""
        return moment(alert.opened_at)

    @column(gettext_lazy("over since"), ordering="closed_at")
    def over(self, alert: Alert) -> SafeString:
        """When it was over."""
        return moment(alert.closed_at) if alert.closed_at else empty()

    @column(gettext_lazy("told"), ordering="told_at")
    def told(self, alert: Alert) -> SafeString:
        """When it was last told."""
        return moment(alert.told_at) if alert.told_at else empty()

    @column(gettext_lazy("state"), ordering="closed_at")
    def state_badge(self, alert: Alert) -> SafeString:
        """Open until it is over."""
        if alert.is_open:
            return status_badge("open", _("open"), "bad")
        return status_badge("over", _("over"), "good")

    @column(gettext_lazy("told by"))
    def channels(self, _alert: Alert) -> str:
        """How alerts leave this page."""
        channels = [
            *([_("e-mail")] if settings.ALERT_EMAILS else []),
            *([_("webhook")] if settings.ALERT_WEBHOOK_URL else []),
        ]
        return ", ".join(channels) or _("Nobody is told: ALERT_EMAILS and ALERT_WEBHOOK_URL are not set.")

    @column(gettext_lazy("could not be told"))
    def problem(self, alert: Alert) -> str:
        """What kept it from being told, if anything."""
        return alert.delivery_error


register_attention(
    AttentionItem(
        name="open-alerts",
        label=ngettext_lazy(
            "alert about the running of the back office", "alerts about the running of the back office"
        ),
        rows=lambda: Alert.objects.filter(closed_at=None),
        url=lambda: f"{reverse('admin:health_alert_changelist')}?state=open",
        permission="health.view_alert",
        tone="critical",
        help=gettext_lazy("Each says what to do."),
    )
)

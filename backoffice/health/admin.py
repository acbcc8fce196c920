"""Alerts, as people see them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import F, Max, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.attention import AttentionItem, register_attention
from backoffice.face.admin import Column, QuickFilter, ReadOnlyAdmin, RelatedTable
from backoffice.face.badges import empty, moment, status_badge
from backoffice.face.columns import column
from backoffice.face.exports.columns import ExportColumn

from .conditions import find_condition
from .filters import AlertFilterSet
from .models import Alert
from .telling import advice_of, channels_set_up, words_of

TELLING_COLUMNS = (
    Column(label=gettext_lazy("told by"), value=lambda telling: telling.get_channel_display()),
    Column(label=gettext_lazy("times told"), value=lambda telling: telling.times_told, numeric=True),
    Column(label=gettext_lazy("told"), value=lambda telling: _moment_or_empty(telling.told_at)),
    Column(label=gettext_lazy("recovery told"), value=lambda telling: _moment_or_empty(telling.recovery_told_at)),
    Column(label=gettext_lazy("could not be told"), value=lambda telling: telling.problem or empty()),
)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What is wrong with the running of the back office, and what was."""

    filterset_class = AlertFilterSet
    list_display = ("what", "kind_label", "since", "over", "told", "state_badge")
    list_display_links = ("what",)
    ordering = (F("closed_at").desc(nulls_first=True), "-opened_at")
    quick_filters = (QuickFilter(label=gettext_lazy("Open"), parameters={"state": "open"}),)
    export_columns = (
        "kind",
        "key",
        "opened_at",
        "closed_at",
        ExportColumn(heading=gettext_lazy("times told"), value=lambda alert: alert.all_times_told),
    )
    empty_list_text = gettext_lazy("Nothing was wrong so far.")
    fieldsets = (
        (gettext_lazy("Alert"), {"fields": ("advice", "look_at", "kind_label")}),
        (gettext_lazy("When"), {"fields": ("opened_at", "last_seen_at", "closed_at")}),
        (gettext_lazy("Who is told"), {"fields": ("channels",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        """With when it was last told by any channel, and how often by all."""
        alerts: QuerySet[Alert] = super().get_queryset(request)
        return alerts.annotate(
            last_told_at=Max("tellings__told_at"), all_times_told=Sum("tellings__times_told", default=0)
        )

    def related_tables(self, request: HttpRequest, row: Alert) -> Sequence[RelatedTable]:
        """What each channel was told, and why one was not."""
        return [
            RelatedTable(
                title=_("Who was told"),
                queryset=row.tellings.all(),
                columns=TELLING_COLUMNS,
                empty_text=_("Nobody so far."),
            )
        ]

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
        return _moment_or_empty(alert.closed_at)

    @column(gettext_lazy("told"), ordering="last_told_at")
    def told(self, alert: Alert) -> SafeString:
        """When it was last told."""
        return _moment_or_empty(alert.last_told_at)  # type: ignore[attr-defined]  # annotated

    @column(gettext_lazy("state"), ordering="closed_at")
    def state_badge(self, alert: Alert) -> SafeString:
        """Open until it is over."""
        if alert.is_open:
            return status_badge("open", _("open"), "bad")
        return status_badge("over", _("over"), "good")

    @column(gettext_lazy("told by"))
    def channels(self, _alert: Alert) -> str:
        """How alerts leave this page."""
        return ", ".join(str(channel.label) for channel in channels_set_up()) or _(
            "Nobody is told: ALERT_EMAILS and ALERT_WEBHOOK_URL are not set."
        )


def _moment_or_empty(at: datetime | None) -> SafeString:
    return moment(at) if at else empty()


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

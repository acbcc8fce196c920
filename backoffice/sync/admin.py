"""What people see of the sync room: runs, recorded changes, quarantine."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.attention import AttentionItem, register_attention
from backoffice.calls.models import ProviderCall
from backoffice.calls.shown import calls_table
from backoffice.face.admin import ObjectView, QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import copyable, empty, link_to, moment, status_badge, whole_number
from backoffice.face.columns import column
from backoffice.face.freshness import SYNC_PERMISSION, percent_of
from backoffice.face.payloads import readable_json
from backoffice.face.tables import Column, RelatedTable
from backoffice.security.masking import MASK

from . import drift_admin  # noqa: F401 - registers its pages
from .export_columns import QUARANTINE_COLUMNS, RECORDED_CHANGE_COLUMNS, SYNC_RUN_COLUMNS, reason_of
from .filters import QuarantineFilterSet, RecordedChangeFilterSet, SyncRunFilterSet
from .models import Quarantine, RecordedChange, SyncRun
from .queries import about_restricted, has_anothers_id, open_quarantine
from .services import retry_quarantined
from .shown import changes_in_words, label_of_resource, label_of_source, link_to_object, name_of

CHANGE_COLUMNS = (
    Column(label=gettext_lazy("Object"), value=link_to_object),
    Column(label=gettext_lazy("What changed"), value=changes_in_words),
    Column(label=gettext_lazy("Recorded"), value=lambda change: moment(change.recorded_at)),
)


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """The runs: when, how much, how it ended."""

    filterset_class = SyncRunFilterSet
    list_display = (
        "started",
        "resource_name",
        "mode",
        "state_badge",
        "seen_count",
        "created_count",
        "changed_count",
        "quarantined_count",
        "duration",
        "asked_by",
    )
    list_select_related = ("requested_by",)
    page_select_related = ("requested_by", "resumed_from")
    quick_filters = (
        QuickFilter(label=gettext_lazy("Running"), parameters={"state": "running"}),
        QuickFilter(label=gettext_lazy("Failed"), parameters={"state": "failed"}),
    )
    export_columns = SYNC_RUN_COLUMNS
    empty_list_text = gettext_lazy("No sync has run yet.")
    words = {"state": SyncRun.State}
    fieldsets = (
        (
            gettext_lazy("Run"),
            {
                "fields": (
                    "resource_name",
                    "mode",
                    "state",
                    "asked_by",
                    "started_at",
                    "finished_at",
                    "duration",
                    "heartbeat_at",
                    "resumed_from",
                    "error",
                )
            },
        ),
        (
            gettext_lazy("What it found"),
            {
                "fields": (
                    "total",
                    "pages",
                    "seen",
                    "created",
                    "changed",
                    "unchanged",
                    "stale",
                    "missing",
                    "quarantined",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRun]:
        """Without the ids that a run has seen: they are only for going on after a crash."""
        return super().get_queryset(request).defer("seen_rows")

    def related_tables(self, request: HttpRequest, row: SyncRun) -> Sequence[RelatedTable]:
        """What the run changed, and what it could not read."""
        return [
            RelatedTable(
                title=_("Changes it recorded"),
                queryset=row.recordedchange_set.exclude(about_restricted("remote_id")).order_by("-pk"),
                columns=CHANGE_COLUMNS,
                see_all_url=f"{reverse('admin:sync_recordedchange_changelist')}?run={row.pk}",
                permission="sync.view_recordedchange",
                empty_text=_("None."),
            ),
            calls_table(ProviderCall.objects.filter(sync_run_id=row.pk), filters=f"sync_run={row.pk}"),
        ]

    @column(gettext_lazy("started"), ordering="started_at")
    def started(self, run: SyncRun) -> SafeString:
        """When it began."""
        return moment(run.started_at)

    @column(gettext_lazy("resource"), ordering="resource")
    def resource_name(self, run: SyncRun) -> Any:
        """Which list of the provider."""
        return label_of_resource(run.resource)

    @column(gettext_lazy("state"), ordering="state")
    def state_badge(self, run: SyncRun) -> SafeString:
        """How it ended, or how far it is."""
        percent = percent_of(run) if run.state == SyncRun.State.RUNNING else None
        label = run.get_state_display()
        return status_badge(run.state, f"{label}, {percent} %" if percent is not None else label)

    @column(gettext_lazy("seen"), ordering="seen", numeric=True)
    def seen_count(self, run: SyncRun) -> SafeString:
        """How many items."""
        return whole_number(run.seen)

    @column(gettext_lazy("new"), ordering="created", numeric=True)
    def created_count(self, run: SyncRun) -> SafeString:
        """How many were not known."""
        return whole_number(run.created)

    @column(gettext_lazy("changed"), ordering="changed", numeric=True)
    def changed_count(self, run: SyncRun) -> SafeString:
        """How many had changed."""
        return whole_number(run.changed)

    @column(gettext_lazy("quarantined"), ordering="quarantined", numeric=True)
    def quarantined_count(self, run: SyncRun) -> SafeString:
        """How many could not be read."""
        return whole_number(run.quarantined)

    @column(gettext_lazy("took"), numeric=True)
    def duration(self, run: SyncRun) -> SafeString:
        """How long it took, in seconds; a dash while it runs."""
        if run.finished_at is None:
            return empty()
        seconds = (run.finished_at - run.started_at).total_seconds()
        return format_html('<span class="number">{} <span class="unit">s</span></span>', f"{seconds:.1f}")

    @column(gettext_lazy("asked by"))
    def asked_by(self, run: SyncRun) -> str:
        """Who pressed the button; the schedule otherwise."""
        return name_of(run.requested_by) if run.requested_by else _("schedule")


@admin.register(RecordedChange)
class RecordedChangeAdmin(ReadOnlyAdmin):
    """Every change of a mirrored row."""

    filterset_class = RecordedChangeFilterSet
    list_display = ("recorded", "resource_name", "object_link", "what_changed", "cause")
    list_display_links = ("recorded",)
    list_select_related = ("run",)
    page_select_related = ("run",)
    search_fields = ("=remote_id",)
    search_placeholder = gettext_lazy("Id at the provider")
    export_columns = RECORDED_CHANGE_COLUMNS
    empty_list_text = gettext_lazy("No changes recorded yet.")
    fieldsets = (
        (
            gettext_lazy("Change"),
            {"fields": ("resource_name", "object_link", "what_changed", "cause", "read_at", "recorded_at")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecordedChange]:
        """Without those of who asked to be forgotten: what changed says what is hidden."""
        return super().get_queryset(request).exclude(about_restricted("remote_id"))

    @column(gettext_lazy("recorded"), ordering="pk")
    def recorded(self, change: RecordedChange) -> SafeString:
        """When it was written down."""
        return moment(change.recorded_at)

    @column(gettext_lazy("resource"), ordering="resource")
    def resource_name(self, change: RecordedChange) -> Any:
        """Which list of the provider."""
        return label_of_resource(change.resource)

    @column(gettext_lazy("object"), ordering="remote_id")
    def object_link(self, change: RecordedChange) -> SafeString:
        """The row, found by its id at the provider."""
        return link_to_object(change)

    @column(gettext_lazy("what changed"))
    def what_changed(self, change: RecordedChange) -> SafeString:
        """Each column with its two values."""
        return changes_in_words(change)

    @column(gettext_lazy("by"))
    def cause(self, change: RecordedChange) -> SafeString:
        """The run, or what else brought it."""
        if change.run:
            return link_to(change.run, _("sync run #%(number)s") % {"number": change.run_id})
        return format_html("{}", label_of_source(change.source))


WHY_NOT_AGAIN = gettext_lazy(
    "Another item of the list has the same id. This one cannot be tried again: it would write over the row of the "
    "other one. Ask the provider which of the two is right; a full sync resolves this one once it is not listed so."
)


def _retry(request: HttpRequest, model_admin: "admin.ModelAdmin[Quarantine]", item: Quarantine) -> HttpResponseBase:
    if has_anothers_id(item):
        messages.warning(request, WHY_NOT_AGAIN)
    elif retry_quarantined(quarantine_id=item.pk):
        messages.success(request, _("It could be read now: the row is in the mirror."))
    else:
        messages.warning(request, _("It still cannot be read. Nothing was changed."))
    return HttpResponseRedirect(reverse("admin:sync_quarantine_change", args=[item.pk]))


@admin.register(Quarantine)
class QuarantineAdmin(ReadOnlyAdmin):
    """Items that could not become rows, with the reason and the item as it came."""

    filterset_class = QuarantineFilterSet
    list_display = ("item", "resource_name", "masked_reason", "times_seen", "last_seen", "state_badge")
    list_per_page = 50
    search_fields = ("=item_key",)
    search_placeholder = gettext_lazy("Id of the item")
    counted_as = gettext_lazy("quarantined items")
    export_columns = QUARANTINE_COLUMNS
    empty_list_text = gettext_lazy("Every item could be read.")
    quick_filters = (
        QuickFilter(label=gettext_lazy("Open"), parameters={"state": "open"}),
        QuickFilter(label=gettext_lazy("Resolved"), parameters={"state": "resolved"}),
    )
    page_select_related = ("run",)
    fieldsets = (
        (
            gettext_lazy("Why it is here"),
            {
                "fields": (
                    "resource_name",
                    "masked_reason",
                    "times_seen",
                    "first_seen_at",
                    "last_seen_at",
                    "resolved_at",
                    "run",
                )
            },
        ),
    )
    object_views = (
        ObjectView(
            name="retry",
            label=gettext_lazy("Try again now"),
            view=_retry,
            permission=SYNC_PERMISSION,
            tone="primary",
            posts=True,
            shown_for=lambda item: item.resolved_at is None and not has_anothers_id(item),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quarantine]:
        """Each item knows whether it is of somebody who asked to be forgotten."""
        is_hidden = ExpressionWrapper(about_restricted("remote_id"), output_field=BooleanField())
        items: QuerySet[Quarantine] = super().get_queryset(request).annotate(is_hidden=is_hidden)
        return items

    def page_id(self, row: Quarantine) -> SafeString:
        """The item's own id, where it has one."""
        return copyable(row.item_key)

    def page_badges(self, row: Quarantine) -> Iterable[SafeString]:
        """Open or resolved."""
        return [self.state_badge(row)]

    def page_notices(self, request: HttpRequest, row: Quarantine) -> Iterable[tuple[str, Any]]:
        """Why there is no button to try it again."""
        if row.resolved_at is None and has_anothers_id(row):
            yield "attention", WHY_NOT_AGAIN

    def page_context(self, request: HttpRequest, row: Quarantine) -> dict[str, Any]:
        """The item as it came."""
        payload = MASK if row.is_hidden else readable_json(row.payload)  # type: ignore[attr-defined]  # annotated
        return {"payload": payload, "payload_at": row.last_seen_at}

    @column(gettext_lazy("item"), ordering="item_key")
    def item(self, item: Quarantine) -> str:
        """The item's id, or the beginning of its hash."""
        return item.item_key if len(item.item_key) < 24 else f"{item.item_key[:16]}…"

    @column(gettext_lazy("resource"), ordering="resource")
    def resource_name(self, item: Quarantine) -> Any:
        """Which list of the provider."""
        return label_of_resource(item.resource)

    @column(gettext_lazy("why it could not be read"))
    def masked_reason(self, item: Quarantine) -> str:
        """The reason, which may name a value."""
        return reason_of(item)

    @column(gettext_lazy("last seen"), ordering="last_seen_at")
    def last_seen(self, item: Quarantine) -> SafeString:
        """When the provider last gave it."""
        return moment(item.last_seen_at)

    @column(gettext_lazy("state"), ordering="resolved_at")
    def state_badge(self, item: Quarantine) -> SafeString:
        """Open until it can be read."""
        if item.resolved_at is None:
            return status_badge("open", _("open"), "attention")
        return status_badge("resolved", _("resolved"), "good")


register_attention(
    AttentionItem(
        name="quarantined-items",
        label=ngettext_lazy(
            "item of the provider that could not be read", "items of the provider that could not be read"
        ),
        rows=open_quarantine,
        url=lambda: f"{reverse('admin:sync_quarantine_changelist')}?state=open",
        permission="sync.view_quarantine",
        tone="warning",
        help=gettext_lazy("They are kept whole and tried again; the reason stands beside each."),
    )
)

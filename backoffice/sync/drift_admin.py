"""What people see of drift: the checks, and the rows that differed from the provider."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.attention import AttentionItem, register_attention
from backoffice.face.actions import ListView, render_form_page
from backoffice.face.admin import QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import link_to, moment, status_badge, whole_number
from backoffice.face.cards import Fact
from backoffice.face.columns import column
from backoffice.face.freshness import SYNC_PERMISSION
from backoffice.face.tables import Column, RelatedTable

from .drift import request_check
from .export_columns import DRIFT_CHECK_COLUMNS, DRIFT_FINDING_COLUMNS
from .filters import DriftCheckFilterSet, DriftFindingFilterSet
from .models import DriftCheck, DriftFinding
from .queries import about_restricted, recent_drift
from .resources import all_resources
from .shown import changes_in_words, label_of_resource, link_to_object, name_of


def check_now(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """Say what a check does and for which resources; ask for it with POST."""
    if request.method == "POST":
        for resource in all_resources():
            if resource.read_one is not None:
                request_check(name=resource.name, requested_by=request.user)
        messages.success(
            request, _("A drift check was asked for: it stands in this list as soon as a worker begins it.")
        )
        return HttpResponseRedirect(reverse("admin:sync_driftcheck_changelist"))
    return render_form_page(
        request,
        model_admin,
        title=_("Check for drift now"),
        lead=_(
            "A sample of rows of each resource is read at the provider and compared with what stands here. "
            "What differs is shown and put right. Nothing is changed at the provider."
        ),
        facts=[Fact(label=resource.label, value=_how_compared(resource)) for resource in all_resources()],
        submit_label=_("Check now"),
    )


def _how_compared(resource: Any) -> str:
    if resource.read_one is not None:
        return _("a sample is read singly")
    return _("cannot be read singly: each full sync compares every row")


FINDING_COLUMNS = (
    Column(label=gettext_lazy("Object"), value=link_to_object),
    Column(label=gettext_lazy("What differed"), value=changes_in_words),
    Column(label=gettext_lazy("Why it is drift"), value=lambda finding: finding.get_reason_display()),
    Column(label=gettext_lazy("Healed"), value=lambda finding: moment(finding.healed_at)),
)


@admin.register(DriftCheck)
class DriftCheckAdmin(ReadOnlyAdmin):
    """The checks: how many rows were compared, and what came of it."""

    filterset_class = DriftCheckFilterSet
    list_display = (
        "started",
        "resource_name",
        "outcome",
        "sample_count",
        "same_count",
        "moved_on_count",
        "drifted_count",
        "overtaken_count",
        "unread_count",
        "asked_by",
    )
    list_select_related = ("requested_by",)
    page_select_related = ("requested_by",)
    export_columns = DRIFT_CHECK_COLUMNS
    empty_list_text = gettext_lazy(
        "No row was compared with the provider yet: that happens every night, or now by the button."
    )
    fieldsets = (
        (
            gettext_lazy("Check"),
            {"fields": ("resource_name", "asked_by", "started_at", "finished_at", "seed", "error")},
        ),
        (
            gettext_lazy("What it found"),
            {"fields": ("sample", "same", "moved_on", "drifted", "overtaken", "unread")},
        ),
    )
    list_views = (
        ListView(name="check-now", label=gettext_lazy("Check now"), view=check_now, permission=SYNC_PERMISSION),
    )

    def page_title(self, row: DriftCheck) -> Any:
        """Which resource was checked."""
        return _("Drift check of %(resource)s") % {"resource": label_of_resource(row.resource)}

    def page_badges(self, row: DriftCheck) -> Sequence[SafeString]:
        """How it ended."""
        return [self.outcome(row)]

    def related_tables(self, request: HttpRequest, row: DriftCheck) -> Sequence[RelatedTable]:
        """The rows that differed."""
        return [
            RelatedTable(
                title=_("Rows that differed"),
                queryset=row.findings.exclude(about_restricted("remote_id")),
                columns=FINDING_COLUMNS,
                see_all_url=f"{reverse('admin:sync_driftfinding_changelist')}?drift_check={row.pk}",
                permission="sync.view_driftfinding",
                empty_text=_("None, as it should be."),
            )
        ]

    @column(gettext_lazy("started"), ordering="started_at")
    def started(self, check: DriftCheck) -> SafeString:
        """When it began."""
        return moment(check.started_at)

    @column(gettext_lazy("resource"), ordering="resource")
    def resource_name(self, check: DriftCheck) -> Any:
        """Which rows were compared."""
        return label_of_resource(check.resource)

    @column(gettext_lazy("outcome"))
    def outcome(self, check: DriftCheck) -> SafeString:
        """Whether anything differed."""
        if check.finished_at is None:
            return status_badge("running", _("running"), "busy")
        if check.drifted:
            return status_badge("drift", _("drift"), "bad")
        if check.error:
            return status_badge("cut_short", _("cut short"), "attention")
        return status_badge("no_drift", _("no drift"), "good")

    @column(gettext_lazy("sample"), ordering="sample", numeric=True)
    def sample_count(self, check: DriftCheck) -> SafeString:
        """How many rows were tried."""
        return whole_number(check.sample)

    @column(gettext_lazy("same"), ordering="same", numeric=True)
    def same_count(self, check: DriftCheck) -> SafeString:
        """How many were the same."""
        return whole_number(check.same)

    @column(gettext_lazy("moved on"), ordering="moved_on", numeric=True)
    def moved_on_count(self, check: DriftCheck) -> SafeString:
        """How many the provider had changed since they were last read, as it may."""
        return whole_number(check.moved_on)

    @column(gettext_lazy("drifted"), ordering="drifted", numeric=True)
    def drifted_count(self, check: DriftCheck) -> SafeString:
        """How many differed that should not have."""
        return whole_number(check.drifted)

    @column(gettext_lazy("written meanwhile"), ordering="overtaken", numeric=True)
    def overtaken_count(self, check: DriftCheck) -> SafeString:
        """How many a sync wrote while they were compared."""
        return whole_number(check.overtaken)

    @column(gettext_lazy("not read"), ordering="unread", numeric=True)
    def unread_count(self, check: DriftCheck) -> SafeString:
        """How many could not be read."""
        return whole_number(check.unread)

    @column(gettext_lazy("asked by"))
    def asked_by(self, check: DriftCheck) -> str:
        """Who pressed the button; the schedule otherwise."""
        return name_of(check.requested_by) if check.requested_by else _("schedule")


@admin.register(DriftFinding)
class DriftFindingAdmin(ReadOnlyAdmin):
    """The rows that differed from the provider though they should not have."""

    filterset_class = DriftFindingFilterSet
    list_display = ("found", "resource_name", "object_link", "what_differed", "reason", "healed")
    list_display_links = ("found",)
    search_fields = ("=remote_id",)
    search_placeholder = gettext_lazy("Id at the provider")
    page_select_related = ("drift_check",)
    export_columns = DRIFT_FINDING_COLUMNS
    counted_as = gettext_lazy("rows that differed")
    empty_list_text = gettext_lazy("No row was found to differ from the provider, as it should be.")
    quick_filters = (QuickFilter(label=gettext_lazy("In the last day"), parameters={"lately": "last_day"}),)
    fieldsets = (
        (
            gettext_lazy("What differed"),
            {"fields": ("resource_name", "object_link", "what_differed", "reason", "read_at", "found", "healed", "by")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DriftFinding]:
        """Without those of who asked to be forgotten: what differed says what is hidden."""
        return super().get_queryset(request).exclude(about_restricted("remote_id"))

    @column(gettext_lazy("found"), ordering="found_at")
    def found(self, finding: DriftFinding) -> SafeString:
        """When it was found."""
        return moment(finding.found_at)

    @column(gettext_lazy("resource"), ordering="resource")
    def resource_name(self, finding: DriftFinding) -> Any:
        """Which rows were compared."""
        return label_of_resource(finding.resource)

    @column(gettext_lazy("object"), ordering="remote_id")
    def object_link(self, finding: DriftFinding) -> SafeString:
        """The row, found by its id at the provider."""
        return link_to_object(finding)

    @column(gettext_lazy("what differed"))
    def what_differed(self, finding: DriftFinding) -> SafeString:
        """Each column with what stood here and what the provider said."""
        return changes_in_words(finding)

    @column(gettext_lazy("healed"), ordering="healed_at")
    def healed(self, finding: DriftFinding) -> SafeString:
        """When the row was brought up to date."""
        return moment(finding.healed_at)

    @column(gettext_lazy("drift check"))
    def by(self, finding: DriftFinding) -> SafeString:
        """The check that found it."""
        return link_to(finding.drift_check, f"#{finding.drift_check_id}")


register_attention(
    AttentionItem(
        name="drift",
        label=ngettext_lazy(
            "row that had drifted from the provider in the last day",
            "rows that had drifted from the provider in the last day",
        ),
        rows=lambda: recent_drift().exclude(about_restricted("remote_id")),
        url=lambda: f"{reverse('admin:sync_driftfinding_changelist')}?lately=last_day",
        permission="sync.view_driftfinding",
        tone="warning",
        help=gettext_lazy("They were put right. Look what they have in common: no later sync would have found them."),
    )
)

"""The operations: their list, their pages, and the queue of what awaits approval. Nothing is edited here."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.calls.models import ProviderCall
from backoffice.calls.shown import calls_table
from backoffice.face.admin import ListView, ObjectView, QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import copyable, moment, status_badge
from backoffice.face.columns import column
from backoffice.face.tables import RelatedTable
from backoffice.operations.approval_queue import approval_queue
from backoffice.operations.choices import VIEW_PERMISSION, choice_views
from backoffice.operations.deciding import approval_card, decide_view, decisions_table
from backoffice.operations.filters import OperationFilterSet
from backoffice.operations.kinds import all_kinds, find_kind
from backoffice.operations.masked import personal_value
from backoffice.operations.models import Operation, State
from backoffice.operations.operation_page import asked_card, people_card, standing_context, standing_view
from backoffice.operations.services.permissions import SEE_EVERY, only_visible, revealable
from backoffice.operations.wording import label_of_kind, name_of, what_of
from backoffice.security.masking import Sensitive


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """The operations: what was asked, by whom, where it stands, and what can be done about it."""

    filterset_class = OperationFilterSet
    list_display = ("number", "kind_label", "what", "state_badge", "code", "asked_by", "asked")
    list_display_links = ("number", "kind_label")
    list_select_related = ("requested_by",)
    page_select_related = ("requested_by", "approved_by", "batch")
    search_fields = ("=id", "=subject_id", "=reference", "error_code")
    export_columns = (
        "pk",
        "kind",
        "state",
        "error_code",
        "subject_model",
        "subject_id",
        "requested_by__username",
        "approved_by__username",
        "created_at",
        "sent_at",
        "finished_at",
        "attempts",
        "batch",
    )
    search_placeholder = _("Number, id of the customer or payment, or the provider's code")
    empty_list_text = _("Nothing has been asked of the provider yet.")
    quick_filters = (
        QuickFilter(label=_("Needs a decision"), parameters={"needs": "decision"}),
        QuickFilter(label=_("Unknown"), parameters={"state": "unknown"}),
        QuickFilter(label=_("Refused"), parameters={"state": "refused"}),
        QuickFilter(label=_("Queued"), parameters={"state": "queued"}),
    )
    page_template = "admin/operations/operation.html"
    object_views = (
        ObjectView(
            name="standing",
            label=_("Where it stands"),
            view=standing_view,
            permission=VIEW_PERMISSION,
            has_button=False,
        ),
        decide_view(),
        *choice_views(),
    )
    list_views = (
        ListView(
            name="approvals",
            label=_("Approvals"),
            view=approval_queue,
            permission=SEE_EVERY,
            has_button=False,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        """Those that the reader may see."""
        return only_visible(super().get_queryset(request), request.user)

    def sensitive_of(self, row: Operation) -> Mapping[str, Sensitive]:
        """What the row's kind declares as personal."""
        kind = find_kind(row.kind)
        declared = revealable(kind) if kind else {}
        return {name: replace(each, read=partial(personal_value, name=name)) for name, each in declared.items()}

    def sensitive_by_kind(self) -> Iterable[tuple[Any, Mapping[str, Sensitive]]]:
        """What each kind declares as personal."""
        return [(kind, revealable(kind)) for kind in all_kinds()]

    def page_title(self, row: Operation) -> Any:
        """What kind of act it is."""
        return label_of_kind(row.kind)

    def page_id(self, row: Operation) -> SafeString:
        """The number that people give each other."""
        return copyable(row.pk)

    def page_context(self, request: HttpRequest, row: Operation) -> dict[str, Any]:
        """The live part, and what was asked."""
        cards = [asked_card(request, row), people_card(row)]
        if row.approvals_needed:
            cards.append(approval_card(row))
        return {**standing_context(request, self, row), "cards": cards}

    def related_tables(self, request: HttpRequest, row: Operation) -> list[RelatedTable]:
        """What was decided where somebody had to agree, and the calls that were made."""
        calls = calls_table(ProviderCall.objects.filter(operation_id=row.pk), filters=f"operation={row.pk}")
        return [decisions_table(row), calls] if row.approvals_needed else [calls]

    @column(_("number"), ordering="pk")
    def number(self, operation: Operation) -> str:
        """The number that people give each other."""
        return f"#{operation.pk}"

    @column(_("kind"), ordering="kind")
    def kind_label(self, operation: Operation) -> Any:
        """What kind of act it is."""
        return label_of_kind(operation.kind)

    @column(_("asked for"))
    def what(self, operation: Operation) -> str:
        """What was asked, in one line."""
        return what_of(operation)

    @column(_("state"), ordering="state")
    def state_badge(self, operation: Operation) -> SafeString:
        """Where it stands."""
        return status_badge(operation.state, choices=State)

    @column(_("provider's code"), ordering="error_code")
    def code(self, operation: Operation) -> SafeString:
        """The code of a refusal."""
        return copyable(operation.error_code)

    @column(_("asked by"), ordering="requested_by")
    def asked_by(self, operation: Operation) -> str:
        """Who asked."""
        return name_of(operation.requested_by)

    @column(_("asked"), ordering="pk")
    def asked(self, operation: Operation) -> SafeString:
        """When."""
        return moment(operation.created_at)

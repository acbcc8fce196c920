"""The batches: their list, and their pages. Nothing is edited here."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.admin import ObjectView, ReadOnlyAdmin
from backoffice.face.badges import empty, moment, whole_number
from backoffice.face.columns import column
from backoffice.face.exports import ExportColumn
from backoffice.operations.batch_page import people_card, progress_context, progress_view
from backoffice.operations.deciding import decide_view
from backoffice.operations.models import FINAL_STATES, OperationBatch, State
from backoffice.operations.services.permissions import only_visible
from backoffice.operations.wording import label_of_kind, name_of


@admin.register(OperationBatch)
class OperationBatchAdmin(ReadOnlyAdmin):
    """The batches: how many, how far, and each with its outcome."""

    list_display = ("number", "kind_label", "size", "ended", "went_wrong", "asked_by", "asked")
    list_select_related = ("requested_by",)
    page_select_related = ("requested_by",)
    export_columns = (
        "pk",
        "kind",
        ExportColumn(heading=gettext_lazy("operations"), value=lambda batch: batch.total),
        ExportColumn(heading=gettext_lazy("ended"), value=lambda batch: batch.finished),
        ExportColumn(heading=gettext_lazy("unknown or refused"), value=lambda batch: batch.wrong),
        "requested_by__username",
        "created_at",
    )
    empty_list_text = gettext_lazy("Nothing has been asked for in a batch yet.")
    page_template = "admin/operations/batch.html"
    object_views = (
        ObjectView(
            name="progress",
            label=gettext_lazy("Progress"),
            view=progress_view,
            permission="operations.view_operationbatch",
            has_button=False,
        ),
        decide_view(),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[OperationBatch]:
        """With the counts of the list."""
        batches: QuerySet[OperationBatch] = only_visible(super().get_queryset(request), request.user)
        return batches.annotate(
            total=Count("operations"),
            finished=Count("operations", filter=Q(operations__state__in=FINAL_STATES)),
            wrong=Count("operations", filter=Q(operations__state__in=[State.UNKNOWN, State.REFUSED])),
        )

    def page_title(self, row: OperationBatch) -> Any:
        """What kind of act they are."""
        return _("%(kind)s, many at once") % {"kind": label_of_kind(row.kind)}

    def page_context(self, request: HttpRequest, row: OperationBatch) -> dict[str, Any]:
        """The live part, and who asked."""
        return {**progress_context(request.user, self, row), "cards": [people_card(row)]}

    @column(gettext_lazy("number"), ordering="pk")
    def number(self, batch: OperationBatch) -> str:
        """The number that people give each other."""
        return f"#{batch.pk}"

    @column(gettext_lazy("kind"), ordering="kind")
    def kind_label(self, batch: OperationBatch) -> Any:
        """What kind of act they are."""
        return label_of_kind(batch.kind)

    @column(gettext_lazy("operations"), ordering="total", numeric=True)
    def size(self, batch: Any) -> SafeString:
        """How many."""
        return whole_number(batch.total)

    @column(gettext_lazy("ended"), ordering="finished", numeric=True)
    def ended(self, batch: Any) -> SafeString:
        """How many have ended."""
        return whole_number(batch.finished)

    @column(gettext_lazy("unknown or refused"), ordering="wrong", numeric=True)
    def went_wrong(self, batch: Any) -> SafeString:
        """How many need a look."""
        return whole_number(batch.wrong) if batch.wrong else empty()

    @column(gettext_lazy("asked by"))
    def asked_by(self, batch: OperationBatch) -> str:
        """Who asked."""
        return name_of(batch.requested_by)

    @column(gettext_lazy("asked"), ordering="pk")
    def asked(self, batch: OperationBatch) -> SafeString:
        """When."""
        return moment(batch.created_at)

"""What people see of operations and batches. Nothing is edited here: the choices go through the services."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.attention import AttentionItem, register_attention
from backoffice.calls.models import ProviderCall
from backoffice.calls.shown import calls_table
from backoffice.face.actions import Button
from backoffice.face.admin import Card, Fact, ListView, ObjectView, QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import copyable, empty, moment, status_badge, whole_number
from backoffice.face.cards import show
from backoffice.face.columns import column
from backoffice.face.exports import ExportColumn
from backoffice.face.moments import exact_time
from backoffice.face.tables import RelatedTable
from backoffice.operations import approvals_admin, queries
from backoffice.operations.approval_queue import approval_queue
from backoffice.operations.choices import VIEW_PERMISSION, choice_views, choices_for
from backoffice.operations.deciding import approval_card, decide_buttons, decide_view, decisions_table
from backoffice.operations.filters import OperationFilterSet
from backoffice.operations.kinds import all_kinds, find_kind
from backoffice.operations.masked import described, masked_steps, text_masker
from backoffice.operations.models import FINAL_STATES, Operation, OperationBatch, State
from backoffice.operations.services.permissions import APPROVE, SEE_EVERY, only_visible, revealable
from backoffice.operations.standing import standing_of
from backoffice.operations.wording import label_of_kind, name_of, what_of
from backoffice.security.masking import Sensitive

__all__ = ["OperationAdmin", "OperationBatchAdmin", "approvals_admin"]

STEPS_SHOWN = 50
BATCH_ROWS_SHOWN = 100


def standing_context(request: HttpRequest, model_admin: Any, operation: Operation) -> dict[str, Any]:
    """Everything that the part of an operation's page shows which renews itself."""
    kind = find_kind(operation.kind)
    standing = standing_of(operation, kind)
    return {
        "operation": operation,
        "standing": standing,
        "live_url": model_admin.url_of("standing", operation),
        "standing_buttons": [
            *decide_buttons(request.user, model_admin, operation),
            *(
                Button(label=choice.label, tone=choice.link_tone, url=model_admin.url_of(choice.name, operation))
                for choice in choices_for(operation, kind, request.user)
            ),
            *(
                Button(label=act.label, url=act.url)
                for act in (kind.next_acts(operation) if kind else [])
                if request.user.has_perm(act.permission)
            ),
        ],
        "links": kind.links(operation) if kind else [],
        "steps": masked_steps(operation, operation.events.select_related("by").order_by("-pk")[:STEPS_SHOWN]),
        "what_happened": text_masker(operation)(operation.error_text),
        **worker_context(is_needed=not standing.is_settled),
    }


def worker_context(*, is_needed: bool) -> dict[str, Any]:
    """Whether to say that no worker runs; not asked where none is needed."""
    is_missing = is_needed and not queries.is_worker_alive()
    return {"worker_is_missing": is_missing, "worker_seen_at": queries.worker_seen_at() if is_missing else None}


def _standing_view(request: HttpRequest, model_admin: Any, operation: Operation) -> HttpResponseBase:
    return render(request, "admin/operations/standing.html", standing_context(request, model_admin, operation))


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
    search_placeholder = gettext_lazy("Number, id of the customer or payment, or the provider's code")
    empty_list_text = gettext_lazy("Nothing has been asked of the provider yet.")
    quick_filters = (
        QuickFilter(label=gettext_lazy("Needs a decision"), parameters={"needs": "decision"}),
        QuickFilter(label=gettext_lazy("Unknown"), parameters={"state": "unknown"}),
        QuickFilter(label=gettext_lazy("Refused"), parameters={"state": "refused"}),
        QuickFilter(label=gettext_lazy("Queued"), parameters={"state": "queued"}),
    )
    page_template = "admin/operations/operation.html"
    object_views = (
        ObjectView(
            name="standing",
            label=gettext_lazy("Where it stands"),
            view=_standing_view,
            permission=VIEW_PERMISSION,
            has_button=False,
        ),
        decide_view(),
        *choice_views(),
    )
    list_views = (
        ListView(
            name="approvals",
            label=gettext_lazy("Approvals"),
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
        return revealable(kind) if kind else {}

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
        cards = [_asked_card(request, row), _facts_card(row)]
        if not row.approvals_needed:
            return {**standing_context(request, self, row), "cards": cards}
        return {
            **standing_context(request, self, row),
            "cards": [*cards, approval_card(row)],
        }

    def related_tables(self, request: HttpRequest, row: Operation) -> list[RelatedTable]:
        """What was decided where somebody had to agree, and the calls that were made."""
        calls = calls_table(ProviderCall.objects.filter(operation_id=row.pk), filters=f"operation={row.pk}")
        return [decisions_table(row), calls] if row.approvals_needed else [calls]

    @column(gettext_lazy("number"), ordering="pk")
    def number(self, operation: Operation) -> str:
        """The number that people give each other."""
        return f"#{operation.pk}"

    @column(gettext_lazy("kind"), ordering="kind")
    def kind_label(self, operation: Operation) -> Any:
        """What kind of act it is."""
        return label_of_kind(operation.kind)

    @column(gettext_lazy("asked for"))
    def what(self, operation: Operation) -> str:
        """What was asked, in one line."""
        return what_of(operation)

    @column(gettext_lazy("state"), ordering="state")
    def state_badge(self, operation: Operation) -> SafeString:
        """Where it stands."""
        return status_badge(operation.state, choices=State)

    @column(gettext_lazy("provider's code"), ordering="error_code")
    def code(self, operation: Operation) -> SafeString:
        """The code of a refusal."""
        return copyable(operation.error_code)

    @column(gettext_lazy("asked by"), ordering="requested_by")
    def asked_by(self, operation: Operation) -> str:
        """Who asked."""
        return name_of(operation.requested_by)

    @column(gettext_lazy("asked"), ordering="pk")
    def asked(self, operation: Operation) -> SafeString:
        """When."""
        return moment(operation.created_at)


def _asked_card(request: HttpRequest, operation: Operation) -> Card:
    facts = [Fact(label=label, value=show(value)) for label, value in described(operation, request=request)]
    if operation.purged_at is not None:
        removed = _("Removed by the retention at %(at)s.") % {"at": exact_time(operation.purged_at)}
        facts.append(Fact(label=_("Content"), value=removed))
    return Card(title=_("What was asked"), facts=facts)


def _facts_card(operation: Operation) -> Card:
    facts = [
        Fact(label=_("Asked by"), value=name_of(operation.requested_by)),
        Fact(label=_("Asked"), value=show(operation.created_at)),
    ]
    if operation.approved_by is not None:
        facts.append(Fact(label=_("Approved by"), value=name_of(operation.approved_by)))
    if operation.batch is not None:
        url = reverse("admin:operations_operationbatch_change", args=[operation.batch_id])
        facts.append(Fact(label=_("Batch"), value=format_html('<a href="{}">#{}</a>', url, operation.batch_id)))
    return Card(title=_("Who and when"), facts=facts)


def _progress_view(request: HttpRequest, model_admin: Any, batch: OperationBatch) -> HttpResponseBase:
    return render(request, "admin/operations/progress.html", progress_context(request.user, model_admin, batch))


def progress_context(person: Any, model_admin: Any, batch: OperationBatch) -> dict[str, Any]:
    """Everything that the part of a batch's page shows which renews itself."""
    progress = queries.batch_progress(batch)
    rows = queries.operations_of(batch)[:BATCH_ROWS_SHOWN]
    return {
        "batch": batch,
        "progress": progress,
        "decide_buttons": decide_buttons(person, model_admin, batch),
        "badges_of_states": [
            {"badge": status_badge(state, choices=State), "count": count} for state, count in progress.by_state.items()
        ],
        "rows": [_batch_row(row) for row in rows],
        "rows_shown": BATCH_ROWS_SHOWN,
        "live_url": model_admin.url_of("progress", batch),
        "list_url": f"{reverse('admin:operations_operation_changelist')}?batch={batch.pk}",
        **worker_context(is_needed=not progress.is_final),
    }


def _batch_row(operation: Operation) -> dict[str, Any]:
    kind = find_kind(operation.kind)
    return {
        "operation": operation,
        "what": what_of(operation),
        "badge": status_badge(operation.state, choices=State),
        "outcome": standing_of(operation, kind),
        "links": kind.links(operation) if kind else [],
    }


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
            view=_progress_view,
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
        facts = [
            Fact(label=_("Asked by"), value=name_of(row.requested_by)),
            Fact(label=_("Asked"), value=show(row.created_at)),
        ]
        if row.already_requested:
            facts.append(Fact(label=_("Already on their way before"), value=_links_to_earlier(row)))
        return {**progress_context(request.user, self, row), "cards": [Card(title=_("Who and when"), facts=facts)]}

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


def _links_to_earlier(batch: OperationBatch) -> SafeString:
    shown: Iterable[int] = batch.already_requested[:BATCH_ROWS_SHOWN]
    links = format_html_join(
        ", ",
        '<a href="{}">#{}</a>',
        ((reverse("admin:operations_operation_change", args=[number]), number) for number in shown),
    )
    return format_html("{}: {}", len(batch.already_requested), links)


def _list_of(need: str) -> str:
    return f"{reverse('admin:operations_operation_changelist')}?needs={need}"


register_attention(
    AttentionItem(
        name="operations-unknown",
        label=ngettext_lazy(
            "act of which nobody knows whether it was done", "acts of which nobody knows whether they were done"
        ),
        rows=queries.needing_a_person,
        url=lambda: _list_of("decision"),
        permission=SEE_EVERY,
        tone="critical",
        help=gettext_lazy("Each page says what is known, and what can be chosen."),
    )
)
register_attention(
    AttentionItem(
        name="operations-not-authorised",
        label=ngettext_lazy(
            "act that the provider does not let through", "acts that the provider does not let through"
        ),
        rows=queries.waiting_for_an_administrator,
        url=lambda: _list_of("administrator"),
        permission=SEE_EVERY,
        tone="critical",
        help=gettext_lazy("Nothing was sent. An administrator must check the API key, the clock and the IP list."),
    )
)
register_attention(
    AttentionItem(
        name="operations-awaiting-approval",
        label=ngettext_lazy("act that waits for a second person", "acts that wait for a second person"),
        rows=queries.awaiting_approval,
        url=lambda: reverse("admin:operations_operation_approvals"),
        permission=SEE_EVERY,
        act_permission=APPROVE,
        help=gettext_lazy("Look at each one, and approve it or not."),
    )
)
register_attention(
    AttentionItem(
        name="operations-refused",
        label=ngettext_lazy(
            "act that the provider refused in the last three days",
            "acts that the provider refused in the last three days",
        ),
        rows=queries.refused_lately,
        url=lambda: _list_of("refused"),
        permission=SEE_EVERY,
        tone="warning",
        help=gettext_lazy("Each page says why, in plain words."),
    )
)

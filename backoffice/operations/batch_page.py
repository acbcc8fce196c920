"""What the page of a batch says: how far it is, which renews itself, and who asked for it."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backoffice.face.badges import status_badge
from backoffice.face.cards import Card, Fact, show
from backoffice.operations import queries
from backoffice.operations.deciding import decide_buttons
from backoffice.operations.kinds import find_kind
from backoffice.operations.models import Operation, OperationBatch, State
from backoffice.operations.standing import standing_of
from backoffice.operations.wording import name_of, what_of
from backoffice.operations.worker_notice import worker_context

BATCH_ROWS_SHOWN = 100


def progress_view(request: HttpRequest, model_admin: Any, batch: OperationBatch) -> HttpResponseBase:
    """The part of the page that renews itself."""
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
        "rows": [_row(operation) for operation in rows],
        "rows_shown": BATCH_ROWS_SHOWN,
        "live_url": model_admin.url_of("progress", batch),
        "list_url": f"{reverse('admin:operations_operation_changelist')}?batch={batch.pk}",
        **worker_context(is_needed=not progress.is_final),
    }


def people_card(batch: OperationBatch) -> Card:
    """Who asked and when, and what was on its way before."""
    facts = [
        Fact(label=_("Asked by"), value=name_of(batch.requested_by)),
        Fact(label=_("Asked"), value=show(batch.created_at)),
    ]
    if batch.already_requested:
        facts.append(Fact(label=_("Already on their way before"), value=_links_to_earlier(batch)))
    return Card(title=_("Who and when"), facts=facts)


def _row(operation: Operation) -> dict[str, Any]:
    kind = find_kind(operation.kind)
    return {
        "operation": operation,
        "what": what_of(operation),
        "badge": status_badge(operation.state, choices=State),
        "outcome": standing_of(operation, kind),
        "links": kind.links(operation) if kind else [],
    }


def _links_to_earlier(batch: OperationBatch) -> SafeString:
    shown: Iterable[int] = batch.already_requested[:BATCH_ROWS_SHOWN]
    links = format_html_join(
        ", ",
        '<a href="{}">#{}</a>',
        ((reverse("admin:operations_operation_change", args=[number]), number) for number in shown),
    )
    return format_html("{}: {}", len(batch.already_requested), links)

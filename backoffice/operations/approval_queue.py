"""The queue of what awaits approval: the oldest first, a batch as one line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.face.badges import page_of
from backoffice.operations import queries
from backoffice.operations.deciding import DECIDE, obstacle_of, worth_of
from backoffice.operations.models import Operation, OperationBatch
from backoffice.operations.services.permissions import APPROVE, may
from backoffice.operations.wording import label_of_kind, name_of, what_of

ROWS_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One line of the queue. `decide_url` is empty for those who cannot decide; `obstacle` says why not."""

    number: str
    url: str
    kind: Any
    what: str
    worth: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime | None
    why: str
    so_far: str
    decide_url: str
    obstacle: str


def approval_queue(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """The page; six queries whatever the length of the queue."""
    singles = _single_operations()
    first_of_batches = _first_of_batches()
    rows = sorted(
        [
            *(_line(request, model_admin, operation) for operation in singles),
            *(_line(request, model_admin, first, size=size) for first, size in first_of_batches),
        ],
        key=lambda line: line.asked_at,
    )
    return TemplateResponse(
        request,
        "admin/operations/approvals.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": _("Approvals"),
            "rows": rows[:ROWS_SHOWN],
            "has_more": len(rows) > ROWS_SHOWN,
            "rows_shown": ROWS_SHOWN,
            "may_approve": may(APPROVE, request.user),
            "media": model_admin.media,
        },
    )


def _single_operations() -> QuerySet[Operation]:
    awaiting = queries.awaiting_approval().filter(batch=None).select_related("requested_by")
    return awaiting.prefetch_related("approvals").order_by("pk")[: ROWS_SHOWN + 1]


def _first_of_batches() -> list[tuple[Operation, int]]:
    """One operation of each batch that awaits approval, with how many do."""
    counted = queries.awaiting_approval().exclude(batch=None).order_by().values("batch")
    sizes = counted.annotate(first=Min("pk"), size=Count("pk")).order_by("first")[: ROWS_SHOWN + 1]
    size_of = {row["first"]: row["size"] for row in sizes}
    operations = Operation.objects.filter(pk__in=size_of).select_related("requested_by", "batch")
    return [(operation, size_of[operation.pk]) for operation in operations.prefetch_related("approvals")]


def _line(request: HttpRequest, model_admin: Any, operation: Operation, *, size: int = 0) -> Waiting:
    """A line for one operation, or with `size` for the batch that it is the first of."""
    row: Operation | OperationBatch = operation.batch if size and operation.batch else operation
    agreed = sum(decided.decision == decided.Decision.APPROVED for decided in operation.approvals.all())
    obstacle = obstacle_of(request.user, operation)
    is_open = may(APPROVE, request.user) and not obstacle
    return Waiting(
        number=_("batch #%(number)d") % {"number": row.pk} if size else f"#{row.pk}",
        url=page_of(row),
        kind=label_of_kind(row.kind),
        what=ngettext("%(count)d act", "%(count)d acts", size) % {"count": size} if size else what_of(operation),
        worth="" if size else worth_of(operation),
        asked_by=name_of(operation.requested_by),
        asked_at=operation.created_at,
        expires_at=operation.approval_expires_at,
        why=operation.approval_reason,
        so_far=_("%(agreed)d of %(needed)d") % {"agreed": agreed, "needed": operation.approvals_needed},
        decide_url=f"{page_of(row).removesuffix('change/')}{DECIDE}/" if is_open else "",
        obstacle=obstacle,
    )

"""What the front page shows: what needs a person, how fresh the data is, if the worker runs, what was done last."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice.attention import TONE_ORDER, AttentionCount, AttentionItem, attention_for
from backoffice.operations.kinds import find_kind
from backoffice.operations.models import Operation
from backoffice.operations.queries import is_worker_alive
from backoffice.operations.services.permissions import only_visible

from .badges import page_of
from .freshness import FreshnessLine, freshness_lines

RECENT_OPERATIONS = 8
STALE_LISTS = AttentionItem(
    name="stale-lists",
    label=ngettext_lazy("list older than it should be", "lists older than they should be"),
    count=lambda: 0,
    url=lambda: reverse("admin:sync_overview"),
    permission="sync.view_syncrun",
    help=_("What they show may no longer be true. Is the worker running, does the provider answer?"),
)


def front_page(request: HttpRequest) -> dict[str, Any]:
    """The context of the front page, by what this reader may see."""
    sees_sync = request.user.has_perm("sync.view_syncrun")
    lines = freshness_lines(request) if sees_sync else []
    counts = sorted([*attention_for(request), *stale_lists(lines)], key=lambda count: TONE_ORDER[count.item.tone])
    return {
        "needs": [count for count in counts if count.count],
        "all_clear": [count for count in counts if not count.count],
        "freshness_lines": lines,
        "first_sync": first_sync_of(lines),
        "is_worker_alive": is_worker_alive(),
        "recent_operations": recent_operations(request),
        "operations_url": _operations_url(),
    }


def stale_lists(lines: list[FreshnessLine]) -> list[AttentionCount]:
    """Lists of which a kind of run is late, from the freshness that the page has read already."""
    if not lines:
        return []
    stale = [line for line in lines if line.last_success_at and (line.is_stale or line.late_modes)]
    return [AttentionCount(item=STALE_LISTS, count=len(stale), url=STALE_LISTS.address(), help=STALE_LISTS.help)]


def recent_operations(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest operations with their kind's label; none for those who may not see operations."""
    if not request.user.has_perm("operations.view_operation"):
        return []
    seen = only_visible(Operation.objects.select_related("requested_by"), request.user)
    newest = seen.order_by("-pk")[:RECENT_OPERATIONS]
    return [
        {
            "operation": operation,
            "label": _label_of_kind(operation.kind),
            "url": page_of(operation),
            "asked_by": _name_of(operation.requested_by),
        }
        for operation in newest
    ]


def first_sync_of(lines: list[FreshnessLine]) -> dict[str, Any] | None:
    """How far the very first sync is; None once every resource was read."""
    missing = [line for line in lines if line.last_success_at is None]
    if not lines or not missing:
        return None
    parts = [100 if line.last_success_at else (line.percent or 0) for line in lines]
    return {"percent": sum(parts) // len(parts), "is_running": any(line.run for line in lines), "missing": missing}


def first_sync_view(request: HttpRequest) -> HttpResponse:
    """The progress of the first sync alone, for the front page that renews it."""
    lines = freshness_lines(request) if request.user.has_perm("sync.view_syncrun") else []
    return render(request, "admin/face/first_sync.html", {"first_sync": first_sync_of(lines)})


def _label_of_kind(name: str) -> Any:
    kind = find_kind(name)
    return kind.label if kind else name


def _name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _operations_url() -> str:
    try:
        return reverse("admin:operations_operation_changelist")
    except NoReverseMatch:
        return ""

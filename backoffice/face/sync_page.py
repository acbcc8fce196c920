"""The sync page: each resource with its kinds of run, and how fast we learn of changes."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from backoffice.operations.queries import is_worker_alive
from backoffice.sync.models import Quarantine

from .delay_table import delays_context
from .drift_line import drift_line
from .freshness import FreshnessLine, freshness_lines
from .mode_lines import MODE_HELP, MODE_ORDER, MODE_TITLES, ModeLine, rhythm_words


@dataclass(frozen=True, kw_only=True)
class ResourceRow:
    """One resource on the sync page. modes: its kinds of run as (title, line) in the order of the columns; None
    where it has none."""

    line: FreshnessLine
    modes: list[tuple[Any, ModeLine | None]]
    quarantined: int


def resource_rows(request: HttpRequest) -> list[ResourceRow]:
    """Every resource with its kinds of run; the same number of queries whatever their number."""
    quarantined = _open_quarantine_counts()
    return [
        ResourceRow(
            line=line,
            modes=[(MODE_TITLES[mode], line.modes.get(mode)) for mode in MODE_ORDER],
            quarantined=quarantined.get(line.resource, 0),
        )
        for line in freshness_lines(request)
    ]


def sync_overview(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    demand_sight(request)
    context = {
        **admin.site.each_context(request),
        "title": _("How fresh the data is"),
        "is_worker_alive": is_worker_alive(),
        "drift": drift_line(),
        **_table_context(request),
        **delays_context(request),
    }
    return render(request, "admin/face/sync_overview.html", context)


def sync_overview_table(request: HttpRequest) -> HttpResponse:
    """The table alone, for the page that renews it."""
    demand_sight(request)
    return render(request, "admin/face/sync_table.html", _table_context(request))


def _table_context(request: HttpRequest) -> dict[str, Any]:
    rows = resource_rows(request)
    headings = [
        {"title": MODE_TITLES[mode], "help": MODE_HELP[mode], "rhythm": rhythm_words(mode)} for mode in MODE_ORDER
    ]
    return {"rows": rows, "is_live": any(row.line.is_live for row in rows), "headings": headings}


def _open_quarantine_counts() -> dict[str, int]:
    waiting = Quarantine.objects.filter(resolved_at=None).order_by().values("resource").annotate(number=Count("pk"))
    return {row["resource"]: row["number"] for row in waiting}


def demand_sight(request: HttpRequest) -> None:
    """Refuse whoever may not see how fresh the data is. Raises PermissionDenied."""
    if not request.user.has_perm("sync.view_syncrun"):
        raise PermissionDenied

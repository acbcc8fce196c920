"""The sync page: each resource with its age, its last run and what it found, and the buttons that ask for another."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from backoffice.operations.queries import is_worker_alive
from backoffice.sync.models import Quarantine, SyncRun

from .freshness import FreshnessLine, freshness_lines


@dataclass(frozen=True, kw_only=True)
class ResourceRow:
    """One resource on the sync page."""

    line: FreshnessLine
    last_run: SyncRun | None
    quarantined: int


def resource_rows(request: HttpRequest) -> list[ResourceRow]:
    """Every resource with its newest finished run; the same number of queries whatever their number."""
    last_runs = _last_finished_runs()
    quarantined = _open_quarantine_counts()
    return [
        ResourceRow(line=line, last_run=last_runs.get(line.resource), quarantined=quarantined.get(line.resource, 0))
        for line in freshness_lines(request)
    ]


def sync_overview(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    _demand_sight(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Sync"),
        "is_worker_alive": is_worker_alive(),
        **_table_context(request),
    }
    return render(request, "admin/face/sync_overview.html", context)


def sync_overview_table(request: HttpRequest) -> HttpResponse:
    """The table alone, for the page that renews it."""
    _demand_sight(request)
    return render(request, "admin/face/sync_table.html", _table_context(request))


def _table_context(request: HttpRequest) -> dict[str, Any]:
    rows = resource_rows(request)
    return {"rows": rows, "is_live": any(row.line.is_live for row in rows), "modes": SyncRun.Mode}


def _last_finished_runs() -> dict[str, SyncRun]:
    newest = SyncRun.objects.exclude(state=SyncRun.State.RUNNING).order_by().values("resource").annotate(run=Max("pk"))
    runs = SyncRun.objects.defer("seen_rows").filter(pk__in=newest.values("run"))
    return {run.resource: run for run in runs}


def _open_quarantine_counts() -> dict[str, int]:
    waiting = Quarantine.objects.filter(resolved_at=None).order_by().values("resource").annotate(number=Count("pk"))
    return {row["resource"]: row["number"] for row in waiting}


def _demand_sight(request: HttpRequest) -> None:
    if not request.user.has_perm("sync.view_syncrun"):
        raise PermissionDenied

"""The page of one resource: its kinds of run, what the last day brought, its runs, what could not be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.operations.queries import is_worker_alive
from backoffice.sync.models import Quarantine, SyncRun
from backoffice.sync.resources import Resource

from .activity_charts import charts_of
from .badges import empty, link_to, moment, status_badge, whole_number
from .delay_table import delays_context
from .durations import duration
from .freshness import freshness_line
from .mode_lines import MODE_TITLES, found_words
from .sync_page import demand_sight
from .tables import Column, RelatedTable, read_tables


def _took(run: SyncRun) -> Any:
    return duration(run.finished_at - run.started_at) if run.finished_at else empty()


def _asked_by(run: SyncRun) -> str:
    if run.requested_by is None:
        return _("schedule")
    return run.requested_by.get_full_name() or run.requested_by.get_username()


def _shortened(key: str) -> str:
    return key if len(key) < 24 else f"{key[:16]}…"


RUN_COLUMNS = (
    Column(label=gettext_lazy("Started"), value=lambda run: link_to(run, moment(run.started_at))),
    Column(label=gettext_lazy("What was read"), value=lambda run: MODE_TITLES[run.mode]),
    Column(label=gettext_lazy("State"), value=lambda run: status_badge(run.state, run.get_state_display())),
    Column(label=gettext_lazy("What it found"), value=found_words),
    Column(label=gettext_lazy("Took"), value=_took, numeric=True),
    Column(label=gettext_lazy("Asked by"), value=_asked_by),
)
QUARANTINE_COLUMNS = (
    Column(label=gettext_lazy("Item"), value=lambda item: link_to(item, _shortened(item.item_key))),
    Column(label=gettext_lazy("Times seen"), value=lambda item: whole_number(item.times_seen), numeric=True),
    Column(label=gettext_lazy("Last seen"), value=lambda item: moment(item.last_seen_at)),
)


def resource_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The whole page."""
    demand_sight(request)
    context = {
        **admin.site.each_context(request),
        "title": capfirst(str(resource.label)),
        "is_worker_alive": is_worker_alive(),
        "list_url": _list_of(resource),
        "charts": charts_of(resource),
        "tables": read_tables(request, _tables(resource)),
        **_panel_context(request, resource),
        **delays_context(request, resource),
    }
    return render(request, "admin/face/resource.html", context)


def resource_panel(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The kinds of run alone, for the page that renews them."""
    demand_sight(request)
    return render(request, "admin/face/resource_panel.html", _panel_context(request, resource))


def _panel_context(request: HttpRequest, resource: Resource) -> dict[str, Any]:
    return {"resource": resource, "freshness": freshness_line(request, resource.name)}


def _tables(resource: Resource) -> list[RelatedTable]:
    of_resource = f"?resource={resource.name}"
    runs = SyncRun.objects.filter(resource=resource.name).defer("seen_rows").select_related("requested_by")
    waiting = Quarantine.objects.filter(resource=resource.name, resolved_at=None).defer("payload", "reason")
    return [
        RelatedTable(
            title=_("In quarantine"),
            queryset=waiting,
            columns=QUARANTINE_COLUMNS,
            see_all_url=f"{reverse('admin:sync_quarantine_changelist')}{of_resource}&state=open",
            permission="sync.view_quarantine",
            empty_text=_("Every item could be read."),
        ),
        RelatedTable(
            title=_("Last runs"),
            queryset=runs.order_by("-pk"),
            columns=RUN_COLUMNS,
            see_all_url=f"{reverse('admin:sync_syncrun_changelist')}{of_resource}",
            permission="sync.view_syncrun",
            empty_text=_("No run yet."),
            counted=False,
        ),
    ]


def _list_of(resource: Resource) -> str:
    if not admin.site.is_registered(resource.model):
        return ""
    options = resource.model._meta  # noqa: SLF001 - Django's documented way to ask
    return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")

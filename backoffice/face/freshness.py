"""How fresh a resource is, in words: the line on lists and pages, and the views that renew it and ask for a sync."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sync.errors import UnknownResourceError
from backoffice.sync.models import SyncRun
from backoffice.sync.queries import Freshness, freshness, freshness_of
from backoffice.sync.resources import all_resources, get_resource
from backoffice.sync.services import request_sync

from .badges import Tone
from .mode_lines import ModeLine, mode_lines

SYNC_PERMISSION = "sync.request_sync"
ASKED_KEY = "syncs_asked_for"
PATIENCE = timedelta(minutes=2)
REFUSED = gettext_lazy("You may look at the data, but not ask for a sync.")


@dataclass(frozen=True, kw_only=True)
class FreshnessLine:
    """What a page says about one resource: the words around a moment, the colour, the progress of a run.

    `asked_at` is when this reader asked for a sync that no worker has taken up yet. `is_live`: something is
    expected to change soon, so the line renews itself.
    """

    resource: str
    label: Any
    last_success_at: datetime | None
    run: SyncRun | None
    percent: int | None
    asked_at: datetime | None
    is_stale: bool
    error: str
    can_sync: bool
    modes: dict[str, ModeLine]

    @property
    def late_modes(self) -> list[ModeLine]:
        """The kinds of run that are late against their own interval."""
        return [line for line in self.modes.values() if line.is_late]

    @property
    def next_at(self) -> datetime:
        """When the list is to be expected to be read next."""
        return self.modes[SyncRun.Mode.HEAD].next_at

    @property
    def is_due(self) -> bool:
        """Whether that is any time now."""
        return self.modes[SyncRun.Mode.HEAD].is_due

    @property
    def is_waiting(self) -> bool:
        """Asked for, and not begun."""
        return self.asked_at is not None and self.run is None

    @property
    def is_live(self) -> bool:
        """Whether the line should renew itself every second or two."""
        return self.run is not None or self.is_waiting

    @property
    def is_waiting_too_long(self) -> bool:
        """Nobody took the wish up: the worker may not be running."""
        return self.asked_at is not None and self.run is None and timezone.now() - self.asked_at > PATIENCE / 4

    @property
    def tone(self) -> Tone:
        """The colour of the dot."""
        if self.is_live:
            return "busy"
        if self.error:
            return "bad"
        return "attention" if self.is_stale or self.late_modes or self.last_success_at is None else "good"


def freshness_line(request: HttpRequest, name: str) -> FreshnessLine:
    """The line of one resource, as this reader sees it."""
    return line_from(request, name=name, label=label_of(name), found=freshness(name))


def freshness_lines(request: HttpRequest) -> list[FreshnessLine]:
    """The lines of all resources, in the order in which they are synced; as many queries as for one."""
    resources = all_resources()
    found = freshness_of(resources)
    return [
        line_from(request, name=resource.name, label=resource.label, found=found[resource.name])
        for resource in resources
    ]


def line_from(request: HttpRequest, *, name: str, label: Any, found: Freshness) -> FreshnessLine:
    """The line for a freshness that was already read."""
    return FreshnessLine(
        resource=name,
        label=label,
        last_success_at=found.last_success_at,
        run=found.is_running,
        percent=percent_of(found.is_running),
        asked_at=_asked_at(request, name, found.last_success_at),
        is_stale=found.is_stale,
        error=found.last_error or "",
        can_sync=request.user.has_perm(SYNC_PERMISSION),
        modes=mode_lines(found.modes),
    )


def percent_of(run: SyncRun | None) -> int | None:
    """How much of a run is done, 0 to 99; None where the provider gave no total."""
    if run is None or not run.total:
        return None
    return min(99, run.seen * 100 // run.total)


def label_of(name: str) -> Any:
    """The plural name of a resource; 404 for one that does not exist."""
    try:
        return get_resource(name).label
    except UnknownResourceError as error:
        raise Http404(_("There is no such resource.")) from error


def freshness_view(request: HttpRequest, name: str) -> HttpResponse:
    """The line alone, for the page that renews it."""
    return render(request, "admin/face/freshness.html", {"freshness": freshness_line(request, name)})


def sync_now_view(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a sync of one resource (POST: `mode`, `next`) and go back to where the button stood."""
    if not request.user.has_perm(SYNC_PERMISSION):
        raise PermissionDenied(REFUSED)
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    label = label_of(name)
    request_sync(name=name, mode=_mode_of(request), requested_by=request.user)
    _remember_asking(request, name)
    messages.success(request, _("A sync of %(label)s was asked for.") % {"label": label})
    return HttpResponseRedirect(_way_back(request))


def _mode_of(request: HttpRequest) -> SyncRun.Mode:
    asked = request.POST.get("mode", SyncRun.Mode.HEAD)
    return SyncRun.Mode(asked) if asked in SyncRun.Mode.values else SyncRun.Mode.HEAD


def _way_back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("admin:sync_overview")


def _remember_asking(request: HttpRequest, name: str) -> None:
    asked = dict(request.session.get(ASKED_KEY, {}))
    request.session[ASKED_KEY] = {**asked, name: timezone.now().isoformat()}


def _asked_at(request: HttpRequest, name: str, last_success_at: datetime | None) -> datetime | None:
    """When this reader asked, unless it was answered since or is long ago."""
    asked_at = parse_datetime(request.session.get(ASKED_KEY, {}).get(name, ""))
    if asked_at is None or timezone.now() - asked_at > PATIENCE:
        return None
    return None if last_success_at and last_success_at >= asked_at else asked_at

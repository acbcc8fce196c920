"""How we learn of the provider's changes, as a table: each source with its percentiles and what is wanted of it."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from backoffice.sync.delays import WEBHOOK, Delays, measured_resources, read_delays
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource

from .badges import Tone
from .durations import duration

DAY, WEEK = "24h", "7d"
WINDOWS: dict[str, tuple[Any, timedelta]] = {
    DAY: (_("last 24 hours"), timedelta(hours=24)),
    WEEK: (_("last 7 days"), timedelta(days=7)),
}
SOURCES: dict[str, Any] = {
    WEBHOOK: _("Webhook"),
    SyncRun.Mode.OPEN: _("Single reads of what is not final"),
    SyncRun.Mode.HEAD: _("Newest end of the list"),
    SyncRun.Mode.FULL: _("Everything, read daily"),
    "operation": _("Answer to what we asked for"),
    "viewed": _("A person opened the page"),
    "drift": _("Nightly comparison"),
}


@dataclass(frozen=True, kw_only=True)
class DelayRow:
    """One source of one resource, in words."""

    delays: Delays
    source: Any
    percentiles: list[tuple[int, str]]
    bounded_count: int
    wanted: str
    share: str
    verdict: Any
    tone: Tone


@dataclass(frozen=True, kw_only=True)
class DelayGroup:
    """The sources of one resource."""

    label: Any
    name: str
    rows: list[DelayRow]


def delays_context(request: HttpRequest, resource: Resource | None = None) -> dict[str, Any]:
    """What the table's template needs: of one resource, or of all that are measured; one query."""
    chosen = request.GET.get("within", DAY)
    chosen = chosen if chosen in WINDOWS else DAY
    resources = [resource] if resource else measured_resources()
    resources = [shown for shown in resources if shown.created_column]
    found = read_delays(since=timezone.now() - WINDOWS[chosen][1], resources=resources) if resources else []
    return {
        "delay_groups": [_group(shown, found) for shown in resources],
        "delay_windows": [(key, label, key == chosen) for key, (label, _length) in WINDOWS.items()],
        "delay_window": WINDOWS[chosen][0],
        "has_bounds": any(delays.is_bound for delays in found),
    }


def _group(resource: Resource, found: list[Delays]) -> DelayGroup:
    rows = [_row(delays) for delays in found if delays.resource == resource.name]
    return DelayGroup(label=resource.label, name=resource.name, rows=rows)


def _row(delays: Delays) -> DelayRow:
    verdict, tone = _verdict(delays)
    return DelayRow(
        delays=delays,
        source=SOURCES.get(delays.by, delays.by),
        percentiles=[(percent, duration(delay)) for percent, delay in delays.percentiles],
        bounded_count=delays.bounded.total(),
        wanted=duration(delays.wanted) if delays.wanted else "",
        share=_percent(delays.share_within),
        verdict=verdict,
        tone=tone,
    )


def _verdict(delays: Delays) -> tuple[Any, Tone]:
    """In a word and a colour, whether what is wanted was reached."""
    if delays.is_proven:
        return _("reached"), "good"
    if delays.is_bound and delays.is_likely:
        return _("likely reached"), "good"
    return _("not reached"), "attention"


def _percent(share: float) -> str:
    """Rounded down, so that 94.96 is not shown as the 95 that it is not."""
    return number_format(math.floor(share * 1000) / 10, 1, use_l10n=True)

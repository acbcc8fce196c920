"""The last 24 hours of a resource as charts: what its runs found, how they ended, how long they took."""

from datetime import timedelta
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from backoffice.sync.activity import Hour, activity_of
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource

from .charts import Chart, Series
from .mode_lines import MODE_ORDER, MODE_TITLES
from .moments import display_zone


def charts_of(resource: Resource) -> list[Chart]:
    """The last 24 hours: what was found, how the runs ended, how long they took."""
    hours = activity_of(resource.name, zone=display_zone())
    points = [date_format(hour.begins_at, "H:i") for hour in hours]
    return [_found_chart(hours, points), _ends_chart(hours, points), _lengths_chart(hours, points)]


def _found_chart(hours: list[Hour], points: list[str]) -> Chart:
    summary = _("%(created)s new, %(changed)s changed, %(quarantined)s unreadable in 24 hours.") % {
        name: _count(sum(getattr(hour, name) for hour in hours)) for name in ("created", "changed", "quarantined")
    }
    return Chart(
        title=_("What the runs found"),
        points=points,
        point_heading=_("Hour"),
        summary=summary,
        is_small=True,
        series=[
            Series(label=_("new"), values=[hour.created for hour in hours], shape="bar", tone="brand"),
            Series(label=_("changed"), values=[hour.changed for hour in hours], shape="bar", tone="good"),
            Series(label=_("unreadable"), values=[hour.quarantined for hour in hours], shape="bar", tone="bad"),
        ],
    )


def _ends_chart(hours: list[Hour], points: list[str]) -> Chart:
    failed = sum(hour.failed for hour in hours)
    summary = _("%(failed)s of %(count)s runs did not end well.") % {
        "failed": failed,
        "count": failed + sum(hour.succeeded for hour in hours),
    }
    return Chart(
        title=_("How the runs ended"),
        points=points,
        point_heading=_("Hour"),
        summary=summary,
        is_small=True,
        series=[
            Series(label=_("succeeded"), values=[hour.succeeded for hour in hours], shape="bar", tone="idle"),
            Series(label=_("failed"), values=[hour.failed for hour in hours], shape="bar", tone="bad"),
        ],
    )


def _lengths_chart(hours: list[Hour], points: list[str]) -> Chart:
    modes = [mode for mode in MODE_ORDER if any(mode in hour.longest for hour in hours)]
    tones: dict[str, Any] = {SyncRun.Mode.HEAD: "brand", SyncRun.Mode.OPEN: "good", SyncRun.Mode.FULL: "attention"}
    return Chart(
        title=_("The longest run of each hour"),
        points=points,
        point_heading=_("Hour"),
        unit="s",
        is_small=True,
        series=[
            Series(
                label=MODE_TITLES[mode],
                values=[_seconds(hour.longest.get(mode)) for hour in hours],
                tone=tones[mode],
                is_dashed=mode == SyncRun.Mode.OPEN,
            )
            for mode in modes
        ],
    )


def _count(number: int) -> str:
    return number_format(number, 0, use_l10n=True, force_grouping=True)


def _seconds(length: timedelta | None) -> float | None:
    return length.total_seconds() if length is not None else None

"""The page of charts: rate, errors and latency of the calls to the provider."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.face.charts import Chart, Series
from backoffice.face.moments import display_zone

from .filters import call_choices
from .queries import Period, Slot, call_health, measure
from .recording import lost_today

LATELY = timedelta(minutes=15)
PERIODS = (
    (Period.HOUR.value, gettext_lazy("last hour")),
    (Period.DAY.value, gettext_lazy("last 24 hours")),
    (Period.WEEK.value, gettext_lazy("last 7 days")),
)


def _choices() -> list[tuple[str, Any]]:
    return [("", _("all calls")), *call_choices()]


class ChartForm(forms.Form):
    """Which calls, and how far back."""

    call = forms.ChoiceField(label=gettext_lazy("Call"), choices=_choices, required=False)
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, required=False)


def charts_view(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """The page. What cannot be read in the address is not taken for "all calls"."""
    form = ChartForm(request.GET or None)
    is_readable = not form.is_bound or form.is_valid()
    call, period = (form.cleaned_data["call"], form.cleaned_data["period"]) if form.is_valid() else ("", "")
    slots = measure(Period(period or Period.HOUR), call=call) if is_readable else []
    return TemplateResponse(
        request,
        "admin/calls/charts.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": _("Charts of calls"),
            "form": form,
            "health": call_health(within=LATELY),
            "lost": lost_today(),
            "charts": charts_of(slots, Period(period or Period.HOUR)) if is_readable else [],
            "list_query": f"call={call}" if call else "",
        },
    )


def charts_of(slots: Sequence[Slot], period: Period) -> list[Chart]:
    """Rate and errors, and the time to answer."""
    points = [_name_of(slot, period) for slot in slots]
    heading = _("From")
    return [
        Chart(
            title=_("Calls"),
            points=points,
            point_heading=heading,
            summary=_summary(slots),
            series=[
                Series(label=_("ok"), values=_counts(slots, "answered"), shape="bar"),
                Series(label=_("refused"), values=_counts(slots, "refused"), shape="bar", tone="busy"),
                Series(label=_("failed"), values=_counts(slots, "failed"), shape="bar", tone="bad"),
            ],
        ),
        Chart(
            title=_("Time to answer"),
            points=points,
            point_heading=heading,
            unit=_("ms"),
            summary=_("Without waiting for our own rate limit, and without the calls that were not answered."),
            series=[
                Series(label=_("half within (p50)"), values=[slot.half_within_ms for slot in slots]),
                Series(
                    label=_("95 % within (p95)"),
                    values=[slot.most_within_ms for slot in slots],
                    tone="attention",
                    is_dashed=True,
                ),
            ],
        ),
    ]


def _counts(slots: Sequence[Slot], name: str) -> list[int | None]:
    """Where nothing was called at all there is nothing to draw."""
    return [getattr(slot, name) if slot.total else None for slot in slots]


def _summary(slots: Sequence[Slot]) -> str:
    total, failed = sum(slot.total for slot in slots), sum(slot.failed for slot in slots)
    if not total:
        return ""
    return ngettext(
        "%(total)s call, %(percent)s %% failed", "%(total)s calls, %(percent)s %% of them failed", total
    ) % {
        "total": f"{total:,}",
        "percent": f"{100 * failed / total:.1f}",
    }


def _name_of(slot: Slot, period: Period) -> str:
    local = slot.begins_at.astimezone(display_zone())
    return date_format(local, "D j, H:i" if period == Period.WEEK else "H:i")

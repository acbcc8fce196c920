"""Charts drawn by the server as SVG, without script: bars and lines over points of time, and the same as a table.

::

    chart = Chart(
        title=_("Calls"),
        points=["10:00", "10:05"],
        series=[Series(label=_("answered"), values=[3, 4], shape="bar"), Series(label=_("failed"), values=[0, None])],
        unit="ms",
    )

In a template: `{% load face %} {% draw_chart chart %}`. Bars are stacked in the order of their series. A value of None
is a gap: there was nothing to measure. Each point tells its values when it is pointed at; whoever cannot point opens
the table below.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import formats
from django.utils.translation import gettext as _

Tone = Literal["brand", "good", "busy", "attention", "bad", "idle", "neutral"]
Value = float | int | None

POINT_WIDTH = 10.0
HEIGHT = 100.0
_BAR_SHARE = 0.7
_MOST_POINT_LABELS = 6
_MOST_STEPS = 4
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One row of values, one a point of the chart. Lines of `is_dashed` are told apart without colour too."""

    label: Any
    values: Sequence[Value]
    tone: Tone = "brand"
    shape: Literal["bar", "line"] = "line"
    is_dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn. points: what each point is called, in order. unit: stands behind the values, "ms".

    summary: a sentence that says what is to be seen, for those who cannot see it and above the chart for all.
    """

    title: Any
    points: Sequence[Any]
    series: Sequence[Series]
    unit: Any = ""
    summary: Any = ""
    point_heading: Any = ""
    is_small: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured at any point."""
        return all(value is None for series in self.series for value in series.values)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle in the chart's own units, as text: numbers in SVG have a point in every language."""

    x: str
    y: str
    width: str
    height: str
    tone: Tone


@dataclass(frozen=True, kw_only=True)
class Line:
    """A path through points that follow each other without a gap."""

    path: str
    tone: Tone
    is_dashed: bool
    is_dot: bool


@dataclass(frozen=True, kw_only=True)
class PointArea:
    """The area over one point, with what it tells."""

    x: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PointLabel:
    """A label under the chart, at its share of the width."""

    at: str
    text: Any


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart as its template draws it. scale: the labels at the side, from the top; grid: where their lines are."""

    chart: Chart
    width: str
    scale: list[str]
    grid: list[str]
    bars: list[Bar]
    lines: list[Line]
    areas: list[PointArea]
    point_labels: list[PointLabel]
    rows: list[tuple[Any, list[tuple[Any, str]]]]


def draw(chart: Chart) -> Drawing:
    """Work out where everything stands."""
    step, steps = _scale(_highest(chart))
    top = step * steps
    return Drawing(
        chart=chart,
        width=_number(POINT_WIDTH * max(len(chart.points), 1)),
        scale=[_written(step * number, chart.unit) for number in range(steps, -1, -1)],
        grid=[_number(HEIGHT * number / steps) for number in range(steps + 1)],
        bars=list(_bars(chart, top)),
        lines=[line for series in chart.series if series.shape == "line" for line in _lines(series, top)],
        areas=[
            PointArea(x=_number(index * POINT_WIDTH), text=_told(chart, index)) for index in range(len(chart.points))
        ],
        point_labels=_point_labels(chart.points),
        rows=[
            (point, [(series.label, _written(series.values[index], chart.unit)) for series in chart.series])
            for index, point in enumerate(chart.points)
        ],
    )


def _highest(chart: Chart) -> float:
    bars = [series.values for series in chart.series if series.shape == "bar"]
    stacked = [sum(value or 0 for value in values) for values in zip(*bars, strict=True)]
    single = [value or 0 for series in chart.series for value in series.values]
    return float(max([*stacked, *single], default=0))


def _scale(highest: float) -> tuple[float, int]:
    """The step between two lines and their number, in round figures; the highest value is within."""
    if highest <= 0:
        return 1.0, 1
    rough = highest / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in _NICE if nice * power >= rough * (1 - 1e-9))
    return step, max(1, math.ceil(highest / step - 1e-9))


def _bars(chart: Chart, top: float) -> Iterable[Bar]:
    stacked = [0.0] * len(chart.points)
    for series in (series for series in chart.series if series.shape == "bar"):
        for index, value in enumerate(series.values):
            if value:
                height = HEIGHT * value / top
                stacked[index] += height
                yield Bar(
                    x=_number((index + (1 - _BAR_SHARE) / 2) * POINT_WIDTH),
                    y=_number(HEIGHT - stacked[index]),
                    width=_number(POINT_WIDTH * _BAR_SHARE),
                    height=_number(height),
                    tone=series.tone,
                )


def _lines(series: Series, top: float) -> Iterable[Line]:
    for run in _runs(series.values):
        corners = [
            f"{_number((index + 0.5) * POINT_WIDTH)} {_number(HEIGHT - HEIGHT * value / top)}" for index, value in run
        ]
        # A lone value is a line of no length, which round ends make a dot.
        path = "M" + " L".join(corners) if len(corners) > 1 else f"M{corners[0]} h0.01"
        yield Line(path=path, tone=series.tone, is_dashed=series.is_dashed, is_dot=len(corners) == 1)


def _runs(values: Sequence[Value]) -> Iterable[list[tuple[int, float]]]:
    """The values that follow each other without a gap, with their places."""
    run: list[tuple[int, float]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _point_labels(points: Sequence[Any]) -> list[PointLabel]:
    every = max(1, math.ceil(len(points) / _MOST_POINT_LABELS))
    return [
        PointLabel(at=f"{_number(100 * (index + 0.5) / len(points))}%", text=points[index])
        for index in range(every // 2, len(points), every)
    ]


def _told(chart: Chart, index: int) -> str:
    values = (f"{series.label}: {_written(series.values[index], chart.unit)}" for series in chart.series)
    return f"{chart.points[index]}\n" + "\n".join(values)


def _written(value: Value, unit: Any) -> str:
    if value is None:
        return _("nothing")
    # Large values need no decimals, small ones do.
    decimals = 0 if float(value).is_integer() or value >= 100 else 1 if value >= 1 else 2
    number = formats.number_format(value, decimals, use_l10n=True, force_grouping=True)
    return f"{number} {unit}" if unit else number


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

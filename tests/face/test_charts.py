"""Charts drawn by the server: what is measured is seen, pointed at and read, in every language."""

import re

import pytest
from django.template import Context, Template
from django.utils.translation import override

from backoffice.face.charts import Chart, Series, draw


def _chart(*values: float | None, shape: str = "line", unit: str = "") -> Chart:
    series = Series(label="answered", values=values, shape=shape)  # type: ignore[arg-type]  # one of the two
    return Chart(title="Calls", points=[f"{hour:02}:00" for hour in range(len(values))], series=[series], unit=unit)


def _draw(chart: Chart) -> str:
    return Template("{% load face %}{% draw_chart chart %}").render(Context({"chart": chart}))


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (0, ["1", "0"]),
        (1, ["1", "0.75", "0.50", "0.25", "0"]),
        (7, ["8", "6", "4", "2", "0"]),
        (10, ["10", "7.5", "5", "2.5", "0"]),
        (1201, ["1,500", "1,000", "500", "0"]),
        (0.03, ["0.03", "0.02", "0.01", "0"]),
    ],
)
def test_the_scale_is_in_round_figures_and_holds_the_highest_value(highest: float, marks: list[str]) -> None:
    assert draw(_chart(highest)).scale == marks


def test_bars_stand_on_each_other_and_fill_the_scale_at_most() -> None:
    answered = Series(label="answered", values=[3, 1], shape="bar")
    failed = Series(label="failed", values=[1, None], shape="bar", tone="bad")
    drawing = draw(Chart(title="Calls", points=["a", "b"], series=[answered, failed]))
    assert [(bar.y, bar.height, bar.tone) for bar in drawing.bars] == [
        ("25", "75", "brand"),
        ("75", "25", "brand"),
        ("0", "25", "bad"),
    ]


def test_a_line_is_broken_where_nothing_was_measured_and_a_lone_value_is_a_dot() -> None:
    drawing = draw(_chart(2, 4, None, 1))
    assert [line.path for line in drawing.lines] == ["M5 50 L15 0", "M35 75 h0.01"]
    assert [line.is_dot for line in drawing.lines] == [False, True]


def test_each_point_says_its_values_and_the_table_says_the_same() -> None:
    page = _draw(_chart(1234, None, unit="ms"))
    assert "<title>00:00\nanswered: 1,234 ms</title>" in page
    assert "<title>01:00\nanswered: nothing</title>" in page
    assert re.search(r'<th scope="row">01:00</th><td class="numeric" data-label="Answered">nothing</td>', page)


def test_numbers_of_the_drawing_have_a_point_in_every_language() -> None:
    with override("es"):
        page = _draw(_chart(1, 3, 2, shape="bar"))
    coordinates = re.findall(r' (?:x|y|x1|x2|y1|y2|width|height|d|viewBox)="([^"]*)"', page)
    assert coordinates
    assert [value for value in coordinates if "," in value] == []


def test_labels_under_the_chart_are_few_enough_to_be_read() -> None:
    assert len(draw(_chart(*range(288))).point_labels) <= 6


def test_an_empty_chart_says_so_and_a_chart_without_points_can_be_drawn() -> None:
    assert "Nothing was measured in this time." in _draw(_chart(None, None))
    assert "Nothing was measured in this time." in _draw(_chart())


def test_what_a_chart_is_given_is_text_and_not_markup() -> None:
    series = Series(label="<script>alert(1)</script>", values=[1])
    page = _draw(Chart(title="<b>", points=["<i>"], series=[series], summary='"><script>'))
    assert "<script>" not in page
    assert "<i>" not in page
    assert "style=" not in page

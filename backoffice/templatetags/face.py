"""`{% load face %}`: badges, amounts, moments and the like in templates, and what the list template needs."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from backoffice.face import badges
from backoffice.face.cards import show
from backoffice.face.charts import Chart, Drawing, draw
from backoffice.face.columns import is_numeric
from backoffice.face.ibans import in_groups
from backoffice.face.qr_code import qr_code

register = template.Library()

register.simple_tag(badges.money, name="money")
register.simple_tag(badges.coins, name="coins")
register.simple_tag(badges.copyable, name="copyable")
register.simple_tag(badges.copyable_iban, name="copyable_iban")
register.simple_tag(badges.status_badge, name="status_badge")
register.simple_tag(badges.empty, name="empty")
register.simple_tag(badges.moment, name="moment")
register.simple_tag(badges.link_to, name="link_to")
register.filter("whole_number", badges.whole_number)
register.filter("show", show)
register.filter("in_groups", in_groups)
register.filter("qr_code", qr_code)


@register.inclusion_tag("admin/face/chart.html")
def draw_chart(chart: Chart) -> dict[str, Drawing]:
    """A chart of `backoffice.face.charts`, with its table."""
    return {"drawing": draw(chart)}


@register.filter
def heading_class(cl: Any, index: int) -> str:
    """ "numeric" for the heading of a column of numbers."""
    return "numeric" if is_numeric(cl.model_admin, cl.list_display[index]) else ""


@register.simple_tag
def labelled_cells(cells: list[SafeString], headers: list[dict[str, Any]]) -> Iterator[SafeString]:
    """The cells of a list's row, each with its column's heading as `data-label`, for narrow screens.

    Django gives a cell as finished HTML that begins with `<td` or `<th`.
    """
    return (_labelled(cell, header) for cell, header in zip(cells, headers, strict=False))


def _labelled(cell: SafeString, header: dict[str, Any]) -> SafeString:
    text = header["text"]
    label = "" if isinstance(text, SafeString) else capfirst(str(text))
    return format_html('{} data-label="{}"{}', SafeString(cell[:3]), label, SafeString(cell[3:]))

"""Tables of related rows on a row's page: the first few, the count, and the list that holds the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Model, QuerySet, Window
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

DEFAULT_LIMIT = 10
NONE = _("None.")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its heading and what a row shows in it (text, or safe HTML of `backoffice.face.badges`)."""

    label: Any
    value: Callable[[Any], Any]
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class RelatedTable:
    """The rows of `queryset` that belong to a page's row. One query, whatever their number.

    * `queryset`: ordered, with `select_related` for whatever the columns reach
    * `see_all_url`: the list with the filter that gives the same rows
    * `permission`: "payments.view_payment"; without it the table is not shown at all
    * `counted`: False where there may be so many rows that counting them costs; then the table says "more"
    * `actions`: links beside the title, `Button` of `backoffice.face.actions`
    """

    title: Any
    queryset: QuerySet[Any]
    columns: Sequence[Column]
    see_all_url: str = ""
    permission: str = ""
    empty_text: Any = NONE
    limit: int = DEFAULT_LIMIT
    counted: bool = True
    actions: Sequence[Any] = ()
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What one row shows in one column."""

    column: Column
    content: Any


@dataclass(frozen=True, kw_only=True)
class ShownTable:
    """A related table with its rows read: what the template draws."""

    table: RelatedTable
    rows: list[list[Cell]] = field(default_factory=list)
    total: int | None = None
    has_more: bool = False


def read_table(table: RelatedTable) -> ShownTable:
    """The first rows and their count, in one query."""
    rows = table.queryset.annotate(total_of_table=Window(Count("*"))) if table.counted else table.queryset
    found = list(rows[: table.limit + 1])
    return ShownTable(
        table=table,
        rows=[_cells(row, table.columns) for row in found[: table.limit]],
        total=_total(table, found),
        has_more=len(found) > table.limit,
    )


def read_tables(request: HttpRequest, tables: Sequence[RelatedTable]) -> list[ShownTable]:
    """The tables that the reader may see, read."""
    return [read_table(table) for table in tables if not table.permission or request.user.has_perm(table.permission)]


def _cells(row: Model, columns: Sequence[Column]) -> list[Cell]:
    return [Cell(column=column, content=column.value(row)) for column in columns]


def _total(table: RelatedTable, found: list[Any]) -> int | None:
    if not table.counted:
        return len(found) if len(found) <= table.limit else None
    return found[0].total_of_table if found else 0

"""Pages of a list, in whichever order and layout (contract 1.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from backoffice.sandbox.answers import ROWS, Answer
from backoffice.sandbox.call import Call
from backoffice.sandbox.collection import Collection
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.dialects.manner import Paging
from backoffice.sandbox.dialects.places import plant
from backoffice.sandbox.dialects.writing import write_row


def answer_page(call: Call, collection: Collection[Any], indexes: Sequence[int]) -> Answer:
    """Answer the page asked for of the rows at ``indexes``, which run from oldest to newest."""
    paging = call.paging
    number = call.positive_number("page", default=1, maximum=10**9)
    size = call.positive_number("per_page", default=paging.usual_size, maximum=paging.largest_size)
    shown = number - 1 if call.fault("repeat_page") and number > 1 else number
    total = len(indexes)
    start, end = (shown - 1) * size, shown * size
    if paging.newest_first:
        start, end = max(0, total - end), max(0, total - start)
    rows = _write(call, collection, indexes[start:end])
    return Answer(200, _lay_out(call, paging, total=total, size=size, number=number), rows)


def _write(call: Call, collection: Collection[Any], indexes: Sequence[int]) -> str:
    """Return rows as JSON, in the order of the list, and what the faults make of them."""
    if _SPOILERS.keys() & {fault.kind for fault in call.faults}:
        return _dump(call, _spoil(call, _rows(call, collection, indexes)))
    if not isinstance(indexes, range):
        return _dump(call, _rows(call, collection, indexes))
    key = (collection.name, collection.state_key, indexes)
    return call.state.pages.get(key, lambda: _dump(call, _rows(call, collection, indexes)))


def _rows(call: Call, collection: Collection[Any], indexes: Sequence[int]) -> list[Row]:
    ordered = reversed(indexes) if call.paging.newest_first else indexes
    return [collection.public(index) for index in ordered]


def _dump(call: Call, rows: list[Row]) -> str:
    return json.dumps([write_row(call.manner, row) for row in rows], separators=(",", ":"))


def _lay_out(call: Call, paging: Paging, *, total: int, size: int, number: int) -> dict[str, Any]:
    """Return the page around the rows; its number and the last one's as the dialect counts."""
    pages = max(1, -(-total // size))
    current = 1 if call.fault("stuck_page") else number
    on_the_wire = current - 1 + paging.first
    parts = {
        paging.items: ROWS,
        paging.current_page: on_the_wire,
        paging.page_size: size,
        paging.total: total,
        paging.last_page: pages - 1 + paging.first,
        paging.page_count: pages,
        paging.next_url: f"/?{paging.page}={on_the_wire + 1}" if current < pages else None,
        paging.more: current < pages,
    }
    body: dict[str, Any] = {"status": "ok"} if paging.has_status else {}
    for place, value in parts.items():
        if place:
            plant(body, place, value)
    return body


def _spoil(call: Call, rows: list[Row]) -> list[Row]:
    """Put on the page what the faults ask for."""
    for fault in call.faults:
        spoiler = _SPOILERS.get(fault.kind)
        if spoiler and rows:
            spoiler(rows, rows[fault.item % len(rows)], fault)
    return rows


def _spoil_item(_: list[Row], row: Row, fault: Any) -> None:
    if fault.value is None:
        row.pop(fault.field, None)
    else:
        row[fault.field] = fault.value


def _spoil_status(_: list[Row], row: Row, fault: Any) -> None:
    row["kyc_status" if "kyc_status" in row else "status"] = fault.value or "under_review"


def _spoil_unit(rows: list[Row], _: Row, __: Any) -> None:
    for row in rows:
        if isinstance(row.get("fiat_amount"), int):
            row["fiat_amount"] //= 100


_SPOILERS: dict[str, Callable[[list[Row], Row, Any], None]] = {
    "bad_item": _spoil_item,
    "unknown_status": _spoil_status,
    "wrong_unit": _spoil_unit,
}

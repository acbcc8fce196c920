"""Pages of a list, newest first, in the three layouts that contract 1.5 thinks possible."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from backoffice.sandbox.answers import ROWS, Answer
from backoffice.sandbox.call import Call
from backoffice.sandbox.collection import Collection
from backoffice.sandbox.data.source import Row

DEFAULT_SIZE = 50
MAXIMUM_SIZE = 500


def answer_page(call: Call, collection: Collection[Any], indexes: Sequence[int]) -> Answer:
    """Answer the page asked for of the rows at ``indexes``, which run from oldest to newest."""
    number = call.positive_number("page", default=1, maximum=10**9)
    size = call.positive_number("per_page", default=DEFAULT_SIZE, maximum=MAXIMUM_SIZE)
    shown = number - 1 if call.fault("repeat_page") and number > 1 else number
    total = len(indexes)
    newest = max(0, total - (shown - 1) * size)
    shown_indexes = indexes[max(0, newest - size) : newest]
    return Answer(200, _lay_out(call, total=total, size=size, number=number), _write(call, collection, shown_indexes))


def _write(call: Call, collection: Collection[Any], indexes: Sequence[int]) -> str:
    """Return rows as JSON, newest first, and what the faults make of them."""
    if _SPOILERS.keys() & {fault.kind for fault in call.faults}:
        return _dump(_spoil(call, _rows(collection, indexes)))
    if not isinstance(indexes, range):
        return _dump(_rows(collection, indexes))
    key = (collection.name, collection.state_key, indexes)
    return call.state.pages.get(key, lambda: _dump(_rows(collection, indexes)))


def _rows(collection: Collection[Any], indexes: Sequence[int]) -> list[Row]:
    return [collection.public(index) for index in reversed(indexes)]


def _dump(rows: list[Row]) -> str:
    return json.dumps(rows, separators=(",", ":"))


def _lay_out(call: Call, *, total: int, size: int, number: int) -> dict[str, Any]:
    last = max(1, -(-total // size))
    current = 1 if call.fault("stuck_page") else number
    pagination = {"current_page": current, "per_page": size, "total": total, "last_page": last}
    layout = call.state.options.page_layout
    if layout == "pagination":
        return {"status": "ok", "data": ROWS, "pagination": pagination}
    laravel = {
        "data": ROWS,
        **pagination,
        "next_page_url": f"/?page={current + 1}" if current < last else None,
    }
    if layout == "laravel-data":
        return {"status": "ok", "data": laravel}
    return {"status": "ok", **laravel}


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

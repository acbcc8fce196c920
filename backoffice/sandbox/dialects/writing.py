"""From an answer in the words of the contract to one in a dialect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backoffice.sandbox.answers import UNAUTHORISED, Answer
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.dialects.manner import USUAL, Failures, Manner
from backoffice.sandbox.dialects.places import plant

_CODE = re.compile(r"[a-z0-9_]+")


def write_row(manner: Manner, row: Row) -> Row:
    """Return a row in the dialect's names, units and words."""
    if not (manner.names or manner.values or manner.leaves_out):
        return row
    written: Row = {}
    for name, value in row.items():
        if name not in manner.leaves_out:
            plant(written, manner.names.get(name, name), _write_value(manner, name, value, row))
    return written


def write_answer(manner: Manner, answer: Answer) -> Answer:
    """Return an answer as the dialect has it. Pages come as they are to be: their rows were written with them."""
    body = answer.body
    if manner is USUAL or not isinstance(body, dict) or answer.rows is not None or answer == UNAUTHORISED:
        return answer
    if body.get("status") == "error":
        return _write_failure(manner, answer)
    if "errors" in body:
        return replace(answer, body={**body, "errors": _rename_fields(manner, body["errors"])})
    if body.get("status") == "ok" and isinstance(body.get("data"), dict | list):
        return replace(answer, body=_write_data(manner, body["data"]))
    return answer


def _write_value(manner: Manner, name: str, value: Any, row: Row) -> Any:
    writer = manner.values.get(name)
    if writer is None or value is None:
        return value
    try:
        return writer(value, row)
    except (ArithmeticError, KeyError, TypeError, ValueError):  # a value that is wrong on purpose stays wrong
        return value


def _write_data(manner: Manner, data: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"status": "ok"} if manner.has_status else {}
    written = [write_row(manner, row) for row in data] if isinstance(data, list) else write_row(manner, data)
    plant(body, manner.place, written)
    return body


def _write_failure(manner: Manner, answer: Answer) -> Answer:
    body = answer.body
    code = body.get("error") or body.get("message")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return answer
    if code in manner.moves_refusal_data and "data" in body:
        moved = {name: value for name, value in body.items() if name != "data"}
        plant(moved, manner.moves_refusal_data[code], body["data"])
        return replace(answer, body=moved)
    return _place_failure(manner.failures, answer, code) if manner.failures else answer


def _place_failure(failures: Failures, answer: Answer, code: str) -> Answer:
    rest = {name: value for name, value in answer.body.items() if name not in ("error", "message")}
    if failures.text:
        plant(rest, failures.text, code.replace("_", " ").capitalize() + ".")
    plant(rest, failures.code, failures.codes.get(code, code))
    return Answer(failures.statuses.get(code, answer.status), rest)


def _rename_fields(manner: Manner, errors: Mapping[str, Any]) -> dict[str, Any]:
    return {manner.body.get(name, name): messages for name, messages in errors.items()}

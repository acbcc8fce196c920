"""From a request in a dialect to one in the words of the contract; what is said otherwise is not understood."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from backoffice.sandbox.calls import ReceivedRequest
from backoffice.sandbox.dialects.manner import Manner
from backoffice.sandbox.dialects.places import dig
from backoffice.sandbox.dialects.writers import Words

_DAYS = ("date_from", "date_to")
_BODY_TYPES = {"form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}
_FILES = ("document_front", "document_back", "face", "liveness")


def read_query(manner: Manner, query: Mapping[str, str]) -> dict[str, str]:
    """Return the query by the names of the contract."""
    found = _rename(manner.query, query)
    if manner.paging:
        for name in ("page", "per_page"):
            found.pop(name, None)
        found |= _read_page(manner, query)
    for name, text in list(found.items()):
        if name in _DAYS:
            found[name] = _read_day(text, manner.day)
        writer = manner.values.get(name)
        if isinstance(writer, Words):
            found[name] = writer.read(text)
    return found


def read_body(manner: Manner, request: ReceivedRequest) -> dict[str, Any]:
    """Return the body by the names of the contract; nothing where it does not come as the dialect wants it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if manner.sent_as and kind != _BODY_TYPES[manner.sent_as]:
        return {}
    if kind == _BODY_TYPES["multipart"] and manner.sent_as != "multipart":
        return {}
    found = _rename(manner.body, request.body)
    if manner.bare_base64:
        found |= {name: "" for name in _FILES if str(found.get(name, "")).startswith("data:")}
    return found


def _rename(names: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands under their names under ours; ours are unknown where they have others."""
    taken = {name.partition(".")[0] for name in names.values()}
    found = {name: value for name, value in given.items() if name not in names and name not in taken}
    for ours, theirs in names.items():
        value = dig(given, theirs)
        if value is not None:
            found[ours] = value
    return found


def _read_page(manner: Manner, query: Mapping[str, str]) -> dict[str, str]:
    paging = manner.paging
    if paging is None:
        return {}
    found = {"per_page": query[paging.size]} if paging.size in query else {}
    number = query.get(paging.page, "")
    if number.isascii() and number.isdecimal() and len(number) < 12:
        found["page"] = str(int(number) - paging.first + 1)
    return found


def _read_day(text: str, layout: str) -> str:
    try:
        return datetime.datetime.strptime(text, layout).date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return ""

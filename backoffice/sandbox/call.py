"""One request, as the routes see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backoffice.sandbox.dialects.manner import PAGE_LAYOUTS, USUAL, Manner, Paging
from backoffice.sandbox.faults import Fault
from backoffice.sandbox.state import State


@dataclass(frozen=True)
class Call:
    """What came in: the parts of the path, the query, the parsed body, the faults asked for, and how to answer."""

    operation: str
    state: State
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    faults: tuple[Fault, ...] = field(default=())
    manner: Manner = USUAL

    @property
    def paging(self) -> Paging:
        """How the list is paged that is asked for."""
        return self.manner.paging or PAGE_LAYOUTS[self.state.options.page_layout]

    def fault(self, kind: str) -> Fault | None:
        """Return the fault of a kind that this request is to meet."""
        return next((fault for fault in self.faults if fault.kind == kind), None)

    def positive_number(self, name: str, *, default: int, maximum: int) -> int:
        """Return a number of the query; anything that is none counts as not given, as in Laravel."""
        text = self.query.get(name, "")
        if not (text.isascii() and text.isdecimal() and len(text) < 12):
            return default
        return min(max(int(text), 1), maximum)

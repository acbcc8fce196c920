"""Faults on demand: what is to go wrong, for which call, how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass

BEFORE_WORK = {
    "expire_tokens": "every token ends just before this call is looked at",
    "refuse_address": "authorization_incorrect, as for an address that is not listed",
    "drop_before": "the connection is closed, nothing was done",
    "error_500": "HTTP 500, nothing was done; `status` gives another 5xx",
    "too_many_requests": "HTTP 429 with Retry-After of `seconds`, nothing was done",
    "error_code": "the failure envelope with `code` and HTTP `status`, nothing was done",
}
AFTER_WORK = {
    "drop_after": "the work is done, the connection is closed without an answer",
    "error_500_after": "the work is done, the answer is HTTP 500",
    "cut_body": "the work is done, the answer stops in the middle",
    "html_body": "the work is done, the answer is an HTML page with HTTP 200",
    "nonsense": "the work is done, the answer is HTTP 200 and JSON without meaning",
}
IN_WORK = {
    "moving_total": "after a page was answered a row is added at the newest end",
    "bad_item": "an item of the page cannot be parsed: `field` is set to `value`, or left out without a value",
    "unknown_status": "an item of the page has the status `value`",
    "repeat_page": "the page before is answered, under the number asked for",
    "stuck_page": "current_page always says 1",
    "wrong_unit": "fiat_amount of the payment list in whole units in place of hundredths",
}
WAITING = {
    "latency": "`milliseconds` pass before the work, or after it with `after_work`",
    "hold": "the call waits before the work, or after it with `after_work`, until it is released",
}
KINDS = BEFORE_WORK | AFTER_WORK | IN_WORK | WAITING


@dataclass(kw_only=True)
class Fault:
    """One thing that is to go wrong.

    ``operation`` is an operationId of the contract, None for every call. ``count`` says how many
    calls meet it, None for all until it is cleared; ``skip`` lets that many pass first.
    """

    kind: str
    operation: str | None = None
    count: int | None = 1
    skip: int = 0
    milliseconds: int = 0
    seconds: int = 1
    status: int | None = None
    code: str = "unexpected_error"
    field: str = "id"
    value: object = None
    item: int = 0
    after_work: bool = False

    def __post_init__(self) -> None:
        """Refuse an unknown kind.

        Raises:
            ValueError: no fault has that name.
        """
        if self.kind not in KINDS:
            raise ValueError(f"No fault is called {self.kind!r}; there are {', '.join(KINDS)}.")


class Faults:
    """The faults that are still to come; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._gate = threading.Event()

    def add(self, fault: Fault) -> Fault:
        """Ask for a fault."""
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults and release all calls that are held."""
        with self._lock:
            self._waiting.clear()
        self.release()

    def take(self, operation: str) -> tuple[Fault, ...]:
        """Return the faults that a call of this operation meets now, and count them down."""
        with self._lock:
            met = tuple(fault for fault in self._waiting if self._is_met(fault, operation))
            self._waiting = [fault for fault in self._waiting if fault.count is None or fault.count > 0]
        return met

    def pending(self) -> list[Fault]:
        """Return the faults that are still to come."""
        with self._lock:
            return list(self._waiting)

    def gate(self) -> threading.Event:
        """Return what calls are held by that come in now; set by the next `release`."""
        with self._lock:
            return self._gate

    def release(self) -> None:
        """Let every call go on that has come in until now."""
        with self._lock:
            self._gate.set()
            self._gate = threading.Event()

    @staticmethod
    def _is_met(fault: Fault, operation: str) -> bool:
        if fault.operation not in (None, operation):
            return False
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.count is not None:
            fault.count -= 1
        return True

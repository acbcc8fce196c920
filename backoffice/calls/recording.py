"""Takes note of each call. Reads are written many at a time; a call that changes something is written at once.

Never inside a transaction of whoever made the call: a rollback would take the note of a call that was really sent
with it. What cannot be written now waits, and is written by whatever comes next: another call, the end of what the
calls were made for, of the request, of the task, of the process. A process that is killed loses what waits: reads of
the last seconds. A log that cannot be written never disturbs the work: that is logged, and counted.
"""

import atexit
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from backoffice.audit.context import current_context
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.observing import CauseKind, current_cause
from backoffice.security.encryption import encrypt_text
from backoffice.sync.engine.columns import prepare_moment
from backoffice.sync.engine.statements import insert

from .kept import kept_of
from .models import ProviderCall
from .verdicts import code_of, http_status_of, reason_of, verdict_of

logger = structlog.get_logger(__name__)

Row = dict[str, Any]
"""A call's values by the name of the column."""

WRITTEN_AT = 100
"""So many waiting calls are written."""

WRITTEN_AFTER_SECONDS = 5.0
MOST_WAITING = 2_000
"""More wait only while the database is away; then the oldest are given up."""

REST_SECONDS = 5.0
"""How long the log does not try again after the database could not be reached."""

_COUNT_KEPT_SECONDS = 86_400


class CallLog:
    """The calls of this process that wait to be written. Safe between threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._waiting: deque[Row] = deque()
        self._since = 0.0
        self._rests_until = 0.0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def note(self, call: ObservedCall) -> None:
        """Take note of a call."""
        self._add([as_row(call)])
        if not call.request.endpoint.only_reads or self._is_due():
            self.write()
        if connection.in_atomic_block:
            transaction.on_commit(self.write, robust=True)

    def write(self, *, inside_a_transaction: bool = False) -> None:
        """Write what waits, unless the caller is inside a transaction; never raises."""
        try:
            if inside_a_transaction or (not connection.in_atomic_block and self._now() >= self._rests_until):
                self._write(self._take())
        except Exception as problem:  # noqa: BLE001 - the log must not disturb the work
            logger.error("calls_not_written", problem=type(problem).__name__)  # noqa: TRY400 - its text can be personal

    def forget(self) -> None:
        """Drop what waits: a forked process must not write what its parent will."""
        self._lock = threading.Lock()
        self._waiting.clear()
        self._rests_until = 0.0

    def _is_due(self) -> bool:
        return len(self._waiting) >= WRITTEN_AT or self._now() - self._since >= WRITTEN_AFTER_SECONDS

    def _add(self, rows: list[Row]) -> None:
        with self._lock:
            if not self._waiting:
                self._since = self._now()
            self._waiting.extend(rows)
            surplus = len(self._waiting) - MOST_WAITING
            for _ in range(surplus):
                self._waiting.popleft()
        if surplus > 0:
            _count_lost(surplus, "too many wait")

    def _take(self) -> list[Row]:
        with self._lock:
            rows = list(self._waiting)
            self._waiting.clear()
            return rows

    def _write(self, rows: list[Row]) -> None:
        if not rows:
            return
        try:
            insert(ProviderCall, [_prepare(row) for row in rows])
        except (OperationalError, InterfaceError) as problem:
            self._rests_until = self._now() + REST_SECONDS
            logger.warning("calls_wait", problem=type(problem).__name__, waiting=len(rows))
            self._add(rows)
        except Exception as problem:  # noqa: BLE001 - one row that cannot be written must not take the others along
            if len(rows) == 1:
                _count_lost(1, type(problem).__name__)
                return
            for row in rows:
                self._write([row])


def as_row(call: ObservedCall) -> Row:
    """The call as it is kept, with who caused it and what for; `request` and `answer` are JSON."""
    context, cause = current_context(), current_cause()
    request, answer = _content_of(call)
    body, last = call.request.body, call.answer
    return {
        "at": call.began_at,
        "call": call.request.endpoint.name,
        "verdict": verdict_of(call),
        "code": code_of(call),
        "reason": reason_of(call),
        "http_status": http_status_of(call),
        "duration_ms": round(call.seconds * 1000),
        "answer_ms": None if last is None else round(last.seconds * 1000),
        "attempts": call.attempts,
        "request_bytes": len(body or b""),
        "answer_bytes": None if last is None else len(last.body),
        "cause": cause.kind or _guess_cause(context.address),
        **{name: cause.number if cause.kind in kinds else None for name, kinds in _NUMBERED.items()},
        "model": cause.model,
        "remote_id": cause.remote_id[:100],
        "actor_id": context.actor_id,
        "actor_name": context.actor_name,
        "correlation_id": context.correlation_id,
        "request": request,
        "answer": answer,
    }


_NUMBERED = {
    "operation_id": {CauseKind.OPERATION, CauseKind.READ_BACK},
    "sync_run_id": {CauseKind.SYNC},
    "webhook_event_id": {CauseKind.WEBHOOK},
}


def _prepare(row: Row) -> Row:
    """The row as the database takes it, with what was sent and answered encrypted."""
    request, answer = row["request"], row["answer"]
    return row | {
        "at": prepare_moment(row["at"]),
        "request": encrypt_text(request),
        "answer": None if answer is None else encrypt_text(answer),
    }


def _guess_cause(address: str | None) -> str:
    """Only requests have an address that they come from."""
    return ProviderCall.Cause.PAGE if address else ProviderCall.Cause.OTHER


def _content_of(call: ObservedCall) -> tuple[str, str | None]:
    """What is kept; only why nothing is where an answer is so odd that it cannot be looked through."""
    try:
        return kept_of(call)
    except Exception as problem:  # noqa: BLE001 - the call itself must be noted
        return json.dumps({"not kept": type(problem).__name__}), None


def lost_today() -> int:
    """How many calls could not be noted in the last day or so, as far as is known."""
    return int(cache.get(_lost_key(), 0))


def _count_lost(count: int, why: str) -> None:
    logger.error("calls_lost", count=count, problem=why)
    try:
        cache.add(_lost_key(), 0, _COUNT_KEPT_SECONDS)
        cache.incr(_lost_key(), count)
    except Exception as problem:  # noqa: BLE001 - the cache can be away as the database is
        logger.warning("lost_calls_not_counted", problem=type(problem).__name__)


def _lost_key() -> str:
    return f"calls-lost:{timezone.now():%Y-%m-%d}"


call_log = CallLog()
os.register_at_fork(after_in_child=call_log.forget)
atexit.register(call_log.write)

"""Keeps what answers were seen to hold: counted in the process, written now and then, new things soon.

Never inside a transaction of whoever made the call, and never so that a failure disturbs the work. A process that is
killed loses the counts of the last minute; what was new is seen again.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from django.db import DatabaseError, connection, transaction

from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.provider import get_catalogue

from .keeping import Count, write_counts
from .noticing import Aspect, Seen, notice

COUNTS_EVERY_SECONDS = 60.0
NEWS_AFTER_SECONDS = 5.0
MOST_WAITING = 5_000
"""More different things wait only while the database is away; then the counts are given up."""

MOST_REMEMBERED = 20_000
"""So many different things are remembered as written; then all are forgotten, and at worst written once more."""

logger = structlog.get_logger(__name__)


class ShapeWatch:
    """What the answers of this process held since it was last written. Safe between threads."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, catalogue: Callable[[], Catalogue] = get_catalogue
    ) -> None:
        self._now = now
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._written: set[Seen] = set()
        self._counts: dict[Seen, Count] = {}
        self._has_news = False
        self._since = now()

    def note(self, call: ObservedCall) -> None:
        """Look at a call's answer."""
        self._add(notice(call, self._catalogue()), at=call.began_at)
        waited = self._now() - self._since
        if waited >= COUNTS_EVERY_SECONDS or (self._has_news and waited >= NEWS_AFTER_SECONDS):
            self.write()

    def write_news(self) -> None:
        """Write at once where something was seen that this process had not seen before."""
        if self._has_news:
            self.write()

    def write(self) -> None:
        """Write what was counted, unless the caller is inside a transaction."""
        if connection.in_atomic_block:
            return
        counts = self._take()
        try:
            with transaction.atomic():
                write_counts(counts)
        except DatabaseError as problem:
            logger.warning("shapes_not_written", problem=type(problem).__name__)

    def forget(self) -> None:
        """Begin anew: a forked process must not write what its parent will."""
        self._lock = threading.Lock()
        self._take()
        self._written.clear()

    def _add(self, seen: Mapping[Seen, bool], *, at: datetime) -> None:
        with self._lock:
            answers = self._count_answer(seen)
            for each, is_known in seen.items():
                count = self._counts.setdefault(each, Count(is_known=is_known, first_at=at))
                count.add(at, answers=answers)
            self._has_news = self._has_news or not self._written.issuperset(seen)
            if len(self._counts) > MOST_WAITING:
                self._counts.clear()

    def _count_answer(self, seen: Mapping[Seen, bool]) -> int:
        """How many answers with content this call has had since the last writing, this one included."""
        answer = next((each for each in seen if each.aspect == Aspect.ANSWER), None)
        waiting = self._counts.get(answer) if answer else None
        return (waiting.times if waiting else 0) + 1

    def _take(self) -> dict[Seen, Count]:
        with self._lock:
            counts, self._counts = self._counts, {}
            if len(self._written) > MOST_REMEMBERED:
                self._written.clear()
            self._written.update(counts)
            self._has_news = False
            self._since = self._now()
            return counts


shape_watch = ShapeWatch()
os.register_at_fork(after_in_child=shape_watch.forget)

"""What the inbox writes into the log: nothing for each delivery, so that nobody can fill the disk through it."""

import threading
import time
from collections.abc import Callable

import structlog
from django.http import HttpResponse

EVERY_SECONDS = 60.0

logger = structlog.get_logger(__name__)


def unlogged(response: HttpResponse) -> HttpResponse:
    """The answer, for which Django writes no line: refusals are counted, and being closed is said by `ClosedNote`."""
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - how Django itself marks it
    return response


class ClosedNote:
    """Says that the inbox takes nothing because the database is away: at once, then once a minute. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._said_at = float("-inf")
        self._turned_away = 0

    def turned_away(self, problem: Exception) -> None:
        """One more delivery was asked to come again."""
        with self._lock:
            self._turned_away += 1
            if self._now() - self._said_at < EVERY_SECONDS:
                return
            count, self._turned_away, self._said_at = self._turned_away, 0, self._now()
        # Only the kind: the text of a database error can hold what was sent.
        logger.error("inbox_closed", problem=type(problem).__name__, turned_away=count)

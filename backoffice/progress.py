"""One line of a terminal that shows how far a command is: a bar, a count, the rate and the time left."""

import time

from django.core.management.base import OutputWrapper

WIDTH = 24


class ProgressLine:
    """Writes itself anew in place; for a terminal only. `things` is what is counted, "rows"."""

    def __init__(self, terminal: OutputWrapper, *, label: str, things: str) -> None:
        self._terminal = terminal
        self._label = label
        self._things = things
        self._began = time.monotonic()

    def show(self, done: int, total: int | None) -> None:
        """Write the line anew; `total` is None where nobody knows it."""
        seconds = time.monotonic() - self._began
        line = describe_progress(done, total, label=self._label, things=self._things, seconds=seconds)
        self._terminal.write(f"\r\x1b[K{line}", ending="")
        self._terminal.flush()

    def clear(self) -> None:
        """Leave an empty line behind."""
        self._terminal.write("\r\x1b[K", ending="")
        self._terminal.flush()


def describe_progress(done: int, total: int | None, *, label: str, things: str, seconds: float) -> str:
    """The line's text after so many seconds."""
    rate = done / seconds if seconds > 0 else 0.0
    if not total:
        return f"{label}: {done:,} {things}, {rate:,.0f} a second"
    share = min(1.0, done / total)
    bar = "█" * int(share * WIDTH)
    left = _describe_seconds((total - done) / rate) if rate and done < total else "a moment"
    return f"{label}: {bar:░<{WIDTH}} {share:4.0%}  {done:,} of {total:,} {things}, {rate:,.0f} a second, {left} left"


def _describe_seconds(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

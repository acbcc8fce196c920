"""Signs of life: a call can wait for minutes, and whoever holds something meanwhile must be able to say so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_tell: ContextVar[Callable[[], None] | None] = ContextVar("tell_between_waits", default=None)


@contextmanager
def telling_between_waits(tell: Callable[[], None]) -> Iterator[None]:
    """Calls made inside call this between two waits: for a pause, for our own rate limit, for the answer.

    What it raises ends the call.
    """
    token = _tell.set(tell)
    try:
        yield
    finally:
        _tell.reset(token)


def one_wait_is_over() -> None:
    """Tell who asked to be told."""
    if tell := _tell.get():
        tell()

"""Who is told of each call to the provider, and what each call is for.

The log of calls and the shape watch register here, in `AppConfig.ready`::

    register_observer("calls", note_call, when_done=write_what_waits)

Whoever makes calls says what for; whoever calls something that says so itself needs to say nothing::

    with caused_by(CauseKind.OPERATION, operation.pk):
        ...
    with about("payments.payment", remote_id):
        ...
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum

from backoffice.cryptopocket.observing import Observer

_observers: dict[str, Observer] = {}
_when_done: dict[str, Callable[[], None]] = {}


class CauseKind(StrEnum):
    """What calls are made for."""

    OPERATION = "operation"
    READ_BACK = "read_back"
    SYNC = "sync"
    WEBHOOK = "webhook"
    PAGE = "page"
    DRIFT = "drift"
    PROBE = "probe"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What a call is made for: the kind, the number of the operation, run or event, and the object it is about.

    model: "payments.payment"; remote_id: the object's id at the provider. All empty where nobody said.
    """

    kind: CauseKind | None = None
    number: int | None = None
    model: str = ""
    remote_id: str = ""


_NOBODY_SAID = Cause()
_current: ContextVar[Cause] = ContextVar("cause_of_calls", default=_NOBODY_SAID)


def register_observer(name: str, observer: Observer, *, when_done: Callable[[], None] | None = None) -> None:
    """Tell this one of each call of every client made from now on; the same name again replaces the earlier one.

    when_done: called when something that made calls has ended; must not raise.
    """
    _observers[name] = observer
    if when_done is not None:
        _when_done[name] = when_done


def all_observers() -> tuple[Observer, ...]:
    """Everybody who is to be told."""
    return tuple(_observers.values())


def current_cause() -> Cause:
    """What calls made now are for."""
    return _current.get()


@contextmanager
def caused_by(kind: CauseKind, number: int | None = None) -> Iterator[None]:
    """Calls made inside are for this; what stands around it is forgotten meanwhile."""
    token = _current.set(Cause(kind=kind, number=number))
    try:
        yield
    finally:
        _current.reset(token)
        for settle in _when_done.values():
            settle()


@contextmanager
def about(model: str, remote_id: str) -> Iterator[None]:
    """Calls made inside are about this object, whatever they are for."""
    token = _current.set(replace(_current.get(), model=model, remote_id=remote_id))
    try:
        yield
    finally:
        _current.reset(token)

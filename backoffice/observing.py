"""Who is told of each call to the provider: the log of calls and the shape watch register here.

::

    register_observer("calls", note_call)   # in AppConfig.ready
"""

from backoffice.cryptopocket.observing import Observer

_observers: dict[str, Observer] = {}


def register_observer(name: str, observer: Observer) -> None:
    """Tell this one of each call of every client made from now on; the same name again replaces the earlier one."""
    _observers[name] = observer


def all_observers() -> tuple[Observer, ...]:
    """Everybody who is to be told."""
    return tuple(_observers.values())

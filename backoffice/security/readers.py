"""Who is reading: what that person sees in clear, and everybody else (and every task and command) only masked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from .masking import SEES_CLEARLY, Kind, mask

FindPerson = Callable[[], Any]

_find_reader: ContextVar[FindPerson | None] = ContextVar("find_reader", default=None)


@contextmanager
def reading(find_person: FindPerson) -> Iterator[None]:
    """Whatever is shown inside is shown to the person found then; outside, everything is masked."""
    token = _find_reader.set(find_person)
    try:
        yield
    finally:
        _find_reader.reset(token)


def reader_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Every page is shown to the person who asked for it; stands behind the middleware that knows the person."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        # Found when something is shown: until then the request may have been signed out.
        with reading(lambda: request.user):
            return get_response(request)

    return answer


def sees_clearly(kind: Kind) -> bool:
    """Whether who is reading now sees values of that kind without revealing them."""
    find_person = _find_reader.get()
    permission = SEES_CLEARLY.get(kind)
    return find_person is not None and permission is not None and bool(find_person().has_perm(permission))


def shown_to_reader(value: Any, kind: Kind) -> str:
    """The value as who is reading now may see it: in clear, or masked. None becomes an empty text."""
    text = "" if value is None else str(value)
    return text if sees_clearly(kind) else mask(text, kind)

"""An export on its way to a person: what was asked for and how it ended stand in the audit record."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest

from backoffice.audit.context import acting, current_context
from backoffice.audit.services import record
from backoffice.security.masking import Kind, mask

from .lines import Lines

_ABOUT_THE_PAGE = {ALL_VAR, ERROR_FLAG, PAGE_VAR}


class Delivery:
    """The parts of a file, watched: whichever way it ends, the audit record says so, and how many rows had been read.

    `make_parts` is called at once; what it raises ends the delivery too.
    """

    def __init__(self, lines: Lines, make_parts: Callable[[Lines], Generator[bytes]], *, export_id: int) -> None:
        self._lines = lines
        self._export_id = export_id
        self._context = current_context()
        self._has_ended = False
        with self._ending_on_error():
            self._parts = make_parts(lines)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with self._ending_on_error():
            part = next(self._parts, None)
        if part is None:
            self._end(is_complete=True)
            raise StopIteration
        return part

    def close(self) -> None:
        """The reader has it all, or went away: the server calls this in either case."""
        self._parts.close()
        self._end(is_complete=False)

    @contextmanager
    def _ending_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._end(is_complete=False)
            raise

    def _end(self, *, is_complete: bool) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        # First let go of the rows: SQLite cannot write beside a reading of its own connection that grew old.
        self._lines.close()
        with acting(self._context):
            record("list.export_ended", export=self._export_id, count=self._lines.count, is_complete=is_complete)


def describe_filter(request: HttpRequest) -> dict[str, list[str]]:
    """What narrows and orders the list, by parameter. What was searched for is masked, and any e-mail address."""
    return {
        name: [_masked(name, value) for value in values]
        for name, values in request.GET.lists()
        if name not in _ABOUT_THE_PAGE and any(values)
    }


def _masked(name: str, value: str) -> str:
    if "@" in value:
        return mask(value, Kind.EMAIL)
    return mask(value, Kind.IDENTIFICATION) if name == SEARCH_VAR else value

"""The head mode: from the newest end until a whole page was here before the list was last read through."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial

from backoffice.cryptopocket.pages import Page, iterate_pages_from_newest
from backoffice.sync.engine.gaps import is_wholly_from_before, read_through_at
from backoffice.sync.engine.session import Session

_Since = Callable[[], datetime | None]


def read_newest(session: Session) -> str:
    """Read each partition from its newest end. Raises CryptoPocketError, LeaseLostError."""
    # Asked for once, and only where a page holds no news: no other run can end while this one holds the list.
    since = cache(partial(read_through_at, session.resource.name))
    for partition in session.resource.partitions():
        _read_partition(session, partition, since)
    return ""


def _read_partition(session: Session, partition: str, since: _Since) -> None:
    newest_first = session.resource.is_newest_first
    fetch = partial(session.resource.list_page, session.client, partition)
    for page in iterate_pages_from_newest(fetch, newest_first=newest_first):
        session.check_before(page)
        session.receive(page, partition)
        tally = session.flush()
        if tally.is_news or not _begins_at_the_newest(page, newest_first=newest_first):
            continue
        # A page without news is not enough: a run that was cut off before has left a gap behind such pages.
        if is_wholly_from_before(session.resource, tally, since()):
            return


def _begins_at_the_newest(page: Page, *, newest_first: bool) -> bool:
    """Whether the pages really come from the newest end: without a last page, an old-first list has no way there."""
    return newest_first or page.last_page is not None

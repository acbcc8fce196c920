"""The head mode: from the newest end until a whole page holds nothing new."""

from functools import partial

from backoffice.cryptopocket.pages import Page, iterate_pages_from_newest
from backoffice.sync.engine.session import Session


def read_newest(session: Session) -> str:
    """Read each partition from its newest end. Raises CryptoPocketError, LeaseLostError."""
    for partition in session.resource.partitions():
        _read_partition(session, partition)
    return ""


def _read_partition(session: Session, partition: str) -> None:
    newest_first = session.resource.is_newest_first
    fetch = partial(session.resource.list_page, session.client, partition)
    for page in iterate_pages_from_newest(fetch, newest_first=newest_first):
        session.check_before(page)
        session.receive(page, partition)
        tally = session.flush()
        if not tally.is_news and _begins_at_the_newest(page, newest_first=newest_first):
            return


def _begins_at_the_newest(page: Page, *, newest_first: bool) -> bool:
    """Whether the pages really come from the newest end: without a last page, an old-first list has no way there."""
    return newest_first or page.last_page is not None

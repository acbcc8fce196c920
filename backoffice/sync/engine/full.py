"""The full mode: every page of every partition, then what went missing."""

from collections.abc import Collection, Iterator
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.cryptopocket.pages import iterate_pages
from backoffice.sync.engine.lease import READ_THROUGH, find_beginning
from backoffice.sync.engine.missing import count_present, mark_missing
from backoffice.sync.engine.quarantining import resolve_unseen
from backoffice.sync.engine.seen import SeenRows
from backoffice.sync.engine.session import Apart, Session
from backoffice.sync.errors import SuddenEmptinessError

MANY = 10
"""From so many known rows on, an empty list is taken for an error."""


def read_everything(session: Session) -> str:
    """Read all, twice if the list moved meanwhile, and mark what is missing.

    Gives the reason why nothing could be marked missing; empty where that was possible.
    Raises CryptoPocketError, LeaseLostError, SuddenEmptinessError.
    """
    partitions = list(session.resource.partitions())
    began = since = find_beginning(session.run).started_at
    doubt = _pass_through(session, partitions)
    if doubt:
        began = timezone.now()
        _begin_again(session)
        doubt = _pass_through(session, partitions, growth_is_fine=session.resource.is_newest_first)
    if _is_suddenly_empty(session):
        raise SuddenEmptinessError(count_present(session.resource))
    if doubt:
        return _("%(doubt)s Nothing was marked as missing; all rows that were read were written.") % {"doubt": doubt}
    mark_missing(session, since=since)
    # What only the first pass took for another item's id, or for bad, the second has proved wrong.
    resolve_unseen(session.resource, since=began)
    return ""


def _pass_through(session: Session, partitions: list[str], *, growth_is_fine: bool = False) -> str:
    bad_before = frozenset(session.memory.open_keys)
    for partition, first_page in _find_remaining(session, partitions):
        _read_partition(session, partition, first_page)
    return _find_doubt(session, growth_is_fine=growth_is_fine, bad_before=bad_before)


def _find_remaining(session: Session, partitions: list[str]) -> Iterator[tuple[str, int]]:
    """The partitions still to be read, with their first page. All of them, if the place to go on is gone."""
    run = session.run
    if run.partition not in partitions:
        yield from ((partition, 1) for partition in partitions)
        return
    reached = partitions.index(run.partition)
    if run.next_page != READ_THROUGH:
        yield run.partition, run.next_page
    yield from ((partition, 1) for partition in partitions[reached + 1 :])


def _read_partition(session: Session, partition: str, first_page: int) -> None:
    run = session.run
    fetch = partial(session.resource.list_page, session.client, partition)
    run.partition = partition
    try:
        for page in iterate_pages(fetch, start=first_page):
            session.check_before(page)
            session.receive(page, partition)
            run.next_page = page.number + 1
            if session.pending.is_due and not page.is_last:
                _flush(session)
    except CryptoPocketError:
        _flush(session)
        raise
    run.next_page = READ_THROUGH
    _flush(session)


def _flush(session: Session) -> None:
    last = session.pending.listings[-1:]
    session.flush()
    session.memory.neighbours = {
        remote_id
        for listing in last
        for item in listing.items
        if isinstance(item, dict) and (remote_id := session.resource.identify(item, listing.partition))
    }


def _begin_again(session: Session) -> None:
    session.seen, session.apart = SeenRows(), Apart()
    session.memory.seen_before, session.memory.neighbours = SeenRows(), ()
    run = session.run
    run.partition, run.next_page, run.seen_rows, run.totals, run.total = "", 1, b"", {}, None
    session.lease.save_progress()


def _find_doubt(session: Session, *, growth_is_fine: bool, bad_before: Collection[str]) -> str:
    """Why this pass cannot say what is missing; empty where it can."""
    totals = [(first, latest) for first, latest in session.run.totals.values() if first is not None]
    if any(latest is None or latest < first for first, latest in totals):
        return _("The list became shorter while it was read.")
    if not growth_is_fine and any(latest > first for first, latest in totals):
        return _("The list became longer while it was read.")
    expected = sum(first for first, _latest in totals)
    shown = _count_shown(session, bad_before)
    if shown < expected:
        text = _("The provider says that there are %(expected)d, and listed only %(shown)d different ones.")
        return text % {"expected": expected, "shown": shown}
    return _("The list is empty.") if _is_suddenly_empty(session) else ""


def _count_shown(session: Session, bad_before: Collection[str]) -> int:
    """How many different items this pass has shown; a bad item that has a row is among the rows.

    An item with another item's id can be that other one, changed while the list was read: it counts only where it was
    there before this pass.
    """
    apart = session.apart
    return len(session.seen) + len(apart.without_row) + len(apart.repeated.intersection(bad_before))


def _is_suddenly_empty(session: Session) -> bool:
    is_empty = not len(session.seen) and not session.apart.without_row
    return is_empty and count_present(session.resource) >= MANY

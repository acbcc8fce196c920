"""Probes one list: where its items stand, their fields, and how it is paged and filtered."""

from collections.abc import Mapping, Sequence
from typing import Any

from backoffice.cryptopocket.dig import ABSENT, dig
from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.describing import describe_fields
from backoffice.cryptopocket.probing.filters import find_dates, find_filters
from backoffice.cryptopocket.probing.layouts import find_item_lists
from backoffice.cryptopocket.probing.matching import match_fields
from backoffice.cryptopocket.probing.paging import probe_pages
from backoffice.cryptopocket.probing.pathfinding import FoundCall, find_call
from backoffice.cryptopocket.probing.session import Item, Located, Session
from backoffice.cryptopocket.probing.vocabulary import probe_dates, probe_words


def probe_list(session: Session, name: str, arguments: Mapping[str, Any] | None = None) -> bool:
    """Probe a list and keep its items under our names; tell whether it was found and holds anything."""
    given = arguments or {}

    def plausible(reply: Reply) -> bool:
        return locate_items(session, session.notebook.endpoint(name), reply) is not None

    call = find_call(session, name, given, plausible=plausible)
    if call is None:
        return False
    located = locate_items(session, call.endpoint, call.reply)
    if located is None or not located.items:
        session.notebook.note(name, "items", "not tried", reason="the list is empty: add something and probe again")
        return False
    _probe_contents(session, name, call, located, given)
    return True


def _probe_contents(
    session: Session, name: str, call: FoundCall, located: Located, arguments: Mapping[str, Any]
) -> None:
    """Probe the items of as large a page as can be had, then the filters."""
    items: Sequence[Item] = located.items
    if call.endpoint.pagination is None:
        _note_place(session, name, located.place)
    else:
        items = probe_pages(session, name, arguments, located) or items
    read_items(session, name, items)
    call = FoundCall(endpoint=session.notebook.endpoint(name), reply=call.reply, extra=call.extra)
    find_filters(session, name, call, arguments, place=located.place)
    find_dates(session, name, call, arguments, place=located.place)


def read_items(session: Session, name: str, items: Sequence[Item]) -> None:
    """Match the fields of items, note them, learn their words and dates, and keep the items under our names."""
    match = match_fields(items, endpoint=session.notebook.endpoint(name), known=session.known())
    describe_fields(session.notebook, name, match, items)
    places = {**match.as_assumed, **match.found}
    session.items[name] = [{field: _value(item, place) for field, place in places.items()} for item in items]
    probe_words(session, name)
    probe_dates(session, name)


def _value(item: Item, place: str) -> Any:
    value = dig(item, place)
    return None if value is ABSENT else value


def locate_items(session: Session, endpoint: Endpoint, reply: Reply) -> Located | None:
    """Return the items of a list: the longest list of objects that have the fields without which they are none.

    An empty list is taken only where no path but the assumed one was tried.
    """
    if not session.succeeded(reply):
        return None
    lists = find_item_lists(reply.document)
    for place, items in lists:
        if items and match_fields(items, endpoint=endpoint, known=session.known()).has(endpoint.required):
            return Located(place=place, items=items)
    empty = [place for place, items in lists if not items]
    if empty and endpoint.path == session.notebook.assumed[endpoint.name].path:
        return Located(place=empty[0], items=[])
    return None


def _note_place(session: Session, name: str, place: str) -> None:
    notebook = session.notebook
    assumed = notebook.assumed[name].object_locations
    if place in assumed:
        notebook.note(name, "place of items", "confirmed", assumed=", ".join(assumed), found=place)
        return
    notebook.note(name, "place of items", "differs", assumed=", ".join(assumed), found=place)
    notebook.change(name, object_locations=(place,))

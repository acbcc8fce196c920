"""Which filters a list heeds: a value that nothing has empties it, or is refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backoffice.cryptopocket.dig import dig, dig_first
from backoffice.cryptopocket.probing.alternatives import PARAMETERS, REQUEST_DATE_FORMATS
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import names_of_validation
from backoffice.cryptopocket.probing.naming import find_name
from backoffice.cryptopocket.probing.parameters import find_parameters, note_parameter
from backoffice.cryptopocket.probing.pathfinding import FoundCall
from backoffice.cryptopocket.probing.session import Session

_FAR_DATES = {"date_from": date(2999, 12, 31), "date_to": date(1971, 1, 1)}


_FILTERED = {"status": "status", "user_id": "customer_id", "external_id": "external_id"}
"""A filter, and the field of the items that it is about."""


def find_filters(session: Session, name: str, call: FoundCall, arguments: Mapping[str, Any], *, place: str) -> None:
    """Find the names of the filters that are no dates.

    A filter is asked for a value that some items have and others do not; where there is none, for one that nothing has.
    """
    others: list[str] = []
    for field in call.endpoint.request:
        if field in arguments or field in _FAR_DATES:
            continue
        value = _choose_value(session, name, field)
        if value is None:
            others.append(field)
        else:
            _find_filter(session, name, call, arguments, field=field, value=value, place=place)

    def signature(reply: Reply) -> int | None:
        return _count(session, reply, place)

    find_parameters(session, name, call, arguments, signature=signature, optional=others)


def _choose_value(session: Session, name: str, field: str) -> str | None:
    """Return the rarest value of the field that a filter is about, None where all items have the same or none."""
    counts = Counter(str(value) for value in session.values(name, _FILTERED.get(field, field)))
    return min(counts, key=lambda value: counts[value]) if len(counts) > 1 else None


def _find_filter(
    session: Session, name: str, call: FoundCall, arguments: Mapping[str, Any], *, field: str, value: str, place: str
) -> None:
    """Note the name under which only items with that value come back."""
    target = session.notebook.endpoint(name).fields[_FILTERED.get(field, field)]

    def works(names: Sequence[str]) -> bool:
        reply = session.ask(call.endpoint, arguments, extra=dict.fromkeys(names, value))
        items = dig(reply.document, place) if session.succeeded(reply) else None
        return isinstance(items, list) and bool(items) and all(str(dig_first(item, target)) == value for item in items)

    assumed = session.notebook.assumed[name].request[field]
    note_parameter(session, name, field, found=find_name(assumed, PARAMETERS.get(field, ()), works))


def _count(session: Session, reply: Reply, place: str) -> int | None:
    items = dig(reply.document, place) if session.succeeded(reply) else None
    return len(items) if isinstance(items, list) else None


def find_dates(session: Session, name: str, call: FoundCall, arguments: Mapping[str, Any], *, place: str) -> None:
    """Find the names of the filters by date, and how dates are written in them."""
    for field, day in _FAR_DATES.items():
        if field in call.endpoint.request:
            _find_date(session, name, call, arguments, field=field, day=day, place=place)


def _find_date(
    session: Session, name: str, call: FoundCall, arguments: Mapping[str, Any], *, field: str, day: date, place: str
) -> None:
    """Try each way of writing a date under all likely names: one that is heeded leaves nothing in the list."""
    assumed = session.notebook.assumed[name].request[field]
    current = session.notebook.endpoint(name).date_format
    for form in dict.fromkeys((current, *REQUEST_DATE_FORMATS)):

        def works(names: Sequence[str], form: str = form) -> bool:
            reply = session.ask(call.endpoint, arguments, extra=dict.fromkeys(names, day.strftime(form)))
            return _count(session, reply, place) == 0 and not names_of_validation(reply)

        found = find_name(assumed, PARAMETERS[field], works)
        if found is not None:
            note_parameter(session, name, field, found=found)
            _note_date_format(session, name, form, assumed=current)
            return
    note_parameter(session, name, field, found=None)


def _note_date_format(session: Session, name: str, form: str, *, assumed: str) -> None:
    if form != assumed:
        session.notebook.compare(name, "dates sent", assumed=assumed, found=form)
        session.notebook.change(name, date_format=form)

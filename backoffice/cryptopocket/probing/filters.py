"""Which filters a list heeds: a value that nothing has empties it, or is refused."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.probing.alternatives import PARAMETERS, REQUEST_DATE_FORMATS
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import names_of_validation
from backoffice.cryptopocket.probing.naming import find_name
from backoffice.cryptopocket.probing.parameters import find_parameters, note_parameter
from backoffice.cryptopocket.probing.pathfinding import FoundCall
from backoffice.cryptopocket.probing.session import Session

_FAR_DATES = {"date_from": date(2999, 12, 31), "date_to": date(1971, 1, 1)}


def find_filters(session: Session, name: str, call: FoundCall, arguments: Mapping[str, Any], *, place: str) -> None:
    """Find the names of the filters that are no dates."""
    fields = [field for field in call.endpoint.request if field not in arguments and field not in _FAR_DATES]

    def signature(reply: Reply) -> int | None:
        return _count(session, reply, place)

    find_parameters(session, name, call, arguments, signature=signature, optional=fields)


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
    current = getattr(session.notebook.endpoint(name), "date_format", "%Y-%m-%d")
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

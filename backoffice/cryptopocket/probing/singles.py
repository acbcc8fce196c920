"""Probes the calls that answer one object: where it stands, its fields, and what they are asked with."""

from collections.abc import Mapping, Sequence
from typing import Any

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.layouts import find_objects
from backoffice.cryptopocket.probing.listing import read_items
from backoffice.cryptopocket.probing.matching import match_fields
from backoffice.cryptopocket.probing.parameters import find_parameters
from backoffice.cryptopocket.probing.pathfinding import find_call
from backoffice.cryptopocket.probing.session import Item, Session


def probe_single(session: Session, name: str, many: Sequence[Mapping[str, Any]]) -> bool:
    """Probe a call that answers one object, asked for each of several arguments; tell whether it was found."""
    if not many:
        session.notebook.note(name, "path", "not tried", reason="there is nothing to ask for: the lists are empty")
        return False
    arguments = many[0]

    def plausible(reply: Reply) -> bool:
        return locate_object(session, session.notebook.endpoint(name), reply, arguments) is not None

    call = find_call(session, name, arguments, plausible=plausible)
    if call is None:
        return False
    place = locate_object(session, call.endpoint, call.reply, arguments) or ""
    _note_place(session, name, place)
    first = dig(call.reply.document, place)

    def signature(reply: Reply) -> Any:
        found = dig(reply.document, place) if session.succeeded(reply) else None
        return _summarise(session, call.endpoint, found) if isinstance(found, Mapping) else None

    find_parameters(session, name, call, arguments, signature=signature)
    more = [_read(session, name, other, place) for other in many[1:]]
    read_items(session, name, [first, *(item for item in more if item is not None)])
    return True


def _summarise(session: Session, endpoint: Endpoint, item: Item) -> str | None:
    """Return the value of the first required field: the amount of a quote, the id of an object."""
    match = match_fields([item], endpoint=endpoint, known=session.known())
    name = match.name_of(endpoint.required[0]) if endpoint.required else None
    if name is None:
        return None
    return str(dig(item, name)) if endpoint.required[0] in {"amount", "price"} else f"#{dig(item, name)}"


def _read(session: Session, name: str, arguments: Mapping[str, Any], place: str) -> Item | None:
    reply = session.ask(session.notebook.endpoint(name), arguments)
    found = dig(reply.document, place) if session.succeeded(reply) else None
    return found if isinstance(found, Mapping) else None


def locate_object(session: Session, endpoint: Endpoint, reply: Reply, arguments: Mapping[str, Any]) -> str | None:
    """Return the place of the object that has the required fields and is the one asked for; None where none is."""
    if not session.succeeded(reply):
        return None
    objects = dict(find_objects(reply.document))
    fitting = [place for place in objects if _fits(session, endpoint, objects[place], arguments)]
    if not fitting:
        return None
    return max(fitting, key=lambda place: _rank(session, endpoint, objects[place], place))


def _rank(session: Session, endpoint: Endpoint, item: Item, place: str) -> tuple[int, int, bool]:
    """Most fields first; of those, the object that has them closest; then one of the assumed places."""
    match = match_fields([item], endpoint=endpoint, known=session.known())
    names = [*match.as_assumed.values(), *match.found.values()]
    return len(names), -sum(name.count(".") for name in names), place in endpoint.object_locations


def _fits(session: Session, endpoint: Endpoint, item: Item, arguments: Mapping[str, Any]) -> bool:
    match = match_fields([item], endpoint=endpoint, known=session.known())
    if not match.has(endpoint.required):
        return False
    for field, argument in endpoint.echo.items():
        name = match.name_of(field)
        if name is None or argument not in arguments:
            continue
        if str(dig(item, name)).casefold() != str(arguments[argument]).casefold():
            return False
    return True


def _note_place(session: Session, name: str, place: str) -> None:
    notebook = session.notebook
    assumed = notebook.assumed[name].object_locations
    shown = [spot or "top level" for spot in assumed]
    if place in assumed:
        notebook.note(name, "place of the object", "confirmed", assumed=", ".join(shown), found=place or "top level")
        return
    notebook.note(name, "place of the object", "differs", assumed=", ".join(shown), found=place or "top level")
    notebook.change(name, object_locations=(place,))

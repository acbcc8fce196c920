"""Finds the path of a call: the one assumed, else one of the alternatives, with all likely parameter names at once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.probing.alternatives import PARAMETERS, PATHS
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import path_exists
from backoffice.cryptopocket.probing.session import Session

Plausible = Callable[[Reply], bool]
"""Whether an answer looks like the answer to this call."""


class FoundCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that answers: how it was asked, and the answer.

    extra: parameters that were sent under every likely name, empty where the assumed names were heeded.
    """

    endpoint: Endpoint
    reply: Reply
    extra: dict[str, str]


def find_call(session: Session, name: str, arguments: Mapping[str, Any], *, plausible: Plausible) -> FoundCall | None:
    """Return the call as it answers, and note its path; None where no path gave a plausible answer."""
    refused = ""
    for endpoint, extra in _variants(session, name, arguments):
        reply = session.ask(endpoint, arguments, extra=extra)
        if plausible(reply):
            _note_path(session, name, endpoint)
            _note_status_word(session, name, reply)
            return FoundCall(endpoint=session.notebook.endpoint(name), reply=reply, extra=extra)
        if not refused and path_exists(reply, session.notebook.catalogue.conventions):
            refused = endpoint.path
    _note_missing(session, name, refused)
    return None


def _variants(session: Session, name: str, arguments: Mapping[str, Any]) -> Iterator[tuple[Endpoint, dict[str, str]]]:
    assumed = session.notebook.endpoint(name)
    everything = all_names(assumed, arguments)
    yield assumed, {}
    if everything:
        yield assumed, everything
    for path in PATHS.get(name, ()):
        if path != assumed.path and session.used_paths.get(path, name) == name:
            changed = msgspec.structs.replace(assumed, path=path)
            if all(field in arguments for field in changed.path_fields):
                yield changed, everything


def all_names(endpoint: Endpoint, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Return every argument under each of its likely names; a name that two share goes to the first."""
    names: dict[str, str] = {}
    for field, value in arguments.items():
        for name in PARAMETERS.get(field, (field,)):
            if value is not None:
                names.setdefault(name, str(value))
    for field, value in arguments.items():
        assumed = endpoint.request.get(field, field)
        if value is not None and field not in endpoint.path_fields:
            names[assumed] = str(value)
    return names


def _note_path(session: Session, name: str, endpoint: Endpoint) -> None:
    notebook = session.notebook
    notebook.compare(name, "path", assumed=notebook.assumed[name].path, found=endpoint.path)
    notebook.change(name, path=endpoint.path, path_provenance="confirmed")
    session.used_paths[endpoint.path] = name


def _note_status_word(session: Session, name: str, reply: Reply) -> None:
    """Where a success comes without a status word, believe that it may be missing."""
    notebook = session.notebook
    if "status" in reply.document or notebook.endpoint(name).status_may_be_missing:
        return
    notebook.note(name, "status word", "differs", assumed="always there", found="missing from a success")
    notebook.change(name, status_may_be_missing=True)


def _note_missing(session: Session, name: str, refused: str) -> None:
    assumed = session.notebook.assumed[name].path
    if refused:
        reason = f"{refused} answers, but refuses what was asked or shows something else"
        session.notebook.note(name, "path", "ambiguous", assumed=assumed, found=refused, reason=reason)
        return
    tried = len(PATHS.get(name, ())) + 1
    session.notebook.note(name, "path", "not found", assumed=assumed, reason=f"no answer under {tried} paths")

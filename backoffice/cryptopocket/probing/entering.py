"""Fetches the token: where it stands in the answer, how long it lives, and which header carries it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.probing.alternatives import LIFETIME_NAMES, TOKEN_NAMES
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import find_code
from backoffice.cryptopocket.probing.matching import normalise, read_columns
from backoffice.cryptopocket.probing.session import Session

_TOKEN = re.compile(r"[!-~]{16,4096}", re.ASCII)


class NoEntryError(Exception):
    """No token could be had, or the provider does not take it; the text says why and what to do."""


def enter(session: Session, *, api_key: str, api_secret: str) -> None:
    """Fetch a token and keep it for the session. Raises NoEntryError, NotSent, OutcomeUnknown."""
    endpoint = session.notebook.endpoint("authenticate")
    reply = session.ask(endpoint, {"api_key": api_key, "api_secret": api_secret})
    if not session.succeeded(reply):
        raise NoEntryError(_explain(session, reply))
    place = _find_token(session, reply.document)
    if not place:
        raise NoEntryError("The provider gave no token: its answer holds no text that could be one.")
    session.asker.token = str(dig(reply.document, place))
    session.notebook.note("authenticate", "path", "confirmed", assumed=endpoint.path, found=endpoint.path)
    session.notebook.change("authenticate", path_provenance="confirmed", answer_provenance="confirmed")
    _note_token(session, place)
    _note_lifetime(session, reply.document)


def _explain(session: Session, reply: Reply) -> str:
    code, _ = find_code(reply, session.notebook.catalogue.conventions)
    if code in session.notebook.catalogue.conventions.authorisation_codes or reply.http_status == 401:
        return (
            "The provider refuses to give a token. Check the API key and the secret, and that this machine's "
            "address is on the integration's IP list."
        )
    if reply.problem:
        return (
            f"The provider's answer to POST /authenticate cannot be read: {reply.problem} (HTTP {reply.http_status})."
        )
    if reply.http_status in {404, 405}:
        return (
            f"There is no POST /authenticate at this address (HTTP {reply.http_status}): does the base URL end in /api?"
        )
    told = f" with {code}" if code else ""
    return f"The provider refuses to give a token{told} (HTTP {reply.http_status})."


def _find_token(session: Session, document: Any) -> str:
    """Return the place of the token: one of those assumed, else one under a likely name, else the only one."""
    for place in session.notebook.catalogue.conventions.token_locations:
        if _is_token(dig(document, place)):
            return place
    texts = {place: column[0] for place, column in read_columns([document]).items() if _is_token(column[0])}
    names = [normalise(name) for name in TOKEN_NAMES]
    named = [place for place in texts if normalise(place.rpartition(".")[2]) in names]
    if named:
        return min(named, key=lambda place: names.index(normalise(place.rpartition(".")[2])))
    return next(iter(texts)) if len(texts) == 1 else ""


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _note_token(session: Session, place: str) -> None:
    notebook = session.notebook
    assumed = notebook.assumed.conventions.token_locations
    verdict = "confirmed" if place in assumed else "differs"
    notebook.note("authenticate", "place of the token", verdict, assumed=", ".join(assumed), found=place)  # type: ignore[arg-type]  # one of two verdicts
    if place not in assumed:
        notebook.change_conventions(token_locations=(place,))


def _note_lifetime(session: Session, document: Mapping[str, Any]) -> None:
    notebook = session.notebook
    assumed = notebook.assumed.conventions.token_lifetime_locations
    place = next((place for place in assumed if _is_seconds(dig(document, place))), "")
    names = {normalise(name) for name in LIFETIME_NAMES}
    columns = read_columns([document])
    place = place or next(
        (name for name in columns if normalise(name.rpartition(".")[2]) in names and _is_seconds(columns[name][0])), ""
    )
    if not place:
        shown = f"{notebook.catalogue.conventions.token_lifetime_seconds} s"
        notebook.note(
            "authenticate", "token lifetime", "not tried", assumed=shown, reason="the answer does not tell it"
        )
        return
    notebook.note(
        "authenticate",
        "token lifetime",
        "confirmed" if place in assumed else "differs",
        assumed=", ".join(assumed),
        found=f"{place} ({dig(document, place)} s)",
    )
    if place not in assumed:
        notebook.change_conventions(token_lifetime_locations=(place,))


def _is_seconds(value: Any) -> bool:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9:
        return int(value) > 0
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 < value < 10**8

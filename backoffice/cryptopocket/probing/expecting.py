"""A refusal that a person has provoked on purpose: what the provider calls it, and where it puts what comes with it."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from backoffice.cryptopocket.dig import dig_first
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.meanings import find_other_meaning, read_refusal

Values = dict[tuple[str, ...], Any]
"""Path of tables and key in an override file -> the value to set there."""

_LINK = re.compile(r"https?://\S+", re.ASCII)


class NotExpectedError(Exception):
    """Something else came than the refusal that was expected, so nothing is learned; the text says what."""


def learn_refusal(
    reply: Reply, catalogue: Catalogue, endpoint: Endpoint, *, expected: str, known_codes: Collection[str]
) -> Values:
    """Return what to set, so that this refusal is read as the code `expected` of the contract.

    Raises NotExpectedError for anything but a refusal with a code that is not known to mean something else.
    """
    code = _read_code(reply, catalogue, expected=expected, known_codes=known_codes)
    values: Values = {}
    if code != expected and expected in endpoint.not_found_codes:
        known = list(dict.fromkeys((*endpoint.not_found_codes, code)))
        values["endpoints", endpoint.name, "not_found_codes"] = known
    elif code != expected:
        values["conventions", "error_codes", code] = expected
    place = _find_data(reply, catalogue)
    if place:
        known_places = catalogue.conventions.refusal_data_locations
        values["conventions", "refusal_data_locations"] = [*known_places, place]
    return values


def _read_code(reply: Reply, catalogue: Catalogue, *, expected: str, known_codes: Collection[str]) -> str:
    refusal = read_refusal(reply, catalogue)
    if refusal.problem:
        raise NotExpectedError(refusal.problem)
    if refusal.http_status == 401:
        raise NotExpectedError(f"{refusal.code} came with HTTP 401: the token was refused, and not the call")
    if other := find_other_meaning(refusal.code, expected, catalogue, known_codes):
        raise NotExpectedError(f"{refusal.code} came, which is known to mean something else: {other}")
    return refusal.code


def _find_data(reply: Reply, catalogue: Catalogue) -> str:
    """Return the place of an object or a link that came with the refusal, where nobody would look for it."""
    document = reply.document
    conventions = catalogue.conventions
    if not isinstance(document, Mapping) or dig_first(document, conventions.refusal_data_locations) is not None:
        return ""
    known = {place.partition(".")[0] for place in conventions.code_locations}
    places = [str(name) for name, value in document.items() if name not in known and _is_data(value)]
    return places[0] if len(places) == 1 else ""


def _is_data(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, str) and _LINK.fullmatch(value) is not None)

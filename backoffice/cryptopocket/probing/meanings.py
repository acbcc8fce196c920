"""Codes of refusals: what an answer says no with, and what its code is known to mean.

A code that is wrongly believed to mean "does not exist" would have objects marked missing that are there.
"""

from collections.abc import Collection

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import find_code, find_text_place, names_of_validation, succeeded

AUTHORISATION = "a token is refused"
"""What the codes of `authorisation_codes` mean; no code of the contract is called so."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer refuses with. code: "" where it is none; then `problem` says what came in its place.

    places: where the code and its text stand.
    """

    code: str = ""
    places: tuple[str, ...] = ()
    problem: str = ""
    http_status: int = 200


def read_refusal(reply: Reply, catalogue: Catalogue) -> Refusal:
    """Return the code of a refusal. A provider that broke off refuses nothing, whatever its answer says."""
    conventions = catalogue.conventions
    if reply.http_status >= 500:
        return Refusal(problem=f"the provider broke off with HTTP {reply.http_status}")
    if reply.problem:
        return Refusal(problem=f"an answer that cannot be read came (HTTP {reply.http_status}): {reply.problem}")
    if succeeded(reply, conventions):
        return Refusal(problem="a success came")
    if names := names_of_validation(reply):
        return Refusal(problem=f"a validation came, of {', '.join(names)}")
    code, place = find_code(reply, conventions)
    if not code:
        return Refusal(problem=f"a refusal without a code came (HTTP {reply.http_status})")
    places = tuple(filter(None, (place, find_text_place(reply, place))))
    return Refusal(code=code, places=places, http_status=reply.http_status)


def find_other_meaning(code: str, expected: str, catalogue: Catalogue, known_codes: Collection[str]) -> str:
    """Return what a code is known to mean that is not what was expected; "" where nothing speaks against it."""
    conventions = catalogue.conventions
    if code == expected:
        return ""
    if code in conventions.authorisation_codes:
        return "" if expected == AUTHORISATION else AUTHORISATION
    if code in conventions.error_codes:
        return "" if conventions.error_codes[code] == expected else conventions.error_codes[code]
    if code in known_codes:
        return code
    calls = [call for call in catalogue.endpoints.values() if code in call.not_found_codes]
    other = next((call for call in calls if expected not in call.not_found_codes), None)
    return f"what is asked for with {other.name} does not exist" if other else ""

"""Sends one call that writes, on a person's word, and compares the answer with the contract."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.envelope import decode_body
from backoffice.cryptopocket.outgoing import build_request
from backoffice.cryptopocket.probing.alternatives import PARAMETERS
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import find_code, names_of_validation, succeeded
from backoffice.cryptopocket.probing.layouts import find_objects
from backoffice.cryptopocket.probing.matching import Match, match_fields, normalise
from backoffice.cryptopocket.redaction import redact
from backoffice.cryptopocket.transport import Transport

MAYBE_DONE = "It was sent and may have been done: look before doing it again."


class UnknownCallError(Exception):
    """No call that writes has that name."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call that was tried. lines: what to tell; answer: without secrets and personal data."""

    reply: Reply
    lines: tuple[str, ...]
    answer: Any
    accepted: bool


def find_writing_call(catalogue: Catalogue, name: str) -> Endpoint:
    """Return a call by our name or by the documentation's way of writing it. Raises UnknownCallError."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("-", "_").casefold()
    endpoint = catalogue.endpoints.get(plain)
    if endpoint is None or endpoint.only_reads or plain == "authenticate":
        raise UnknownCallError(name)
    return endpoint


def writing_calls(catalogue: Catalogue) -> list[str]:
    """Return the names of the calls that can be tried."""
    return [name for name, call in catalogue.endpoints.items() if not call.only_reads and name != "authenticate"]


def send_call(
    transport: Transport, endpoint: Endpoint, arguments: Mapping[str, Any], *, base_url: str, token: str
) -> Reply:
    """Send the call once.

    Raises InvalidRequest, NotSent (nothing was done), OutcomeUnknown (it may have been done).
    """
    request = msgspec.structs.replace(build_request(endpoint, arguments, base_url=base_url), token=token)
    answer = transport.send(request)
    document, problem = decode_body(answer.body)
    return Reply(
        call=endpoint.name, request=request, http_status=answer.http_status, document=document, problem=problem
    )


def judge(reply: Reply, catalogue: Catalogue, endpoint: Endpoint) -> Trial:
    """Return what the answer says of the contract."""
    names = names_of_validation(reply)
    renamed, unmatched = match_names(names, endpoint)
    accepted = succeeded(reply, catalogue.conventions)
    lines = [f"HTTP {reply.http_status}"]
    if not _is_clear(reply):
        lines += _describe_riddle(reply, catalogue)
    elif accepted:
        lines += _describe_success(reply, endpoint)
    else:
        lines += _describe_refusal(reply, catalogue, names)
    lines += [f"{field} is called {theirs} (assumed {endpoint.request[field]})" for field, theirs in renamed.items()]
    lines += [f"nobody knows what {theirs} is: decide which of our fields it means" for theirs in unmatched]
    answer = None if reply.problem else redact(reply.document)
    return Trial(reply=reply, lines=tuple(lines), answer=answer, accepted=accepted)


def _is_clear(reply: Reply) -> bool:
    """Whether the answer says whether it was done; what breaks off may have done the work first, whatever it says."""
    return isinstance(reply.document, Mapping) and not 300 <= reply.http_status < 400 and reply.http_status < 500


def _describe_riddle(reply: Reply, catalogue: Catalogue) -> list[str]:
    if reply.problem:
        return [f"The answer cannot be read: {reply.problem}{'' if reply.problem.endswith('?') else '.'}", MAYBE_DONE]
    if reply.http_status < 500:
        return ["The answer says neither yes nor no.", MAYBE_DONE]
    code, place = find_code(reply, catalogue.conventions)
    return [f"The provider broke off{f' with {code} (at {place})' if code else ''}.", MAYBE_DONE]


def _describe_success(reply: Reply, endpoint: Endpoint) -> list[str]:
    place, match = _best_object(reply, endpoint)
    missing = [field for field in endpoint.required if match is None or match.name_of(field) is None]
    if missing:
        return [f"differs: the answer says success, and {', '.join(missing)} cannot be found in it"]
    found = [f"{field} is called {name}" for field, name in (match.found if match else {}).items()]
    shown = (
        f"confirmed: the answer holds {', '.join(match.as_assumed) or 'no fields'} at {place or 'top level'}"
        if match
        else ""
    )
    return [shown or "confirmed: the answer says success, and holds no object", *found]


def _best_object(reply: Reply, endpoint: Endpoint) -> tuple[str, Match | None]:
    """Return the object with the most fields, those at the assumed places first."""
    objects = dict(find_objects(reply.document))
    ordered = [place for place in endpoint.object_locations if place in objects] or list(objects)
    matches = [(place, match_fields([objects[place]], endpoint=endpoint)) for place in ordered]
    if not matches:
        return "", None
    return max(matches, key=lambda pair: len(pair[1].as_assumed))


def _describe_refusal(reply: Reply, catalogue: Catalogue, names: tuple[str, ...]) -> list[str]:
    if names:
        return [f"validation: the provider requires {', '.join(names)}. Nothing was done."]
    code, place = find_code(reply, catalogue.conventions)
    if code:
        return [f"refused with {code} (at {place}). Nothing was done."]
    if reply.http_status in {404, 405}:
        return ["there is no such call at this path. Nothing was done."]
    word = str(reply.document.get("status", "")).strip().casefold()
    is_refusal = reply.http_status >= 400 or word in catalogue.conventions.failure_words
    return [f"refused without a code. {'Nothing was done.' if is_refusal else MAYBE_DONE}"]


def match_names(names: tuple[str, ...], endpoint: Endpoint) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return which required names mean which of our fields, where they are others than assumed, and the rest.

    Of all ways of giving each name a field of its own the one is taken that leaves the fewest names over, and of
    those the likeliest.
    """
    known = set(endpoint.request.values())
    free = [field for field, name in endpoint.request.items() if name not in names]
    wanted = [name for name in names if name not in known]
    best = _assign(wanted, {name: _rank_fields(name, free) for name in wanted})
    return {field: name for name, field in best.items()}, tuple(name for name in wanted if name not in best)


def _assign(names: list[str], ranks: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return name -> field, each field once: as many names as can be, then the least sum of ranks."""
    if not names:
        return {}
    name, *others = names
    choices = [_assign(others, ranks)]
    for field in ranks[name]:
        rest = {other: {its: rank for its, rank in ranks[other].items() if its != field} for other in others}
        choices.append({name: field, **_assign(others, rest)})
    return min(choices, key=lambda chosen: (-len(chosen), sum(ranks[its][field] for its, field in chosen.items())))


def _rank_fields(theirs: str, fields: list[str]) -> dict[str, int]:
    """Return the fields that a name can mean, the likelier the lower: by the whole name, else by its last part."""
    ranks: dict[str, int] = {}
    for field in fields:
        synonyms = [normalise(name) for name in PARAMETERS.get(field, (field,))]
        for lost, wanted in ((0, normalise(theirs)), (50, normalise(theirs.rpartition(".")[2]))):
            if wanted in synonyms:
                ranks.setdefault(field, synonyms.index(wanted) + lost)
    return ranks


def learn_success(reply: Reply, endpoint: Endpoint) -> dict[tuple[str, ...], Any]:
    """Return what to set in the override file, so that this answer is read where it stands."""
    objects = dict(find_objects(reply.document))
    matches = {place: match_fields([item], endpoint=endpoint) for place, item in objects.items()}
    if not matches:
        return {}
    place = max(matches, key=lambda one: (len(matches[one].as_assumed) + len(matches[one].found), -len(one)))
    table = ("endpoints", endpoint.name)
    values: dict[tuple[str, ...], Any] = {
        (*table, "fields", field): [name, *endpoint.fields[field]] for field, name in matches[place].found.items()
    }
    if place not in endpoint.object_locations:
        values[*table, "object_locations"] = [place, *endpoint.object_locations]
    if matches[place].has(endpoint.required):
        values[*table, "answer_provenance"] = "confirmed"
    return values

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


class UnknownCallError(Exception):
    """No call that writes has that name."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a call that was tried.

    lines: what to tell a person. answer: the body without secrets and personal data. request: logical field -> name on
    the wire, where it is not the one assumed. unmatched: names that the provider requires and nobody knows. settled:
    whether every name that it requires is known now.
    """

    lines: tuple[str, ...]
    answer: Any
    accepted: bool
    request: dict[str, str]
    unmatched: tuple[str, ...]
    settled: bool


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


def send_trial(
    transport: Transport,
    catalogue: Catalogue,
    endpoint: Endpoint,
    arguments: Mapping[str, Any],
    *,
    base_url: str,
    token: str,
) -> Trial:
    """Send the call once and judge the answer.

    Raises InvalidRequest, NotSent (nothing was done), OutcomeUnknown (it may have been done).
    """
    request = msgspec.structs.replace(build_request(endpoint, arguments, base_url=base_url), token=token)
    answer = transport.send(request)
    document, problem = decode_body(answer.body)
    reply = Reply(
        call=endpoint.name, request=request, http_status=answer.http_status, document=document, problem=problem
    )
    return judge(reply, catalogue, endpoint)


def judge(reply: Reply, catalogue: Catalogue, endpoint: Endpoint) -> Trial:
    """Return what the answer says of the contract."""
    names = names_of_validation(reply)
    renamed, unmatched = match_names(names, endpoint)
    accepted = succeeded(reply, catalogue.conventions)
    lines = [f"HTTP {reply.http_status}"]
    if reply.problem:
        lines.append(f"The answer cannot be read: {reply.problem}.")
    elif accepted:
        lines += _describe_success(reply, endpoint)
    else:
        lines += _describe_refusal(reply, catalogue, names)
    lines += [f"{field} is called {theirs} (assumed {endpoint.request[field]})" for field, theirs in renamed.items()]
    lines += [f"nobody knows what {theirs} is: decide which of our fields it means" for theirs in unmatched]
    return Trial(
        lines=tuple(lines),
        answer=redact(reply.document) if not reply.problem else None,
        accepted=accepted,
        request=renamed,
        unmatched=unmatched,
        settled=bool(names) and not unmatched,
    )


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
    return ["refused without a code"]


def match_names(names: tuple[str, ...], endpoint: Endpoint) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return which required names mean which of our fields, where they are others than assumed, and the rest."""
    known = set(endpoint.request.values())
    free = [field for field, name in endpoint.request.items() if name not in names]
    renamed: dict[str, str] = {}
    unmatched: list[str] = []
    for theirs in names:
        if theirs in known:
            continue
        field = _find_field(theirs, [field for field in free if field not in renamed])
        if field is None:
            unmatched.append(theirs)
        else:
            renamed[field] = theirs
    return renamed, tuple(unmatched)


def _find_field(theirs: str, fields: list[str]) -> str | None:
    plain, last = normalise(theirs), normalise(theirs.rpartition(".")[2])
    for wanted in (plain, last):
        ranks = {
            field: synonyms.index(wanted)
            for field in fields
            if wanted in (synonyms := [normalise(name) for name in PARAMETERS.get(field, (field,))])
        }
        if ranks:
            return min(ranks, key=lambda field: ranks[field])
    return None

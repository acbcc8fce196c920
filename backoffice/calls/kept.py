"""What of a request and of an answer is kept: the shape, and the values that are no secret and nobody's data.

Everything that comes in may be hostile or huge, so the walk has limits: in depth, in values, in the length of a text.
Names are read as the catalogue means them: where a provider calls the e-mail address `correo`, the catalogue knows.
"""

import functools
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from backoffice.cryptopocket.envelope import decode_body
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.cryptopocket.redaction import HIDDEN, is_personal, is_secret, mask, redact_single, redact_text

MOST_BYTES = 16 * 1024
MOST_VALUES = 400
DEEPEST = 8
FIRST_TEXTS = 5
LONGEST_KEY = 80
SHORTEST_KNOWN = 4
"""A shorter value is not looked for in texts: it would be found in words that have nothing to do with it."""

CUT = "[cut]"
_JSON_WORDS = ((bool, "true or false"), (str, "text"), (Mapping, "object"), (list, "list"))


def kept_of(call: ObservedCall) -> tuple[Any, Any]:
    """What is kept of the request and of the answer, as JSON data; None for an answer that did not come."""
    walk = _Walk(_meanings(call))
    request = walk.keep(_request_of(call))
    if call.answer is None:
        return _bounded(request), None
    # An answer to this call can be nothing but the token itself, under any name.
    only_shape = call.request.endpoint.name == "authenticate"
    answer = walk.keep(_answer_of(call), only_shape=only_shape)
    secrets = (call.request.token, settings.CRYPTOPOCKET_API_KEY, settings.CRYPTOPOCKET_API_SECRET)
    known = {**walk.known, **{secret: HIDDEN for secret in secrets if secret}}
    return _bounded(_without(request, known)), _bounded(_without(answer, known))


def _meanings(call: ObservedCall) -> dict[str, set[str]]:
    """The logical names of each name on the wire, request and answer."""
    meanings: dict[str, set[str]] = {}
    endpoint = call.request.endpoint
    written = [*((name, [wire]) for name, wire in endpoint.request.items()), *endpoint.fields.items()]
    for logical, names in written:
        for wire in names:
            # Of a dotted path the last part is the name that is met on the walk.
            meanings.setdefault(wire.rpartition(".")[2], set()).add(logical)
    return meanings


def _request_of(call: ObservedCall) -> dict[str, Any]:
    """What was sent, by logical name: what it is called on the wire stands in the catalogue."""
    endpoint = call.request.endpoint
    return {"method": endpoint.method, "path": endpoint.path, "sent": call.request.given}


def _answer_of(call: ObservedCall) -> Any:
    """The decoded body; of one that is no JSON only its size, since nothing in it says what is personal."""
    if call.document is not None or call.answer is None:
        return call.document
    document, problem = decode_body(call.answer.body)
    return {"no JSON": f"{problem} ({len(call.answer.body)} bytes)"} if problem else document


class _Walk:
    """One walk through what was sent and what came back; `known`: the values that it kept back, and their masks."""

    def __init__(self, meanings: Mapping[str, set[str]]) -> None:
        self.known: dict[str, str] = {}
        self._meanings = meanings
        self._left = MOST_VALUES

    def keep(self, data: Any, *, only_shape: bool = False) -> Any:
        """What may be kept of some data."""
        self._left = MOST_VALUES
        return self._shape(data, depth=0) if only_shape else self._keep(data, name="", depth=0)

    def _keep(self, value: Any, *, name: str, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return CUT
        if isinstance(value, Mapping):
            return HIDDEN if self._hides(name) else self._keep_object(value, name=name, depth=depth)
        if isinstance(value, list):
            return HIDDEN if self._hides(name) else self._keep_list(value, name=name, depth=depth)
        return self._keep_single(value, name)

    def _keep_object(self, value: Mapping[str, Any], *, name: str, depth: int) -> dict[str, Any]:
        """Inside of something personal (an address in parts) everything is personal."""
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            if self._left <= 0:
                kept[CUT] = f"{len(value)} names"
                break
            meant = name if self._masks(name) and not self._hides(key) else key
            kept[_kept_key(key)] = self._keep(inner, name=meant, depth=depth + 1)
        return kept

    def _keep_list(self, items: list[Any], *, name: str, depth: int) -> list[Any]:
        """Of objects the shape of the first, so that a page of customers leaves nobody's data; the first few texts."""
        if items and isinstance(items[0], Mapping | list):
            kept, shown = [self._shape(items[0], depth=depth + 1)], 1
        else:
            kept, shown = [self._keep(item, name=name, depth=depth + 1) for item in items[:FIRST_TEXTS]], FIRST_TEXTS
        return [*kept, f"[and {len(items) - shown} more]"] if len(items) > shown else kept

    def _keep_single(self, value: Any, name: str) -> Any:
        if value is None or isinstance(value, bool):
            return value
        text = str(value)
        if self._hides(name):
            self.known[text.strip()] = HIDDEN
            return HIDDEN
        if self._masks(name):
            self.known[text.strip()] = mask(text.strip())
            return mask(text)
        kept = redact_single(value, name=name)
        return kept if isinstance(kept, str | int) else str(kept)

    def _shape(self, value: Any, *, depth: int) -> Any:
        """Names and types, no values."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return CUT
        if isinstance(value, Mapping):
            names = list(value.items())[: max(self._left, 0)]
            return {_kept_key(key): self._shape(inner, depth=depth + 1) for key, inner in names}
        if isinstance(value, list):
            return [self._shape(value[0], depth=depth + 1)] if value else []
        if value is None:
            return "null"
        return next((word for kind, word in _JSON_WORDS if isinstance(value, kind)), "number")

    def _hides(self, name: str) -> bool:
        return any(is_secret(meant) for meant in (name, *self._meanings.get(name, ())))

    def _masks(self, name: str) -> bool:
        return any(is_personal(meant) for meant in (name, *self._meanings.get(name, ())))


def _kept_key(key: str) -> str:
    """A key without what is personal in it; those of usual length are the same few again and again."""
    return _usual_key(key) if len(key) <= LONGEST_KEY else redact_text(key)[:LONGEST_KEY]


@functools.lru_cache(maxsize=2048)
def _usual_key(key: str) -> str:
    return redact_text(key)


def _without(data: Any, known: Mapping[str, str]) -> Any:
    """The data with each known value masked wherever a text repeats it: a refusal likes to repeat what was sent."""
    values = sorted((value for value in known if len(value) >= SHORTEST_KNOWN), key=len, reverse=True)
    return _replace(data, [(value, known[value]) for value in values])


def _replace(data: Any, values: list[tuple[str, str]]) -> Any:
    if isinstance(data, str):
        for value, masked in values:
            data = data.replace(value, masked)
        return data
    if isinstance(data, dict):
        return {_replace(key, values): _replace(inner, values) for key, inner in data.items()}
    if isinstance(data, list):
        return [_replace(inner, values) for inner in data]
    if isinstance(data, int) and not isinstance(data, bool):
        # Part of a number says nothing: an amount is not masked because a postcode is in it.
        return next((masked for value, masked in values if value == str(data)), data)
    return data


def _bounded(data: Any) -> Any:
    """The data, or how large it is where even what is kept of it is too large."""
    size = len(json.dumps(data))
    return data if size <= MOST_BYTES else {CUT: f"{size} bytes, the most that is kept are {MOST_BYTES}"}

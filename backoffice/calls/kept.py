"""What of a request and of an answer is kept: the shape, and the values that are no secret and nobody's data.

Everything that comes in may be hostile or huge, so the walk has limits: in depth, in values, in the length of a text.
Names are read as the catalogue means them: where a provider calls the e-mail address `correo`, the catalogue knows.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any

import msgspec
from django.conf import settings

from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.envelope import decode_body
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.cryptopocket.redaction import (
    HIDDEN,
    is_personal,
    is_secret,
    judge_once,
    mask,
    redact_single,
    redact_text,
)

MOST_BYTES = 16 * 1024
MOST_VALUES = 400
DEEPEST = 8
FIRST_TEXTS = 5
LONGEST_KEY = 80
SHORTEST_KNOWN = 4
"""A shorter value is not looked for in texts: it would be found in words that have nothing to do with it."""

CUT = "[cut]"
_to_json = msgspec.json.Encoder().encode
_WORDS_OF_JSON = {type(None): "null", bool: "true or false", str: "text"}


class _Treatment(Enum):
    """What is done with a value because of the name that it stands under."""

    KEEP = auto()
    MASK = auto()
    HIDE = auto()


_Treat = Callable[[str], _Treatment]


def kept_of(call: ObservedCall) -> tuple[str, str | None]:
    """What is kept of the request and of the answer, as JSON; None for an answer that did not come.

    What was sent is told by logical name: what it is called on the wire stands in the catalogue.
    """
    endpoint = call.request.endpoint
    walk = _Walk(_treatments(endpoint))
    request = {"method": endpoint.method, "path": endpoint.path, "sent": walk.keep(call.request.given)}
    if call.answer is None:
        return _write(request, {}), None
    # An answer to this call can be nothing but the token itself, under any name.
    only_shape = endpoint.name == "authenticate"
    answer = walk.keep(_answer_of(call), only_shape=only_shape)
    secrets = (call.request.token, settings.CRYPTOPOCKET_API_KEY, settings.CRYPTOPOCKET_API_SECRET)
    known = {**walk.known, **{secret: HIDDEN for secret in secrets if secret}}
    return _write(request, known), _write(answer, known)


_decided: dict[str, tuple[Endpoint, _Treat]] = {}


def _treatments(endpoint: Endpoint) -> _Treat:
    """How each name is treated in this call: decided once a name, until the catalogue is another one."""
    known = _decided.get(endpoint.name)
    if known is None or known[0] is not endpoint:
        known = _decided[endpoint.name] = endpoint, _decide_by(_meanings(endpoint))
    return known[1]


def _decide_by(meanings: Mapping[str, set[str]]) -> _Treat:
    @judge_once
    def decide(name: str) -> _Treatment:
        names = (name, *meanings.get(name, ()))
        if any(map(is_secret, names)):
            return _Treatment.HIDE
        return _Treatment.MASK if any(map(is_personal, names)) else _Treatment.KEEP

    return decide


def _meanings(endpoint: Endpoint) -> dict[str, set[str]]:
    """The logical names of each name on the wire, request and answer."""
    meanings: dict[str, set[str]] = {}
    written = [*((name, [wire]) for name, wire in endpoint.request.items()), *endpoint.fields.items()]
    for logical, names in written:
        for wire in names:
            # Of a dotted path the last part is the name that is met on the walk.
            meanings.setdefault(wire.rpartition(".")[2], set()).add(logical)
    return meanings


def _answer_of(call: ObservedCall) -> Any:
    """The decoded body; of one that is no JSON only its size, since nothing in it says what is personal."""
    if call.document is not None or call.answer is None:
        return call.document
    document, problem = decode_body(call.answer.body)
    return {"no JSON": f"{problem} ({len(call.answer.body)} bytes)"} if problem else document


class _Walk:
    """One walk through what was sent and what came back; `known`: the values that it kept back, and their masks."""

    def __init__(self, treat: _Treat) -> None:
        self.known: dict[str, str] = {}
        self._treat = treat
        self._left = MOST_VALUES

    def keep(self, data: Any, *, only_shape: bool = False) -> Any:
        """What may be kept of some data."""
        self._left = MOST_VALUES
        return self._shape(data, depth=0) if only_shape else self._keep(data, name="", depth=0)

    def _keep(self, value: Any, *, name: str, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return CUT
        treatment = self._treat(name)
        if isinstance(value, str) or not isinstance(value, dict | list | Mapping):
            return self._keep_single(value, treatment)
        if treatment is _Treatment.HIDE:
            return HIDDEN
        if isinstance(value, list):
            return self._keep_list(value, name=name, depth=depth)
        return self._keep_object(value, name=name, is_personal=treatment is _Treatment.MASK, depth=depth)

    def _keep_object(self, value: Mapping[str, Any], *, name: str, is_personal: bool, depth: int) -> dict[str, Any]:
        """Inside of something personal (an address in parts) everything is personal."""
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            if self._left <= 0:
                kept[CUT] = f"{len(value)} names"
                break
            meant = name if is_personal and self._treat(key) is not _Treatment.HIDE else key
            kept[_kept_key(key)] = self._keep(inner, name=meant, depth=depth + 1)
        return kept

    def _keep_list(self, items: list[Any], *, name: str, depth: int) -> list[Any]:
        """Of objects the shape of the first, so that a page of customers leaves nobody's data; the first few texts."""
        if items and isinstance(items[0], Mapping | list):
            kept, shown = [self._shape(items[0], depth=depth + 1)], 1
        else:
            kept, shown = [self._keep(item, name=name, depth=depth + 1) for item in items[:FIRST_TEXTS]], FIRST_TEXTS
        return [*kept, f"[and {len(items) - shown} more]"] if len(items) > shown else kept

    def _keep_single(self, value: Any, treatment: _Treatment) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if treatment is not _Treatment.KEEP:
            text = str(value).strip()
            self.known[text] = HIDDEN if treatment is _Treatment.HIDE else mask(text)
            return self.known[text]
        if isinstance(value, int):
            return value
        # The name was looked at already.
        return str(redact_single(value, name=""))

    def _shape(self, value: Any, *, depth: int) -> Any:
        """Names and types, no values."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return CUT
        if isinstance(value, dict):
            names = list(value.items())[: max(self._left, 0)]
            return {_kept_key(key): self._shape(inner, depth=depth + 1) for key, inner in names}
        if isinstance(value, list):
            return [self._shape(value[0], depth=depth + 1)] if value else []
        return _WORDS_OF_JSON.get(type(value), "number")


@judge_once
def _kept_key(key: str) -> str:
    """A key without what is personal in it."""
    return redact_text(key)[:LONGEST_KEY]


def _write(data: Any, known: Mapping[str, str]) -> str:
    """The data as JSON, each known value masked wherever a text repeats it: a refusal likes to repeat what was sent.

    Or how large it is where even what is kept of it is too large.
    """
    values = sorted((value for value in known if len(value) >= SHORTEST_KNOWN), key=len, reverse=True)
    written = _to_json(data)
    # Mostly nothing repeats anything. A text inside another one is inside it as JSON writes both, too.
    if any(_to_json(value)[1:-1] in written for value in values):
        written = _to_json(_replace(data, [(value, known[value]) for value in values]))
    if len(written) > MOST_BYTES:
        written = _to_json({CUT: f"{len(written)} bytes, the most that is kept are {MOST_BYTES}"})
    return written.decode()


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

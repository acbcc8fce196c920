"""Reduces a delivery to what it shows: names, shapes and words, never a value that is somebody's."""

import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.envelope import decode_body
from backoffice.cryptopocket.listening.signatures import Scheme, find_schemes, find_times, find_unproven
from backoffice.cryptopocket.listening.ways import TELLING_SHAPES, TYPE_NAMES
from backoffice.cryptopocket.probing.matching import normalise
from backoffice.cryptopocket.probing.shapes import fits

Position = tuple[str, str]
"""(dotted path of the object, name in it); the path "" is the top level."""

Proof = Literal["signed", "unsigned", "not reproduced"]

_DEEPEST = 4
_LONGEST_TEXT = 100
_MOST_POSITIONS = 200
_EVENT_WORD = re.compile(r"[A-Z][A-Z0-9]*([_.:-][A-Z0-9]+)*", re.ASCII)
_SHOWN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_USABLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", re.ASCII)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One POST as it came in. Its repr shows nothing of it."""

    body: bytes
    headers: dict[str, str]
    received_at: datetime

    def __repr__(self) -> str:
        """Return its size."""
        return f"<Delivery of {len(self.body)} bytes>"


class Ids(Protocol):
    """Knows whose id a value is."""

    def find(self, values: set[str]) -> dict[str, str]:
        """Return the list in which each value is an id, those that are none left out."""
        ...


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery shows. Where it is not `signed`, nothing but that.

    problem: why its body cannot be read. holds_key: whether a header holds our API key. is_late: its time is further
    away than is allowed. words: what may be the type of the event. texts: where short texts and whole numbers stand;
    usable: those that could be ids. ids: where ids stand, and of which list. alike: where something looks like one.
    """

    proof: Proof
    problem: str = ""
    holds_key: bool = False
    is_late: bool = False
    key_headers: tuple[str, ...] = ()
    schemes: tuple[Scheme, ...] = ()
    times: dict[str, str] = {}
    words: dict[Position, str] = {}
    texts: tuple[Position, ...] = ()
    usable: tuple[Position, ...] = ()
    ids: dict[Position, str] = {}
    alike: tuple[Position, ...] = ()


def observe(delivery: Delivery, *, api_key: str, api_secret: str, contract: WebhookContract, known: Ids) -> Observation:
    """Return what the delivery shows; its body is looked into only where our secret signed it."""
    headers = delivery.headers
    schemes = find_schemes(delivery.body, headers, api_secret)
    keys = tuple(name for name, value in headers.items() if _same(value.strip(), api_key))
    if not schemes:
        others = {name: value for name, value in headers.items() if name not in keys}
        unproven = find_unproven(others, assumed=contract.signature_header)
        return Observation(proof="not reproduced" if unproven else "unsigned", holds_key=bool(keys))
    told = Observation(
        proof="signed",
        holds_key=bool(keys),
        key_headers=keys,
        schemes=schemes,
        times=find_times(headers),
        is_late=_is_late(delivery, schemes, contract),
    )
    return _observe_body(told, delivery.body, contract, known)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _is_late(delivery: Delivery, schemes: tuple[Scheme, ...], contract: WebhookContract) -> bool:
    times = [delivery.headers.get(scheme.time_header, "").strip() for scheme in schemes]
    seconds = [int(time) for time in times if time.isascii() and time.isdigit() and len(time) <= 10]
    now = delivery.received_at.timestamp()
    return any(abs(now - moment) > contract.tolerance_seconds for moment in seconds)


def _observe_body(told: Observation, body: bytes, contract: WebhookContract, known: Ids) -> Observation:
    document, _ = decode_body(body)
    if not isinstance(document, dict):
        return msgspec.structs.replace(told, problem="its body is no JSON object")
    values = dict(list(_leaves(document))[:_MOST_POSITIONS])
    usable = {position: value for position, value in values.items() if _USABLE_ID.fullmatch(value)}
    lists = known.find(set(usable.values()))
    return msgspec.structs.replace(
        told,
        words={position: value for position, value in values.items() if _may_be_event(position, value, contract)},
        texts=tuple(position for position, value in values.items() if 0 < len(value) <= _LONGEST_TEXT),
        usable=tuple(usable),
        ids={position: lists[value] for position, value in usable.items() if value in lists},
        alike=tuple(position for position, value in usable.items() if fits(value, TELLING_SHAPES)),
    )


def _leaves(node: Mapping[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[Position, str]]:
    """Yield texts and whole numbers as text; what stands in lists, or under a name with a dot, cannot be told."""
    for name, value in node.items():
        if "." in name or not name:
            continue
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _leaves(value, f"{path}.{name}" if path else name, depth + 1)
        elif isinstance(value, str) or type(value) is int:
            yield (path, name), str(value)


def _may_be_event(position: Position, value: str, contract: WebhookContract) -> bool:
    """Whether a word is an event's name: one that is known, or an upper-case one where one may be expected."""
    if find_known_event(value, contract):
        return True
    _, name = position
    expected = normalise(name) in {normalise(known) for known in TYPE_NAMES}
    if not _SHOWN_WORD.fullmatch(value):
        return False
    return expected or (_EVENT_WORD.fullmatch(value) is not None and "_" in value)


def find_known_event(word: str, contract: WebhookContract) -> str:
    """Return the known event that a word means, whatever its case and separators; "" where it means none."""
    names = {normalise(name): name for name in (*contract.event_types, *contract.event_resources)}
    names |= {normalise(other): name for other, name in contract.event_aliases.items()}
    return names.get(normalise(word), "") if _SHOWN_WORD.fullmatch(word) else ""

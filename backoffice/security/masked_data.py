"""JSON and texts in which personal data and secrets are masked, wherever in them they stand."""

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from .masking import Kind, kind_of_key
from .readers import shown_to_reader

_SHORTEST_TELLING = 5
"""A shorter value is not looked for in texts: it would be found in words that have nothing to do with it."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")

Values = Mapping[str, Kind]
"""Raw values and what each is."""


def mask_data(data: Any, *, values: Values | None = None, clear_keys: AbstractSet[str] = frozenset()) -> Any:
    """A copy of JSON data as who is reading now may see it.

    Masked is whatever stands under a key of `kind_of_key`, at any depth, and every text in which one of `values`
    stands. clear_keys: keys that hold nothing personal here ("iban" in one of our own accounts).
    """
    known = {**find_values(data, clear_keys=clear_keys), **(values or {})}
    return _mask(data, None, known, clear_keys)


def mask_text(text: str, values: Values) -> str:
    """The text as who is reading now may see it: every one of the values in it masked, and all e-mails and IBANs."""
    # The longest first: a number may be the end of a longer one.
    for raw in sorted(values, key=len, reverse=True):
        if raw in text and len(raw) >= _SHORTEST_TELLING:
            text = re.sub(rf"(?<!\w){re.escape(raw)}(?!\w)", _showing(values[raw]), text)
    text = _EMAIL.sub(_showing(Kind.EMAIL), text) if "@" in text else text
    return _IBAN.sub(_showing(Kind.IBAN), text)


def find_values(data: Any, *, clear_keys: AbstractSet[str] = frozenset()) -> dict[str, Kind]:
    """The values in JSON data that need a mask, by the keys they stand under."""
    return {raw: kind for raw, kind in _walk(data, None, clear_keys) if kind is not Kind.ADDRESS}


def _mask(data: Any, kind: Kind | None, values: Values, clear_keys: AbstractSet[str]) -> Any:
    if isinstance(data, Mapping):
        return {
            mask_text(str(key), values): value
            if key in clear_keys and isinstance(value, str)
            else _mask(value, _kind_under(key, kind, clear_keys), values, clear_keys)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [_mask(value, kind, values, clear_keys) for value in data]
    if data is None or isinstance(data, bool):
        return data
    if kind is not None:
        return shown_to_reader(data, kind)
    return _mask_leaf(data, values)


def _mask_leaf(data: Any, values: Values) -> Any:
    """A value under a harmless key: masked where it says what another key keeps back."""
    text = str(data)
    masked = mask_text(text, values)
    return data if masked == text else masked


def _kind_under(key: Any, kind: Kind | None, clear_keys: AbstractSet[str]) -> Kind | None:
    """What stands under a key; what stands inside an address is part of the address."""
    return None if key in clear_keys else kind_of_key(str(key)) or kind


def _walk(data: Any, kind: Kind | None, clear_keys: AbstractSet[str]) -> Iterator[tuple[str, Kind]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _walk(value, _kind_under(key, kind, clear_keys), clear_keys)
    elif isinstance(data, list):
        for value in data:
            yield from _walk(value, kind, clear_keys)
    elif kind is not None and data is not None and not isinstance(data, bool):
        yield str(data).strip(), kind


def _showing(kind: Kind) -> Callable[["re.Match[str]"], str]:
    return lambda match: shown_to_reader(match[0], kind)

"""What kind of value a JSON value looks like: an IBAN, a moment, a payment's id. Never what it says."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from backoffice.cryptopocket.probing.alternatives import DATE_FORMATS, FLAG_WORDS

Test = Callable[[Any], bool]


def _text(pattern: str) -> Test:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool) or (type(value) in {int, str} and str(value).strip().casefold() in FLAG_WORDS)


_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2100


def find_date_format(value: Any) -> str | None:
    """Return how a date is written: `iso`, `seconds`, `milliseconds` or a format; None where it is no date."""
    if _is_number(value):
        return _name_number_of_date(value)
    if not isinstance(value, str):
        return None
    if _ISO(value):
        return "iso"
    return next((form for form in DATE_FORMATS if _is_written_as(value, form)), None)


def read_written_date(value: Any) -> datetime | None:
    """Return a written date as it stands, with a zone or without; None for what only looks like one."""
    form = find_date_format(value)
    if not isinstance(value, str) or form is None:
        return None
    try:
        return datetime.fromisoformat(value) if form == "iso" else datetime.strptime(value, form)  # noqa: DTZ007 - as it stands
    except ValueError:
        return None


def _name_number_of_date(value: int | Decimal) -> str | None:
    if 1_200_000_000 <= value < 2_500_000_000:
        return "seconds"
    return "milliseconds" if 1_200_000_000_000 <= value < 2_500_000_000_000 else None


def _is_written_as(value: str, form: str) -> bool:
    try:
        moment = datetime.strptime(value, form)  # noqa: DTZ007 - only whether it can be read so
    except ValueError:
        return False
    return _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR and (not _DIGITS(value) or len(value) in {8, 14})


_DIGITS = _text(r"[0-9]{1,100}")
_DECIMAL = _text(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_ISO = _text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?")
_WORD = _text(r"[A-Za-z][A-Za-z0-9_. -]{0,39}")

_SHORT_CODE = _text(r"[A-Za-z0-9_-]{1,20}")

TESTS: dict[str, Test] = {
    "payment id": _text(r"(?=.*[A-Za-z])[A-Za-z0-9]{25}"),
    "number id": lambda value: _is_whole(value) or _DIGITS(value),
    "uuid": _text(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "e-mail": _text(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "iban": _text(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"),
    "bic": _text(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?"),
    "moment": lambda value: find_date_format(value) is not None,
    "amount": lambda value: _is_number(value) or _DECIMAL(value),
    "decimals": lambda value: (_is_whole(value) and 0 <= value <= 36) or (_DIGITS(value) and int(value) <= 36),
    "currency": _text(r"[A-Z]{3}"),
    "symbol": _text(r"[A-Z][A-Z0-9.]{1,9}"),
    "word": _WORD,
    "code": lambda value: _WORD(value) or (type(value) is int and 0 <= value < 1000) or _SHORT_CODE(value),
    "flag": _is_flag,
    "link": _text(r"([a-z]+://)?[A-Za-z0-9.-]+\.[a-z]{2,}(:[0-9]+)?/.*|[a-z]+://.+"),
    "transaction hash": _text(r"(0x)?[0-9a-fA-F]{40,}|[A-Za-z0-9]{43,90}"),
    "text": lambda value: isinstance(value, str) or _is_whole(value),
    "kind": lambda value: isinstance(value, bool) or _WORD(value),
    "id": lambda value: _is_whole(value) or (isinstance(value, str) and 0 < len(value) <= 255),
    "holder": lambda value: isinstance(value, str | dict),
}


def fits(value: Any, kinds: Iterable[str]) -> bool:
    """Whether the value looks like one of the kinds."""
    return any(TESTS[kind](value) for kind in kinds)


def all_fit(values: Iterable[Any], kinds: Iterable[str]) -> bool:
    """Whether there is a value that is not null, and every such one looks like one of the kinds."""
    present = [value for value in values if value is not None]
    return bool(present) and all(fits(value, kinds) for value in present)


def describe_shape(value: Any) -> str:
    """Return the kind of a value in a word or two, to show in place of the value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if _is_number(value):
        return "a whole number" if _is_whole(value) else "a number with decimals"
    return next((kind for kind in _SHOWN if TESTS[kind](value)), "text")


_SHOWN = ("payment id", "uuid", "e-mail", "iban", "moment", "number id", "amount", "link", "currency", "word")

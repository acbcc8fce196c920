"""Values in other units, words and formats. What a writer cannot make anything of goes out as it is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.sandbox.data.source import Row

_EXACT = Context(prec=120)
_CENT = Decimal("0.01")


class Words:
    """Another word for each of ours; one that stands nowhere is left."""

    def __init__(self, words: Mapping[Any, Any]) -> None:
        self._words = words
        self._ours = {str(theirs): ours for ours, theirs in words.items()}

    def __call__(self, value: Any, _: Row) -> Any:
        """Return their word for ours."""
        return self._words.get(value, value)

    def read(self, word: str) -> str:
        """Return our word for theirs, so that a filter can be understood."""
        return str(self._ours.get(word, ""))


class LocalTime:
    """A date without a zone, in the local time of one."""

    def __init__(self, zone: str, layout: str) -> None:
        self._zone = ZoneInfo(zone)
        self._layout = layout

    def __call__(self, value: Any, _: Row) -> Any:
        """Return the date as their clock shows it."""
        return datetime.datetime.fromisoformat(value).astimezone(self._zone).strftime(self._layout)


def seconds_since_1970(value: Any, _: Row) -> float:
    """Return a date as a number with six places."""
    return datetime.datetime.fromisoformat(value).timestamp()


def cents_as_text(value: Any, _: Row) -> str:
    """Return hundredths as text in whole units."""
    return str(Decimal(value).scaleb(-2, _EXACT).quantize(_CENT))


def cents_as_number(value: Any, _: Row) -> float:
    """Return hundredths as a number in whole units."""
    return int(value) / 100


def text_as_cents(value: Any, _: Row) -> int:
    """Return text in whole units as hundredths."""
    return int(Decimal(value).scaleb(2, _EXACT))


def text_as_cents_text(value: Any, row: Row) -> str:
    """Return text in whole units as the digits of its hundredths."""
    return str(text_as_cents(value, row))


def as_number(value: Any, _: Row) -> float:
    """Return text as a number."""
    return float(value)


def as_text(value: Any, _: Row) -> str:
    """Return a number or text as text."""
    return str(value)


def as_whole_number(value: Any, _: Row) -> int:
    """Return digits as a number."""
    return int(value)


def tokens_as_text(value: Any, row: Row) -> str:
    """Return base units as text in whole tokens (contract 5.3)."""
    return format(Decimal(value).scaleb(-int(row["decimals"]), _EXACT), "f")


def is_company(value: Any, _: Row) -> bool:
    """Return whether a kind of customer is the company."""
    return bool(value == "company")


def as_person(value: Any, _: Row) -> dict[str, str]:
    """Return a name as an object with two parts."""
    given, _space, family = str(value).partition(" ")
    return {"givenName": given, "familyName": family}

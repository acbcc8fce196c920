"""Single values: text, ids, amounts, dates, digits. Each reader takes a value that is not null.

Every text of `UnreadableValueError` completes the sentence "<field> ...". It describes the value and never
repeats it, since it can be personal.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Context, Decimal
from typing import Any

LONGEST_ID = 255
LONGEST_TEXT = 100_000
MOST_DIGITS = 100
"""Digits of an amount in base units; 78 are enough for any 256-bit token."""

LONGEST_NUMBER = 200

FIAT_WHOLE_DIGITS, FIAT_DECIMALS = 20, 18
COIN_WHOLE_DIGITS, COIN_DECIMALS = 60, 40

_NUMBER = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,100}", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_EXACT = Context(prec=400)
_ONE, _ZERO = Decimal(1), Decimal(0)

# The usual amounts, which need no further check: they are exact and within the limits as they are.
_USUAL_AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_USUAL = 10**15


class UnreadableValueError(ValueError):
    """A value that its field cannot hold; the text says why without repeating it."""


def describe_type(value: Any) -> str:
    """Return what a JSON value is, in words, without saying what it holds."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float | Decimal):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"


def read_text(value: Any) -> str:
    """Return text as received; a number becomes its digits (a transfer concept is an integer)."""
    if type(value) is str:
        if "\x00" in value:
            raise UnreadableValueError("contains a NUL character")
        if len(value) > LONGEST_TEXT:
            raise UnreadableValueError(f"is longer than {LONGEST_TEXT} characters")
        return value
    if type(value) is int:
        return _write_whole_number(value)
    if isinstance(value, Decimal):
        return format(_check_size(value, whole=COIN_WHOLE_DIGITS, decimals=COIN_DECIMALS), "f")
    raise UnreadableValueError(f"is {describe_type(value)} where text is expected")


def read_id(value: Any) -> str:
    """Return an id as text; numbers and text are the same id (contract 1.4)."""
    if type(value) is int:
        return _write_whole_number(value)
    if type(value) is not str:
        raise UnreadableValueError(f"is {describe_type(value)} where an id is expected")
    if not value.strip():
        raise UnreadableValueError("is empty")
    if len(value) > LONGEST_ID:
        raise UnreadableValueError(f"is longer than {LONGEST_ID} characters")
    return read_text(value)


def read_link(value: Any) -> str:
    """Return a URL, with https:// in front where the scheme is missing (contract 3.2)."""
    text = read_text(value).strip()
    if not text or _SCHEME.match(text):
        return text
    return f"https://{text.removeprefix('//')}"


def read_fiat(value: Any) -> Decimal:
    """Return an amount of money that is given in whole units."""
    if type(value) is str and _USUAL_AMOUNT.fullmatch(value):
        return Decimal(value)
    return _check_size(_read_number(value), whole=FIAT_WHOLE_DIGITS, decimals=FIAT_DECIMALS)


def read_cents(value: Any) -> Decimal:
    """Return an amount in whole units that is given in cents.

    A fraction of a cent is refused: it is the sign that the amount was never in cents.
    """
    if type(value) is int and abs(value) < _USUAL:
        return Decimal(value).scaleb(-2, context=_EXACT)
    cents = _read_number(value)
    if cents != cents.to_integral_value(context=_EXACT):
        raise UnreadableValueError("should be in cents but has a fraction")
    return _check_size(cents.scaleb(-2, context=_EXACT), whole=FIAT_WHOLE_DIGITS, decimals=FIAT_DECIMALS)


def read_coins(value: Any) -> Decimal:
    """Return an amount of coins that is given in whole coins."""
    return _check_size(_read_number(value), whole=COIN_WHOLE_DIGITS, decimals=COIN_DECIMALS)


def read_base_units(value: Any) -> str:
    """Return an amount of base units as the provider's digits, up to 100 of them."""
    text = _write_whole_number(value) if type(value) is int else value
    if type(text) is not str or not _DIGITS.fullmatch(text):
        raise UnreadableValueError(f"is not a row of at most {MOST_DIGITS} digits")
    return text


def read_decimals(value: Any) -> int:
    """Return how many decimals a token has."""
    text = str(value) if type(value) is int and abs(value) < 1000 else value
    if type(text) is not str or not text.isascii() or not text.isdigit() or len(text) > 3:
        raise UnreadableValueError("is not a whole number of decimals")
    if int(text) > MOST_DIGITS:
        raise UnreadableValueError(f"is more than {MOST_DIGITS} decimals")
    return int(text)


def shift_base_units(digits: str, *, decimals: int) -> Decimal:
    """Return base units divided by 10^decimals, exactly (contract 5.3)."""
    return Decimal(f"{digits}E-{decimals}")


def read_moment(value: Any, *, zone: tzinfo) -> datetime:
    """Return an ISO 8601 date as an aware datetime in UTC; `zone` is for those that carry none."""
    if type(value) is not str:
        raise UnreadableValueError(f"is {describe_type(value)} where a date is expected")
    if not _DAY.match(value):
        raise UnreadableValueError("is not a date")
    try:
        moment = datetime.fromisoformat(value) if len(value) > 10 else _start_of_day(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UnreadableValueError("is not a date")


def _start_of_day(value: str) -> datetime:
    return datetime.combine(date.fromisoformat(value), time.min)


class HintReader:
    """Another reader whose value is of use and not needed: what it cannot read is as good as null."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read

    def __call__(self, value: Any) -> Any:
        """Read one value; None where it cannot be read."""
        try:
            return self._read(value)
        except UnreadableValueError:
            return None


def _read_number(value: Any) -> Decimal:
    if type(value) is str:
        return _read_number_text(value)
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    raise UnreadableValueError(f"is {describe_type(value)} where an amount is expected")


def _read_number_text(value: str) -> Decimal:
    if _NUMBER.fullmatch(value):
        return Decimal(value)
    raise UnreadableValueError("is not a number" if value.strip() else "is empty")


def _check_size(value: Decimal, *, whole: int, decimals: int) -> Decimal:
    """Return `value` without an exponent; refuse more digits than any amount of money has."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or len(digits) > LONGEST_NUMBER:
        raise UnreadableValueError("has too many digits")
    if value and value.adjusted() >= whole:
        raise UnreadableValueError(f"has more than {whole} digits before the point")
    if -decimals <= exponent <= 0:
        return value
    plain = value.normalize(_EXACT) if exponent < 0 else value.quantize(_ONE, context=_EXACT)
    if plain.as_tuple().exponent < -decimals:  # type: ignore[operator]  # not finite was refused above
        raise UnreadableValueError(f"has more than {decimals} digits after the point")
    return plain or _ZERO


def _write_whole_number(value: int) -> str:
    if value.bit_length() > 600:
        raise UnreadableValueError("is a number with too many digits")
    return str(value)

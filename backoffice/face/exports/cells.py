"""Values as cells: text that is harmless, numbers exactly, moments in UTC."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from backoffice.face.numbers import significant_digits
from backoffice.security.spreadsheets import make_harmless

Cell = str | int | Decimal
# A spreadsheet calculates with 15 digits; what has more is written as text, so that none is lost.
DIGITS_OF_A_SPREADSHEET = 15


def cell_of(value: Any) -> Cell:
    """A value as what stands in a cell: a number (int, Decimal), or text.

    Moments are ISO 8601 in UTC, True and False words, lists and mappings JSON, None an empty cell. TypeError for a
    float: it is no exact number.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return make_harmless(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, float):
        raise TypeError("A float is not exact: export a Decimal or an int.")
    return make_harmless(_as_text(value))


def digits_of(number: int | Decimal) -> str:
    """All digits of a number, without an exponent."""
    return str(number) if isinstance(number, int) else significant_digits(number)


def is_exact_in_a_spreadsheet(number: int | Decimal) -> bool:
    """Whether a spreadsheet keeps every digit of the number."""
    digits = digits_of(number).lstrip("-0.").replace(".", "")
    return len(digits) <= DIGITS_OF_A_SPREADSHEET


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return str(value)

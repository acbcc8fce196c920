"""Amounts as requests give them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

_LARGEST = Decimal(10) ** 15


def read_amount(value: Any) -> Decimal | None:
    """Return a positive amount, None for anything that is none."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < _LARGEST else None

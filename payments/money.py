"""Amounts of money in words."""

import re
from decimal import Decimal

_AMOUNT = re.compile(r"\d{1,11}([.,]\d{1,4})?", re.ASCII)


def read_amount(word: str) -> Decimal | None:
    """Return an amount as people write it, 125.50 or 125,5, in whole units; None where the word is none."""
    return Decimal(word.replace(",", ".")) if _AMOUNT.fullmatch(word) else None


def write_amount(amount: Decimal) -> str:
    """Return an amount in whole units with two decimals, or with more where it has more."""
    plain = format(amount, "f")
    whole, _point, decimals = plain.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def write_money(amount: Decimal | None, currency: str) -> str:
    """Return an amount in whole units with its currency; nothing where there is no amount."""
    return "" if amount is None else f"{write_amount(amount)} {currency}".strip()

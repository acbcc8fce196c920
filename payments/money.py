"""Amounts of money in words."""

from decimal import Decimal


def write_amount(amount: Decimal) -> str:
    """Return an amount in whole units with two decimals, or with more where it has more."""
    plain = format(amount, "f")
    whole, _point, decimals = plain.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def write_money(amount: Decimal | None, currency: str) -> str:
    """Return an amount in whole units with its currency; nothing where there is no amount."""
    return "" if amount is None else f"{write_amount(amount)} {currency}".strip()

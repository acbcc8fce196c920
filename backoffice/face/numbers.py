"""How amounts and counts are shown."""

from decimal import Decimal

from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .placeholders import empty

MINIMUM_DECIMALS = 2


def money(amount: Decimal | None, currency: str = "") -> SafeString:
    """An amount in whole units with its currency: thousands separated, two decimals or more, digits aligned.

    More decimals are shown where they are not zero. None is shown as a dash. A float is refused with TypeError:
    it is no amount of money.
    """
    if amount is None:
        return empty()
    refuse_other_than_decimal(amount)
    decimals = max(MINIMUM_DECIMALS, len(significant_digits(amount).partition(".")[2]))
    return _number_with_unit(formats.number_format(amount, decimals, use_l10n=True, force_grouping=True), currency)


def coins(amount: Decimal | None, symbol: str = "") -> SafeString:
    """An amount of coins, every digit of it, without trailing zeros. TypeError for a float."""
    if amount is None:
        return empty()
    refuse_other_than_decimal(amount)
    exact = Decimal(significant_digits(amount))
    return _number_with_unit(formats.number_format(exact, use_l10n=True, force_grouping=True), symbol)


def whole_number(count: int | None) -> SafeString:
    """A count, thousands separated."""
    if count is None:
        return empty()
    return _number_with_unit(formats.number_format(count, 0, use_l10n=True, force_grouping=True), "")


def significant_digits(amount: Decimal) -> str:
    """The digits without an exponent and without trailing zeros after the point; nothing is rounded."""
    digits = format(amount, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def refuse_other_than_decimal(amount: object) -> None:
    """Raise TypeError for a float (or anything else that is not exact)."""
    if not isinstance(amount, Decimal):
        raise TypeError(f"Amounts are Decimal, not {type(amount).__name__}.")


def _number_with_unit(number: str, unit: str) -> SafeString:
    if not unit:
        return format_html('<span class="number">{}</span>', number)
    return format_html('<span class="number">{} <span class="unit">{}</span></span>', number, unit)

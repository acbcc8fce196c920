"""Amounts as people type them into forms: read exactly, or refused with what to write instead."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_DIGITS = re.compile(r"[0-9]+([.,][0-9]+)?", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}((\.[0-9]{3})+,|(,[0-9]{3})+\.)[0-9]{1,2}", re.ASCII)
_SEVERAL_GROUPS = re.compile(r"[0-9]{1,3}((\.[0-9]{3}){2,}|(,[0-9]{3}){2,})", re.ASCII)
_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}", re.ASCII)


class AmountField(forms.CharField):
    """A positive amount with a point or a comma before the decimals.

    "1.000,50" and "1,000.50" are read as they are meant; "1.000", which is one to some and a thousand to others, is
    refused. Gives a Decimal.
    """

    def __init__(self, *, decimals: int, whole_digits: int, **options: Any) -> None:
        """`decimals`: most digits after the point; `whole_digits`: most digits before it."""
        self.decimals, self.whole_digits = decimals, whole_digits
        super().__init__(max_length=60, **options)

    def clean(self, value: Any) -> Any:
        """The amount. Raises ValidationError, which says what to write."""
        text = "".join(str(super().clean(value)).split())
        return self._read(text) if text else None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A keyboard of digits on a telephone."""
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def _read(self, text: str) -> Decimal:
        if _THOUSANDS_OR_DECIMALS.fullmatch(text):
            raise ValidationError(_ambiguous(text))
        amount = Decimal(_plain(text))
        whole, _point, decimals = format(amount, "f").partition(".")
        if amount <= 0:
            raise ValidationError(_("Give an amount above zero."))
        if len(whole) > self.whole_digits:
            raise ValidationError(_("This is more than can be asked for: check the amount."))
        if len(decimals) > self.decimals:
            raise ValidationError(_("Give at most %(count)d digits after the point.") % {"count": self.decimals})
        return amount


def _plain(text: str) -> str:
    """The digits with a point before the decimals, or none."""
    if _GROUPED.fullmatch(text):
        whole, decimals = text[: text.rfind(_last_separator(text))], text[text.rfind(_last_separator(text)) + 1 :]
        return f"{re.sub('[.,]', '', whole)}.{decimals}"
    if _SEVERAL_GROUPS.fullmatch(text):
        return re.sub("[.,]", "", text)
    if _DIGITS.fullmatch(text):
        return text.replace(",", ".")
    raise ValidationError(_("Write the amount in digits, such as 1000.50 or 1000,50."))


def _last_separator(text: str) -> str:
    return "," if text.rfind(",") > text.rfind(".") else "."


def _ambiguous(text: str) -> str:
    whole, decimals = re.split("[.,]", text)
    return _("“%(text)s” can be read in two ways. Write %(large)s or %(small)s.") % {
        "text": text,
        "large": f"{whole}{decimals}",
        "small": f"{whole}.{decimals}0",
    }

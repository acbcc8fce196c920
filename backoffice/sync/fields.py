"""Database fields that keep numbers exactly, on every engine."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class ExactDecimalField(models.CharField):  # type: ignore[type-arg]  # generic only to the type checker
    """A Decimal kept as its digits in text, because SQLite keeps only 15 of them in a number.

    Reads and writes `Decimal` (or None). It cannot be summed or ordered by value in the database: use it for
    amounts of coins, which are only shown.
    """

    description = _("Exact decimal number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> Decimal | None:
        """The stored digits as a Decimal."""
        return None if value in {None, ""} else Decimal(str(value))

    def to_python(self, value: Any) -> Decimal | None:
        """A Decimal from what a form or a fixture gives."""
        if value in {None, ""}:
            return None
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(_("Enter a number.")) from error

    def get_prep_value(self, value: Any) -> str | None:
        """The digits to store, without an exponent."""
        return None if value is None else format(Decimal(str(value)), "f")

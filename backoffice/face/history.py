"""The recorded changes of a mirrored row, as people can read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from backoffice.security.masking import Kind
from backoffice.security.readers import shown_to_reader

from .badges import copyable
from .cards import Words, show, show_word
from .moments import moment
from .numbers import money
from .sensitive import kind_of_column

LONG_VALUE = 24


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One column that went from one value to another."""

    label: str
    before: Any
    after: Any


def differences_of(
    columns: Mapping[str, Any], model: type[models.Model] | None = None, words: Words | None = None
) -> list[Difference]:
    """The columns of a recorded change, `{column: [before, after]}`, with their labels and known words.

    What is sensitive is masked.
    """
    return [
        _masked_difference(column, before, after, field=_field(model, column), kind=kind)
        if (kind := kind_of_column(model, column))
        else _difference(column, before, after, field=_field(model, column), choices=(words or {}).get(column))
        for column, (before, after) in columns.items()
    ]


def _masked_difference(column: str, before: Any, after: Any, *, field: Any, kind: Kind) -> Difference:
    return Difference(
        label=_label_of(column, field),
        before=show(shown_to_reader(before, kind)),
        after=show(shown_to_reader(after, kind)),
    )


def _label_of(column: str, field: Any) -> str:
    return capfirst(str(getattr(field, "verbose_name", column)))


def _difference(
    column: str, before: Any, after: Any, *, field: Any, choices: type[models.TextChoices] | None
) -> Difference:
    def shown(value: Any) -> Any:
        if choices:
            return show_word(value, choices)
        if value and isinstance(field, models.DateTimeField):
            return moment(parse_datetime(value))
        if value and isinstance(field, models.DecimalField):
            return money(Decimal(value))
        return copyable(value, shorten=LONG_VALUE) if _is_long_code(value) else show(value)

    return Difference(label=_label_of(column, field), before=shown(before), after=shown(after))


def _is_long_code(value: Any) -> bool:
    """A hash or an address: nobody reads it, and it would break the line."""
    return isinstance(value, str) and len(value) > LONG_VALUE and " " not in value


def _field(model: type[models.Model] | None, column: str) -> Any:
    """The field of that name; None where the model has it no more."""
    if model is None:
        return None
    try:
        return model._meta.get_field(column)  # noqa: SLF001 - Django's documented way to ask
    except FieldDoesNotExist:
        return None

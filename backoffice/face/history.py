"""The recorded changes of a mirrored row as a timeline that people can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from backoffice.sync.models import MirroredModel, RecordedChange
from backoffice.sync.queries import history_of

from .badges import copyable
from .cards import Words, show, show_word
from .moments import moment
from .numbers import money

SHOWN_STEPS = 20
LONG_VALUE = 24


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One column that went from one value to another."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Step:
    """What changed at once, when it was recorded, and by which run (or by what else)."""

    change: RecordedChange
    differences: list[Difference]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The newest steps, and whether there are older ones."""

    steps: list[Step]
    has_more: bool


def timeline_of(row: MirroredModel, words: Words) -> Timeline:
    """The newest recorded changes of a row; `words` names the known words of its status columns. One query."""
    changes = list(history_of(row)[: SHOWN_STEPS + 1])
    return Timeline(
        steps=[
            Step(change=change, differences=differences_of(change.columns, type(row), words))
            for change in changes[:SHOWN_STEPS]
        ],
        has_more=len(changes) > SHOWN_STEPS,
    )


def differences_of(
    columns: Mapping[str, Any], model: type[models.Model] | None = None, words: Words | None = None
) -> list[Difference]:
    """The columns of a recorded change, `{column: [before, after]}`, with their labels and known words."""
    return [
        _difference(column, before, after, field=_field(model, column), choices=(words or {}).get(column))
        for column, (before, after) in columns.items()
    ]


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

    label = capfirst(str(getattr(field, "verbose_name", column)))
    return Difference(label=label, before=shown(before), after=shown(after))


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

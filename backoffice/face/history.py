"""The recorded changes of a mirrored row as a timeline that people can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst

from backoffice.sync.models import MirroredModel, RecordedChange
from backoffice.sync.queries import history_of

from .cards import Words, show, show_word

SHOWN_STEPS = 20


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
    known = words or {}
    return [
        Difference(
            label=_label(model, column),
            before=show_word(before, known[column]) if column in known else show(before),
            after=show_word(after, known[column]) if column in known else show(after),
        )
        for column, (before, after) in columns.items()
    ]


def _label(model: type[models.Model] | None, column: str) -> str:
    if model is None:
        return column
    try:
        field = model._meta.get_field(column)  # noqa: SLF001 - Django's documented way to ask
        return capfirst(str(getattr(field, "verbose_name", column)))
    except FieldDoesNotExist:
        return column

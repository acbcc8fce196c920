"""What operations are about: each domain says what one must know of its rows before approving something about them."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models

from backoffice.operations.kinds import Label
from backoffice.operations.models import Operation, model_label

Facts = list[tuple[Label, Any]]
_facts: dict[str, Callable[[Any], Facts]] = {}


def register_subject(model: type[models.Model], facts: Callable[[Any], Facts]) -> None:
    """Show these facts of a row of the model to whoever decides about an operation about it."""
    _facts[model._meta.label_lower] = facts  # noqa: SLF001 - Django's documented way to ask


def subject_of(operation: Operation) -> models.Model | None:
    """The row that the operation is about; None where it is about none, or the row is gone."""
    if not operation.subject_model:
        return None
    model = apps.get_model(operation.subject_model)
    row: models.Model | None = model._default_manager.filter(pk=operation.subject_id).first()  # noqa: SLF001 - documented
    return row


def facts_of(subject: models.Model) -> Facts:
    """What one must know of the row; nothing where its domain has not said."""
    facts = _facts.get(model_label(subject))
    return facts(subject) if facts else []

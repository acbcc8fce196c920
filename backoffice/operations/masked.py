"""What people read of an operation: whatever its request or its answer keeps back is masked in every text about it."""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

from django.utils.safestring import SafeString

from backoffice.operations.kinds import Label, find_kind
from backoffice.operations.models import Operation, OperationEvent
from backoffice.security.masked_data import find_values, mask_text
from backoffice.security.masking import MASK
from backoffice.security.restriction import is_restricted


def described(operation: Operation) -> list[tuple[Label, Any]]:
    """What was asked, as who is reading now may see it; nothing where that was purged or the kind's code is gone."""
    kind = find_kind(operation.kind)
    return _masked(operation, kind.describe(operation) if kind and operation.request else [])


def facts_to_decide(operation: Operation) -> list[tuple[Label, Any]]:
    """What one must know to approve it, as who is reading now may see it; nothing where the kind's code is gone."""
    kind = find_kind(operation.kind)
    return _masked(operation, kind.facts_to_decide(operation) if kind and operation.request else [])


def _masked(operation: Operation, facts: list[tuple[Label, Any]]) -> list[tuple[Label, Any]]:
    if is_restricted(operation):
        return [(label, MASK) for label, _value in facts]
    masked = text_masker(operation)
    # What a kind has built as HTML (a link to a picture) is its own, and a mask would turn it back into text.
    return [
        (label, masked(value) if isinstance(value, str) and not isinstance(value, SafeString) else value)
        for label, value in facts
    ]


def text_masker(operation: Operation) -> Callable[[str], str]:
    """A function that masks in a text what the operation's request and answer keep back.

    Of somebody who asked to be forgotten nothing is said that a person or the provider wrote.
    """
    if is_restricted(operation):
        return lambda text: MASK if text else ""
    values = find_values([operation.request, operation.answer])
    return lambda text: mask_text(str(text), values)


def as_shown(operation: Operation) -> tuple[Operation, Callable[[str], str]]:
    """The operation to speak about in sentences of ours, and what masks those. The copy is not to be saved."""
    if not is_restricted(operation):
        return operation, text_masker(operation)
    shown = copy(operation)
    shown.error_text = MASK if operation.error_text else ""
    return shown, str


def masked_steps(operation: Operation, steps: Iterable[OperationEvent]) -> list[OperationEvent]:
    """The steps with their notes masked, for showing only: not to be saved."""
    masked = text_masker(operation)
    shown = list(steps)
    for step in shown:
        step.note = masked(step.note)
    return shown

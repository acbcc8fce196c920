"""What people read of an operation: whatever its request or its answer keeps back is masked in every text about it."""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from backoffice.face.sensitive import reveal_widget
from backoffice.operations.kinds import Label, OperationKind, Personal, find_kind
from backoffice.operations.models import Operation, OperationEvent
from backoffice.security.masked_data import find_values, mask_text
from backoffice.security.masking import MASK
from backoffice.security.readers import shown_to_reader
from backoffice.security.restriction import is_restricted

Facts = list[tuple[Label, Any]]
_IN_ONE_LINE = 2


def described(operation: Operation, *, request: HttpRequest | None = None) -> Facts:
    """What was asked, as who is reading now may see it; nothing where that was purged or the kind's code is gone.

    Personal values are masked; for a request, with the button that reveals them.
    """
    kind = find_kind(operation.kind)
    return _masked(operation, kind, kind.describe(operation), request=request) if kind and operation.request else []


def described_in_one_line(operation: Operation) -> list[Any]:
    """The values that say what was asked where there is room for a line only; no queries."""
    kind = find_kind(operation.kind)
    facts = kind.describe(operation)[:_IN_ONE_LINE] if kind and operation.request else []
    return [value for _label, value in _masked(operation, kind, facts)] if kind else []


def facts_to_decide(operation: Operation, *, request: HttpRequest, page: str) -> Facts:
    """What one must know to approve it, as who is reading now may see it; nothing where the kind's code is gone.

    page: the view on which personal values are revealed, to come back to.
    """
    kind = find_kind(operation.kind)
    if kind is None or not operation.request:
        return []
    return _masked(operation, kind, kind.facts_to_decide(operation), request=request, page=page)


def personal_value(operation: Operation, *, name: str) -> Any:
    """One of the kind's personal values; empty where it was not given or is not kept any more."""
    kind = find_kind(operation.kind)
    return kind.personal_values(operation).get(name, "") if kind and operation.request else ""


def _masked(
    operation: Operation, kind: OperationKind, facts: Facts, *, request: HttpRequest | None = None, page: str = ""
) -> Facts:
    given = _with_values(operation, kind, facts)
    if is_restricted(operation):
        return [(label, MASK) for label, _value in given]
    masked = text_masker(operation)

    def shown(value: Any) -> Any:
        if isinstance(value, Personal):
            if request is None:
                return shown_to_reader(value.value, kind.personal[value.name].kind)
            return reveal_widget(request, operation, value.name, value.value, page=page)
        # What a kind has built as HTML (a link to a picture) is its own, and a mask would turn it back into text.
        return masked(value) if isinstance(value, str) and not isinstance(value, SafeString) else value

    return [(label, shown(value)) for label, value in given]


def _with_values(operation: Operation, kind: OperationKind, facts: Facts) -> Facts:
    """The facts with the personal values that are still to be read, without those that were not given."""
    is_to_be_read = any(isinstance(value, Personal) and value.value is None for _label, value in facts)
    read = kind.personal_values(operation) if is_to_be_read else {}

    def with_value(value: Any) -> Any:
        is_known = not isinstance(value, Personal) or value.value is not None
        return value if is_known else Personal(name=value.name, value=str(read.get(value.name) or ""))

    whole = [(label, with_value(value)) for label, value in facts]
    return [(label, value) for label, value in whole if not isinstance(value, Personal) or value.value]


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

"""Which operations and decisions are about somebody who asked to be forgotten: nothing that was written is shown."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from .models import Operation, OperationApproval


def _is_restricted(operation: Operation) -> bool:
    return operation.subject_is_restricted


def _is_of_restricted(decided: OperationApproval) -> bool:
    return _is_restricted(decided.operation)


RESTRICTIONS: tuple[tuple[type[Any], Callable[[Any], bool], Q], ...] = (
    (Operation, _is_restricted, Q(subject_is_restricted=True)),
    (OperationApproval, _is_of_restricted, Q(operation__subject_is_restricted=True)),
)
"""A model, which of its rows are restricted, and the same for a query."""

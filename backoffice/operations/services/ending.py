"""Ending what was not sent: nothing more happens with it, and what it held is free."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet

from backoffice.operations.kinds import find_kind
from backoffice.operations.models import Operation, State
from backoffice.operations.refusals import ASKED_TO_BE_FORGOTTEN, explain
from backoffice.operations.states import move_many


def would_go_out(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """Those of these operations of which nothing was sent, and which are on their way out."""
    return operations.filter(Q(state=State.AWAITING_APPROVAL) | Q(state=State.QUEUED, in_doubt=False))


def end_forgotten(operations: QuerySet[Operation], *, by: AbstractBaseUser) -> None:
    """End what of these would still go out, because whom they are about asked to be forgotten."""
    with transaction.atomic():
        for state in (State.AWAITING_APPROVAL, State.QUEUED):
            end_as_forgotten(list(would_go_out(operations).filter(state=state)), from_state=state, by=by)


def end_as_forgotten(
    operations: list[Operation], *, from_state: State = State.AWAITING_APPROVAL, by: AbstractBaseUser | None = None
) -> list[int]:
    """End these, because whom they are about asked to be forgotten; return the ids."""
    return end_unsent(
        operations,
        State.CANCELLED,
        from_state=from_state,
        note=explain(ASKED_TO_BE_FORGOTTEN),
        by=by,
        error_code=ASKED_TO_BE_FORGOTTEN,
    )


def end_unsent(
    operations: list[Operation],
    to_state: State,
    *,
    note: str,
    from_state: State = State.AWAITING_APPROVAL,
    by: AbstractBaseUser | None = None,
    **values: Any,
) -> list[int]:
    """End those that still stand there, and free what they held; return the ids."""
    if not operations:
        return []
    ended = move_many(
        operation_ids=[row.pk for row in operations],
        from_state=from_state,
        to_state=to_state,
        by=by,
        note=note,
        error_text=note,
        not_before=None,
        **values,
    )
    for row in operations:
        if row.pk in ended and (kind := find_kind(row.kind)) is not None:
            kind.release(row)
    return ended

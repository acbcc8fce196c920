"""The state machine: which steps there are, and the one function that makes them.

requested ─► [awaiting_approval] ─► queued ─► sending ─┬─► succeeded
     │          │      └─► not_approved │              ├─► refused
     └──────────┴──► cancelled ◄────────┘              └─► unknown ─► succeeded | refused | queued | abandoned
"""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.audit.services import draft, record_many
from backoffice.operations.errors import IllegalTransition
from backoffice.operations.models import FINAL_STATES, Operation, OperationEvent, State

TRANSITIONS: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.AWAITING_APPROVAL, State.QUEUED, State.CANCELLED}),
    State.AWAITING_APPROVAL: frozenset({State.QUEUED, State.CANCELLED, State.NOT_APPROVED}),
    # To succeeded and unknown by an answer to an earlier attempt that comes late; to abandoned where such an attempt
    # is in doubt, because "cancelled" would say that nothing was done.
    State.QUEUED: frozenset({State.SENDING, State.CANCELLED, State.ABANDONED, State.SUCCEEDED, State.UNKNOWN}),
    State.SENDING: frozenset({State.SUCCEEDED, State.REFUSED, State.UNKNOWN, State.QUEUED}),
    # From unknown to unknown: a read-back could not tell, or more is known.
    State.UNKNOWN: frozenset({State.SUCCEEDED, State.REFUSED, State.UNKNOWN, State.QUEUED, State.ABANDONED}),
    State.SUCCEEDED: frozenset(),
    State.REFUSED: frozenset(),
    State.CANCELLED: frozenset(),
    State.ABANDONED: frozenset(),
    State.NOT_APPROVED: frozenset(),
}


def move(
    *,
    operation_id: int,
    from_state: State,
    to_state: State,
    note: str = "",
    by: AbstractBaseUser | None = None,
    condition: Q | None = None,
    **values: Any,
) -> bool:
    """Make one step with its event, in one transaction; tell whether the row still stood there.

    condition: what must hold besides the state (whose claim it is, say). values: columns to set with the step.
    Raises IllegalTransition for a step that the table does not know.
    """
    if to_state not in TRANSITIONS[from_state]:
        raise IllegalTransition(from_state, to_state)
    if to_state in FINAL_STATES:
        values.setdefault("finished_at", timezone.now())
    with transaction.atomic():
        rows = Operation.objects.filter(pk=operation_id, state=from_state)
        if condition is not None:
            rows = rows.filter(condition)
        if not rows.update(state=to_state, **values):
            return False
        record_event(operation_id=operation_id, from_state=from_state, to_state=to_state, note=note, by=by)
    return True


def move_many(
    *,
    operation_ids: Sequence[int],
    from_state: State,
    to_state: State,
    note: str = "",
    by: AbstractBaseUser | None = None,
    **values: Any,
) -> list[int]:
    """Make the same step for many at once, set-based; return the ids of those that still stood there.

    Raises IllegalTransition as `move`.
    """
    if to_state not in TRANSITIONS[from_state]:
        raise IllegalTransition(from_state, to_state)
    if to_state in FINAL_STATES:
        values.setdefault("finished_at", timezone.now())
    with transaction.atomic():
        standing = Operation.objects.select_for_update().filter(pk__in=operation_ids, state=from_state).order_by("pk")
        moved = list(standing.values_list("pk", flat=True))
        Operation.objects.filter(pk__in=moved).update(state=to_state, **values)
        record_events(operation_ids=moved, from_state=from_state, to_state=to_state, note=note, by=by)
    return moved


def record_events(
    *, operation_ids: Sequence[int], from_state: str, to_state: str, note: str = "", by: AbstractBaseUser | None = None
) -> None:
    """Write the same line into the history of each."""
    person = cast("User | None", by)
    write_events(
        [
            OperationEvent(operation_id=operation_id, from_state=from_state, to_state=to_state, note=note, by=person)
            for operation_id in operation_ids
        ]
    )


def record_event(
    *, operation_id: int, from_state: str, to_state: str, note: str = "", by: AbstractBaseUser | None = None
) -> None:
    """Write one line of an operation's history."""
    record_events(operation_ids=[operation_id], from_state=from_state, to_state=to_state, note=note, by=by)


def write_events(events: Sequence[OperationEvent]) -> None:
    """Write lines of operations' histories, and each into the audit record; set-based, however many they are.

    The note stays out of the audit record: it may quote the provider, and nothing can be removed there.
    """
    OperationEvent.objects.bulk_create(events)
    record_many(_audit_record_of(event) for event in events)


def _audit_record_of(event: OperationEvent) -> AuditRecord:
    is_step = event.from_state != event.to_state
    return draft(
        f"operation.{event.to_state}" if is_step else "operation.noted",
        subject=Operation(pk=event.operation_id),
        by=event.by,
        operation_id=event.operation_id,
        step=event.pk,
    )


def note_event(*, operation_id: int, note: str, by: AbstractBaseUser | None = None) -> None:
    """Write a line into the history that changes no state."""
    state = Operation.objects.values_list("state", flat=True).get(pk=operation_id)
    record_event(operation_id=operation_id, from_state=state, to_state=state, note=note, by=by)

"""What people decide about an operation: cancel, try now, do again, leave."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.operations.errors import NotPossible, ReasonMissing
from backoffice.operations.kinds import OperationKind, get_kind
from backoffice.operations.models import NO_ANSWER_KEPT, Operation, State
from backoffice.operations.nudging import PERFORM, nudge_on_commit
from backoffice.operations.services.permissions import check_permission
from backoffice.operations.states import move, note_event


def cancel(*, operation_id: int, by: AbstractBaseUser, reason: str) -> Operation:
    """Take back an operation that has not been sent.

    Where an earlier attempt is in doubt it ends as abandoned: "cancelled" would say that nothing was done.
    Raises ReasonMissing, PermissionDenied, NotPossible.
    """
    operation, kind, why = _decided(operation_id, by, reason)
    from_state = State(operation.state)
    if from_state not in {State.AWAITING_APPROVAL, State.QUEUED}:
        raise NotPossible(_("It can be cancelled only while it waits."))
    to_state = State.ABANDONED if operation.in_doubt else State.CANCELLED
    return _end(operation, kind, from_state, to_state, why=why, by=by)


def leave(*, operation_id: int, by: AbstractBaseUser, reason: str) -> Operation:
    """Give an unknown operation up: whether it was done stays open. Raises as `cancel`."""
    operation, kind, why = _decided(operation_id, by, reason)
    if operation.kept_answer:
        raise NotPossible(_("The provider has done it: its answer is kept here and still has to be written down."))
    return _end(operation, kind, State.UNKNOWN, State.ABANDONED, why=why, by=by)


def do_again(*, operation_id: int, by: AbstractBaseUser, reason: str) -> Operation:
    """Send an unknown operation a second time, on a person's word. It may then have been done twice.

    Raises ReasonMissing, PermissionDenied, and NotPossible when it is not unknown, is known to have been done, is
    about somebody who asked to be forgotten, or needed approval and was asked for by the same person.
    """
    operation, _kind, why = _decided(operation_id, by, reason)
    if obstacle := obstacle_to_doing_again(operation, by):
        raise NotPossible(obstacle)
    if operation.kept_answer:
        raise NotPossible(_("The provider has done it: its answer is kept here. It is not sent again."))
    with transaction.atomic():
        cleared = {"error_code": "", "error_text": "", "not_before": None, "nudged_at": None, "read_backs": 0}
        _step(operation, State.UNKNOWN, State.QUEUED, by=by, note=why, in_doubt=True, **cleared)
        nudge_on_commit(PERFORM, [operation_id])
    return Operation.objects.get(pk=operation_id)


def obstacle_to_doing_again(operation: Operation, person: AbstractBaseUser) -> str:
    """Why this person cannot have it sent a second time, as a sentence; empty where they can.

    One approval is for one act: on the asker's word alone the same money could go out as often as answers are lost.
    """
    if operation.subject_is_restricted:
        return _("The customer asked to be forgotten: nothing of it is sent again. “Leave” closes it.")
    if operation.approvals_needed and operation.requested_by_id == person.pk:
        return _(
            "This needed approval, and you asked for it: a colleague who may ask for such acts must do it again. Or "
            "leave it, and ask anew. Nothing was sent just now."
        )
    return ""


def try_now(*, operation_id: int, by: AbstractBaseUser) -> Operation:
    """End the pause of a queued operation. Raises PermissionDenied, NotPossible."""
    operation = Operation.objects.get(pk=operation_id)
    check_permission(get_kind(operation.kind), by)
    with transaction.atomic():
        waiting = Operation.objects.filter(pk=operation_id, state=State.QUEUED)
        if not waiting.update(not_before=None, nudged_at=None):
            raise NotPossible(_("It is not waiting any more. Look again."))
        note_event(operation_id=operation_id, note=_("The pause was ended."), by=by)
        nudge_on_commit(PERFORM, [operation_id])
    return Operation.objects.get(pk=operation_id)


def _decided(operation_id: int, by: AbstractBaseUser, reason: str) -> tuple[Operation, OperationKind, str]:
    operation = Operation.objects.get(pk=operation_id)
    kind = get_kind(operation.kind)
    check_permission(kind, by)
    why = reason.strip()
    if not why:
        raise ReasonMissing
    return operation, kind, why


def _end(
    operation: Operation,
    kind: OperationKind,
    from_state: State,
    to_state: State,
    *,
    why: str,
    by: AbstractBaseUser,
) -> Operation:
    with transaction.atomic():
        _step(operation, from_state, to_state, by=by, note=why, not_before=None)
        kind.release(operation)
    return Operation.objects.get(pk=operation.pk)


def _step(
    operation: Operation,
    from_state: State,
    to_state: State,
    *,
    by: AbstractBaseUser,
    note: str = "",
    **values: Any,
) -> None:
    moved = move(
        operation_id=operation.pk,
        from_state=from_state,
        to_state=to_state,
        # The answer to an earlier attempt can come in this very moment: then it is known to be done.
        condition=NO_ANSWER_KEPT,
        by=by,
        note=note,
        **values,
    )
    if not moved:
        raise NotPossible(_("The operation does not stand there any more. Look again."))

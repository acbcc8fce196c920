"""Four eyes: what somebody else than the asker decides about operations that need approval.

One operation and a whole batch are decided in the same way: the rows are locked, everything is looked at again, and
all of it is written set-based in one transaction. What turns out to be void on the way (changed since it was asked,
too late, about somebody who asked to be forgotten) ends there and then.
"""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.services import draft, record_many
from backoffice.operations.errors import NotPossible, ReasonMissing
from backoffice.operations.fingerprints import is_as_asked
from backoffice.operations.models import Operation, OperationApproval, OperationBatch, State
from backoffice.operations.nudging import PERFORM, nudge_on_commit
from backoffice.operations.refusals import CHANGED_AFTER_ASKING, explain
from backoffice.operations.services.ending import end_as_forgotten, end_unsent
from backoffice.operations.services.permissions import check_may_approve
from backoffice.operations.states import move_many, record_events

Decision = OperationApproval.Decision


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What came of a decision: ids of operations that now go out, that wait for more, that ended, that were void."""

    queued: list[int]
    waiting: list[int]
    ended: list[int]
    void: list[int]


def approve(*, operation_id: int, by: AbstractBaseUser) -> Operation:
    """Agree to an operation that awaits approval; it goes out once as many people agreed as the policy asked for.

    Raises PermissionDenied (also to whoever asked for it) and NotPossible. An operation that was changed since it was
    asked for, whose time is over, or whose subject is restricted, is ended and nothing is sent.
    """
    return _decide_on_one(operation_id, by, Decision.APPROVED, "")


def refuse_approval(*, operation_id: int, by: AbstractBaseUser, reason: str) -> Operation:
    """Say no to an operation that awaits approval: it ends, and nothing is sent. Raises as `approve`, ReasonMissing."""
    return _decide_on_one(operation_id, by, Decision.REFUSED, _why(reason))


def approve_batch(*, batch_id: int, by: AbstractBaseUser) -> Decided:
    """Agree to everything of a batch that awaits approval, in one decision. Raises as `approve`."""
    batch = OperationBatch.objects.get(pk=batch_id)
    return _decide(Q(batch=batch), by, Decision.APPROVED, "")


def refuse_batch(*, batch_id: int, by: AbstractBaseUser, reason: str) -> Decided:
    """Say no to everything of a batch that awaits approval. Raises as `refuse_approval`."""
    batch = OperationBatch.objects.get(pk=batch_id)
    return _decide(Q(batch=batch), by, Decision.REFUSED, _why(reason))


def end_expired(*, at_most: int) -> int:
    """End what was not approved in time; return how many."""
    with transaction.atomic():
        late = _awaiting(Q(approval_expires_at__lte=timezone.now()))[:at_most]
        return len(end_unsent(list(late), State.NOT_APPROVED, note=_not_in_time()))


def obstacle_to_sending(operation: Operation) -> str:
    """Why an operation that needed approval must not go out after all, as a sentence; empty where it may."""
    if not operation.approvals_needed:
        return ""
    if not is_as_asked(operation):
        return explain(CHANGED_AFTER_ASKING)
    agreed = operation.approvals.filter(decision=Decision.APPROVED, fingerprint=operation.fingerprint)
    if agreed.exclude(by=operation.requested_by_id).count() < operation.approvals_needed:
        return _("It has not been approved by as many people as it needs. Ask for it anew.")
    return ""


def _not_in_time() -> str:
    return _("It was not approved in time. Nothing was sent.")


def _why(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise ReasonMissing
    return why


def _decide_on_one(operation_id: int, by: AbstractBaseUser, decision: str, reason: str) -> Operation:
    Operation.objects.get(pk=operation_id)
    decided = _decide(Q(pk=operation_id), by, decision, reason)
    operation = Operation.objects.get(pk=operation_id)
    if decided.void:
        raise NotPossible(operation.events.latest("pk").note)
    return operation


def _decide(which: Q, by: AbstractBaseUser, decision: str, reason: str) -> Decided:
    with transaction.atomic():
        person = get_user_model().objects.get(pk=by.pk)
        operations = list(_awaiting(which))
        check_may_approve(person, operations)
        if not operations:
            raise NotPossible(_("It does not await approval any more. Look again."))
        void = _end_void(operations)
        remaining = _not_decided_before([row for row in operations if row.pk not in void], person)
        if not remaining and not void:
            raise NotPossible(_("You have approved this before; it waits for somebody else."))
        _write_down(remaining, person, decision, reason)
        if decision == Decision.REFUSED:
            ended = end_unsent(remaining, State.NOT_APPROVED, note=reason, by=person)
            return Decided(queued=[], waiting=[], ended=ended, void=void)
        queued = _queue_agreed(remaining, person)
        waiting = [row.pk for row in remaining if row.pk not in queued]
        still = State.AWAITING_APPROVAL
        record_events(operation_ids=waiting, from_state=still, to_state=still, note=_("Approved."), by=person)
        return Decided(queued=queued, waiting=waiting, ended=[], void=void)


def _awaiting(which: Q) -> QuerySet[Operation]:
    """Locked: two people who decide at once come one after the other."""
    return Operation.objects.select_for_update().filter(which, state=State.AWAITING_APPROVAL).order_by("pk")


def _end_void(operations: list[Operation]) -> list[int]:
    """End what cannot be decided on any more; return the ids."""
    forgotten = [row for row in operations if row.subject_is_restricted]
    left = [row for row in operations if not row.subject_is_restricted]
    changed = [row for row in left if not is_as_asked(row)]
    now = timezone.now()
    late = [row for row in left if row.approval_expires_at and row.approval_expires_at <= now and row not in changed]
    return [
        *end_as_forgotten(forgotten),
        *end_unsent(changed, State.CANCELLED, note=explain(CHANGED_AFTER_ASKING), error_code=CHANGED_AFTER_ASKING),
        *end_unsent(late, State.NOT_APPROVED, note=_not_in_time()),
    ]


def _not_decided_before(operations: list[Operation], person: User) -> list[Operation]:
    decided = OperationApproval.objects.filter(operation__in=operations, by=person)
    before = set(decided.values_list("operation_id", flat=True))
    return [row for row in operations if row.pk not in before]


def _write_down(operations: list[Operation], person: User, decision: str, reason: str) -> None:
    OperationApproval.objects.bulk_create(
        OperationApproval(
            operation=row,
            requested_by_id=row.requested_by_id,
            by=person,
            decision=decision,
            reason=reason,
            fingerprint=row.fingerprint,
        )
        for row in operations
    )
    # Without the reason, which stands in the decision: what people write can be personal, and a record stays for ever.
    action = "operation.approved" if decision == Decision.APPROVED else "operation.approval_refused"
    record_many(
        draft(action, subject=row, by=person, operation_id=row.pk, fingerprint=row.fingerprint) for row in operations
    )


def _queue_agreed(operations: list[Operation], person: User) -> list[int]:
    """Let go out what enough people agreed to; return the ids."""
    agreed = OperationApproval.objects.filter(operation__in=operations, decision=Decision.APPROVED)
    counts = dict(agreed.order_by().values_list("operation").annotate(count=Count("by", distinct=True)))
    enough = [row.pk for row in operations if counts.get(row.pk, 0) >= row.approvals_needed]
    queued = move_many(
        operation_ids=enough,
        from_state=State.AWAITING_APPROVAL,
        to_state=State.QUEUED,
        by=person,
        note=_("Approved."),
        approved_by_id=person.pk,
        nudged_at=timezone.now(),
    )
    nudge_on_commit(PERFORM, queued)
    return queued

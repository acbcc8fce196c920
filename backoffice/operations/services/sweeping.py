"""Finding what was lost: workers that died, messages that never arrived, read-backs that are due."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.context import acting
from backoffice.operations import pacing
from backoffice.operations.circumstances import by_itself
from backoffice.operations.kinds import OperationKind, find_kind
from backoffice.operations.models import NO_ANSWER_KEPT, Operation, State
from backoffice.operations.nudging import PERFORM, READ_BACK, nudge
from backoffice.operations.services.approving import end_expired
from backoffice.operations.states import move

logger = structlog.get_logger(__name__)

_AT_MOST = 500


@dataclass(frozen=True, kw_only=True)
class SweepResult:
    """What a sweep found: counts of operations."""

    returned_to_queue: int
    marked_unknown: int
    nudged: int
    read_backs_nudged: int
    not_approved_in_time: int


def sweep() -> SweepResult:
    """Look after every operation that nobody looks after. May run at the same time as others of its kind."""
    result = SweepResult(
        returned_to_queue=sum(map(_return_to_queue, _claimed_and_never_sent())),
        marked_unknown=sum(map(_mark_unknown, _sent_and_never_settled())),
        nudged=_nudge_again(State.QUEUED, PERFORM),
        read_backs_nudged=_nudge_again(State.UNKNOWN, READ_BACK),
        not_approved_in_time=end_expired(at_most=_AT_MOST),
    )
    if any(vars(result).values()):
        logger.info("operations_swept", **vars(result))
    return result


def _claimed_and_never_sent() -> QuerySet[Operation]:
    ended = pacing.lease_ended_before()
    never_sent = Q(sent_at__isnull=True, claimed_at__lt=ended)
    return Operation.objects.filter(never_sent & NO_ANSWER_KEPT, state=State.SENDING)[:_AT_MOST]


def _sent_and_never_settled() -> QuerySet[Operation]:
    """Those of which an earlier attempt was answered meanwhile among them: that answer is to be written down."""
    ended = pacing.lease_ended_before()
    sent_before = Q(sent_at__isnull=True, claimed_at__lt=ended) & ~NO_ANSWER_KEPT
    return Operation.objects.filter(Q(sent_at__lt=ended) | sent_before, state=State.SENDING)[:_AT_MOST]


def _return_to_queue(operation: Operation) -> bool:
    """The worker died before the call, or gave way to a restriction: proven, as `sent_at` is committed just before."""
    return _move_by_itself(
        operation,
        to_state=State.QUEUED,
        condition=Q(claim_token=operation.claim_token, sent_at__isnull=True) & NO_ANSWER_KEPT,
        note=_("This attempt ended before the call: it has sent nothing."),
        not_before=pacing.next_attempt(attempts=operation.attempts - 1) if operation.attempts > 1 else None,
        nudged_at=None,
    )


def _mark_unknown(operation: Operation) -> bool:
    """The worker died, or hangs, after it had begun the call: nobody knows what became of it."""
    kind = find_kind(operation.kind)
    note = _("The worker was lost during the call, or before its answer was written down. It may have been done.")
    return _move_by_itself(
        operation,
        to_state=State.UNKNOWN,
        condition=Q(claim_token=operation.claim_token) & (Q() if operation.kept_answer else NO_ANSWER_KEPT),
        note=note,
        error_code="",
        error_text=note,
        in_doubt=True,
        not_before=_when_to_find_out(operation, kind),
        nudged_at=None,
    )


def _when_to_find_out(operation: Operation, kind: OperationKind | None) -> datetime | None:
    """At once where the answer is kept here; else when the provider, too, is through with a call that began late."""
    if operation.kept_answer:
        return timezone.now()
    if kind is None or not kind.can_read_back:
        return None
    return pacing.next_read_back(read_backs=operation.read_backs, is_slow=kind.is_slow)


def _move_by_itself(operation: Operation, **step: Any) -> bool:
    with acting(by_itself(operation)):
        return move(operation_id=operation.pk, from_state=State.SENDING, **step)


def _nudge_again(state: State, task: str) -> int:
    """Send the tasks of what is due and was not nudged lately."""
    now = timezone.now()
    due = Q(not_before__lte=now) | (Q(not_before__isnull=True) if state == State.QUEUED else Q())
    quiet = Q(nudged_at__isnull=True) | Q(nudged_at__lt=pacing.nudged_long_ago())
    rows = Operation.objects.filter(due & quiet, state=state).order_by("pk")
    chosen = list(rows.values_list("pk", flat=True)[:_AT_MOST])
    sent = nudge(task, chosen)
    Operation.objects.filter(pk__in=chosen[:sent], state=state).update(nudged_at=now)
    return sent

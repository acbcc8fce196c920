"""Writing down how an attempt ended. Whoever comes too late overwrites nothing, and loses nothing either.

An attempt owns its row while the row still carries its `claim_token`: also after the sweeper has taken the row for
lost, as long as nobody else has claimed it since.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.operations import pacing
from backoffice.operations.faults import report
from backoffice.operations.kept_answers import dump_answer
from backoffice.operations.kinds import OperationKind
from backoffice.operations.models import NO_ANSWER_KEPT, Operation, State
from backoffice.operations.services.outcomes import Declined, NothingSent, Outcome, Succeeded, Unclear
from backoffice.operations.states import move, note_event

logger = structlog.get_logger(__name__)

_DATABASE_PAUSES_SECONDS = (0.5, 2.0, 5.0)
Apply = Callable[[Operation, Any], dict[str, Any]]


def settle(operation: Operation, kind: OperationKind, outcome: Outcome) -> None:
    """Write the outcome of the attempt that `operation` was claimed for.

    A database that is away for a moment is asked again: the outcome exists only here.
    """
    for pause in (*_DATABASE_PAUSES_SECONDS, None):
        try:
            return _settle(operation, kind, outcome)
        except (OperationalError, InterfaceError):
            # Inside a transaction of the caller nothing can be repeated.
            if pause is None or connection.in_atomic_block:
                raise
            time.sleep(pause)
            close_old_connections()
    return None


def _settle(operation: Operation, kind: OperationKind, outcome: Outcome) -> None:
    match outcome:
        case Succeeded():
            settled = _settle_success(operation, kind, outcome)
        case Declined():
            settled = _settle_refusal(operation, kind, outcome) or _leave_to_kept_answer(operation, outcome)
        case NothingSent():
            settled = _settle_nothing_sent(operation, outcome) or _leave_to_kept_answer(operation, outcome)
        case Unclear():
            settled = _settle_unclear(operation, kind, outcome) or _leave_to_kept_answer(operation, outcome)
    if not settled:
        _note_late(operation, outcome)
    logger.info("operation_attempt_ended", operation=operation.pk, kind=kind.name, outcome=type(outcome).__name__)


def succeed(
    operation: Operation, apply: Apply, answer: Any, *, from_states: tuple[State, ...], note: str = "", by: Any = None
) -> bool:
    """Make the operation succeeded and apply the answer, in one transaction; tell whether it was still ours.

    What `apply` raises undoes both.
    """
    with transaction.atomic():
        if not _move_mine(operation, from_states, State.SUCCEEDED, note=note, by=by, not_before=None, kept_answer=""):
            return False
        operation.answer = apply(operation, answer)
        operation.error_code = operation.error_text = ""
        operation.save(update_fields=["answer", "error_code", "error_text", "subject_model", "subject_id"])
    return True


def _settle_success(operation: Operation, kind: OperationKind, outcome: Succeeded) -> bool:
    states = (State.SENDING, State.UNKNOWN, State.QUEUED)
    try:
        return succeed(operation, kind.apply, outcome.answer, from_states=states)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - the provider has done it: the answer must not be lost
        place = report("operation_apply_failed", operation, error)
        return _keep_answer(operation, outcome.answer, place)


def _keep_answer(operation: Operation, answer: Any, place: str) -> bool:
    """The provider did it and our own writing failed: keep the answer; nothing is sent again."""
    text = _(
        "The provider has done it. Our own records could not be written: %(error)s. The answer is kept; it is "
        "written again by itself, and at “read back”. Nothing is sent again."
    ) % {"error": place}
    return _move_mine(
        operation,
        (State.SENDING, State.UNKNOWN, State.QUEUED),
        State.UNKNOWN,
        note=text,
        error_code="",
        error_text=text,
        kept_answer=_dump(operation, answer),
        not_before=pacing.next_read_back(read_backs=operation.read_backs),
        nudged_at=None,
    )


def _dump(operation: Operation, answer: Any) -> str:
    try:
        return dump_answer(answer)
    except Exception as error:  # noqa: BLE001 - better to know less than to lose what is known
        report("operation_answer_not_kept", operation, error)
        return ""


def _settle_refusal(operation: Operation, kind: OperationKind, outcome: Declined) -> bool:
    if operation.was_out_before and kind.can_read_back:
        return _settle_refusal_in_doubt(operation, kind, outcome)
    with transaction.atomic():
        states = (State.SENDING, State.UNKNOWN)
        refused = _move_mine(
            operation,
            states,
            State.REFUSED,
            condition=NO_ANSWER_KEPT,
            note=outcome.code,
            error_code=outcome.code[:100],
            error_text=outcome.text,
            not_before=None,
            in_doubt=operation.in_doubt,
        )
        if refused:
            kind.note_refusal(operation, outcome.code, outcome.data)
            kind.release(operation)
    return refused


def _settle_refusal_in_doubt(operation: Operation, kind: OperationKind, outcome: Declined) -> bool:
    """This attempt was refused, perhaps because an earlier one was done: ask before calling it refused."""
    text = _("This attempt was refused (%(code)s), but an earlier one may have been done.") % {"code": outcome.code}
    with transaction.atomic():
        unknown = _move_mine(
            operation,
            (State.SENDING, State.UNKNOWN),
            State.UNKNOWN,
            condition=NO_ANSWER_KEPT,
            note=text,
            error_code=outcome.code[:100],
            error_text=outcome.text or text,
            in_doubt=operation.in_doubt,
            # Where our own check stopped this one, what may have been done went out before.
            sent_at=Coalesce("sent_at", "first_sent_at", "earlier_sent_at"),
            not_before=pacing.next_read_back(read_backs=operation.read_backs, is_slow=kind.is_slow),
            nudged_at=None,
        )
        if unknown:
            kind.note_refusal(operation, outcome.code, outcome.data)
    return unknown


def _settle_nothing_sent(operation: Operation, outcome: NothingSent) -> bool:
    """Back to the queue, with what was known of earlier attempts when this one was claimed."""
    if outcome.needs_a_person:
        until = pacing.next_attempt_unauthorised(attempts=operation.attempts)
    else:
        until = pacing.next_attempt(attempts=operation.attempts, retry_after=outcome.retry_after)
    waiting = {"error_code": outcome.code, "error_text": outcome.text, "not_before": until}
    back = _move_mine(
        operation,
        (State.SENDING, State.UNKNOWN),
        State.QUEUED,
        condition=NO_ANSWER_KEPT,
        note=outcome.text,
        sent_at=None,
        first_sent_at=operation.first_sent_at,
        nudged_at=None,
        in_doubt=operation.in_doubt,
        **waiting,
    )
    if outcome.needs_a_person:
        # The next one would be turned away too: none goes out before.
        Operation.objects.filter(state=State.QUEUED).exclude(not_before__gte=until).update(**waiting)
    return back


def _settle_unclear(operation: Operation, kind: OperationKind, outcome: Unclear) -> bool:
    due = pacing.next_read_back(read_backs=operation.read_backs, is_slow=kind.is_slow) if kind.can_read_back else None
    return _move_mine(
        operation,
        (State.SENDING,),
        State.UNKNOWN,
        condition=NO_ANSWER_KEPT,
        note=outcome.text,
        error_code=outcome.code[:100],
        error_text=outcome.text,
        in_doubt=True,
        not_before=due,
        nudged_at=None,
    )


def _leave_to_kept_answer(operation: Operation, outcome: Declined | NothingSent | Unclear) -> bool:
    """An earlier attempt was answered during this one, which did not succeed: write that answer down next."""
    found = _("An earlier attempt has been done: its answer is kept, and is written down next.")
    return _move_mine(
        operation,
        (State.SENDING, State.UNKNOWN),
        State.UNKNOWN,
        condition=~NO_ANSWER_KEPT,
        note=f"{outcome.text} {found}".strip(),
        error_code="",
        error_text=found,
        not_before=timezone.now(),
        nudged_at=None,
    )


def _note_late(operation: Operation, outcome: Outcome) -> None:
    """The row went on without this attempt: leave it, and keep what the attempt has learned."""
    if isinstance(outcome, Succeeded):
        note = _("An earlier attempt came back late: the provider had done it. It may have been done twice.")
        with transaction.atomic():
            note_event(operation_id=operation.pk, note=note)
            _keep_late_answer(operation, outcome.answer)
    else:
        note = _("An earlier attempt came back late: %(text)s") % {"text": outcome.text}
        note_event(operation_id=operation.pk, note=note)


def _keep_late_answer(operation: Operation, answer: Any) -> None:
    """Keep the answer; where no attempt is under way that would find it at its end, it is written down next."""
    row = Operation.objects.filter(pk=operation.pk)
    row.update(in_doubt=True)
    row.filter(NO_ANSWER_KEPT).update(kept_answer=_dump(operation, answer))
    next_step: dict[str, Any] = {"error_code": "", "error_text": "", "not_before": timezone.now(), "nudged_at": None}
    row.exclude(NO_ANSWER_KEPT).filter(state=State.UNKNOWN).update(**next_step)
    move(
        operation_id=operation.pk,
        from_state=State.QUEUED,
        to_state=State.UNKNOWN,
        condition=~NO_ANSWER_KEPT,
        note=_("It is not sent again: the answer is written down next."),
        **next_step,
    )


def _move_mine(
    operation: Operation,
    from_states: tuple[State, ...],
    to_state: State,
    *,
    note: str,
    by: Any = None,
    condition: Q | None = None,
    **values: Any,
) -> bool:
    """Make the step from whichever of the states the row is in, while it still carries our claim."""
    mine = Q(claim_token=operation.claim_token)
    if condition is not None:
        mine &= condition
    return any(
        move(operation_id=operation.pk, from_state=state, to_state=to_state, note=note, by=by, condition=mine, **values)
        for state in from_states
    )

"""Asking the provider what became of an act whose answer was lost."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import provider
from backoffice.audit.context import acting
from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.observing import CauseKind, caused_by
from backoffice.operations import pacing
from backoffice.operations.circumstances import as_asked
from backoffice.operations.errors import NotPossible
from backoffice.operations.faults import report
from backoffice.operations.kept_answers import load_answer
from backoffice.operations.kinds import CannotTell, Done, NotDone, OperationKind, ReadBack, get_kind
from backoffice.operations.models import NO_ANSWER_KEPT, Operation, State
from backoffice.operations.nudging import PERFORM, nudge_on_commit
from backoffice.operations.redacting import without_personal_data
from backoffice.operations.services.permissions import check_permission
from backoffice.operations.services.settling import succeed
from backoffice.operations.states import move


def read_back(*, operation_id: int, by: AbstractBaseUser | None = None) -> Operation:
    """Find out what became of an unknown operation, now; `by` is the person who asked for it.

    Done: it succeeds. Not done: it is queued again, or refused where the last attempt was. No telling: it stays
    unknown, and says why.
    Raises UnknownKind, PermissionDenied, and NotPossible when it is not unknown or its kind cannot be read back.
    """
    operation = Operation.objects.get(pk=operation_id)
    kind = get_kind(operation.kind)
    if by is not None:
        check_permission(kind, by)
    if not can_be_read_back(operation, kind):
        raise NotPossible(_("There is nothing to read back: the operation is not unknown, or its kind has no trace."))
    if not _count(operation, kind, Q()):
        raise NotPossible(_("The operation has moved on meanwhile. Look again."))
    return _find_out(operation, kind, by)


def read_back_if_due(*, operation_id: int) -> Operation:
    """The same without a person, when its time has come; does nothing otherwise."""
    operation = Operation.objects.select_related("requested_by").get(pk=operation_id)
    kind = get_kind(operation.kind)
    with acting(as_asked(operation)):
        if can_be_read_back(operation, kind) and _count(operation, kind, Q(not_before__lte=timezone.now())):
            return _find_out(operation, kind, None)
    return operation


def can_be_read_back(operation: Operation, kind: OperationKind) -> bool:
    """Whether a read-back can settle it: the provider can be asked, or its answer is kept here."""
    return operation.state == State.UNKNOWN and (kind.can_read_back or bool(operation.kept_answer))


def _count(operation: Operation, kind: OperationKind, condition: Q) -> bool:
    """Claim this read-back: counted before it is made, and the next one set; tell whether it is ours."""
    rows = Operation.objects.filter(condition, pk=operation.pk, state=State.UNKNOWN, read_backs=operation.read_backs)
    due = pacing.next_read_back(read_backs=operation.read_backs + 1, is_slow=kind.is_slow)
    if not rows.update(read_backs=F("read_backs") + 1, not_before=due, nudged_at=None):
        return False
    operation.refresh_from_db()
    return operation.state == State.UNKNOWN


def _find_out(operation: Operation, kind: OperationKind, by: AbstractBaseUser | None) -> Operation:
    if operation.kept_answer:
        _apply_kept_answer(operation, kind, by)
    else:
        _settle(operation, kind, _ask(operation, kind), by)
    return Operation.objects.get(pk=operation.pk)


def _apply_kept_answer(operation: Operation, kind: OperationKind, by: AbstractBaseUser | None) -> None:
    try:
        answer = load_answer(kind, operation.kept_answer)
        succeed(
            operation,
            kind.apply,
            answer,
            from_states=(State.UNKNOWN,),
            by=by,
            note=_("The provider's answer, kept since then, is now in our records."),
        )
    except Exception as error:  # noqa: BLE001 - the kept answer stays where it is
        _stay_unknown(operation, _cannot_write(operation, error), by)


def _ask(operation: Operation, kind: OperationKind) -> ReadBack:
    try:
        with caused_by(CauseKind.READ_BACK, operation.pk):
            return kind.read_back(operation, provider.get_client())
    except CryptoPocketError as error:
        asked = [operation.request, kind.personal_values(operation)]
        return CannotTell(reason=without_personal_data(str(error), asked))
    except Exception as error:  # noqa: BLE001 - a fault of ours proves nothing about the provider
        place = report("operation_read_back_failed", operation, error)
        return CannotTell(reason=_("Our own program failed: %(place)s.") % {"place": place})


def _settle(operation: Operation, kind: OperationKind, found: ReadBack, by: AbstractBaseUser | None) -> None:
    match found:
        case Done():
            _succeed(operation, kind, found, by)
        case NotDone() if operation.waits_for_its_refusal:
            _refuse(operation, kind, by)
        case NotDone():
            _queue_again(operation, by)
        case CannotTell():
            _stay_unknown(operation, found.reason, by)


def _succeed(operation: Operation, kind: OperationKind, found: Done, by: AbstractBaseUser | None) -> None:
    note = _("Read back: the provider has done it.")
    try:
        succeed(operation, kind.apply_read_back, found.answer, from_states=(State.UNKNOWN,), by=by, note=note)
    except Exception as error:  # noqa: BLE001 - it can be read back again
        _stay_unknown(operation, _cannot_write(operation, error), by)


def _cannot_write(operation: Operation, error: Exception) -> str:
    place = report("operation_apply_failed", operation, error)
    return _("The provider has done it. Our own records could not be written: %(error)s.") % {"error": place}


def _refuse(operation: Operation, kind: OperationKind, by: AbstractBaseUser | None) -> None:
    """The last attempt was refused, and not because of an earlier one: there is no trace of any."""
    with transaction.atomic():
        refused = move(
            operation_id=operation.pk,
            from_state=State.UNKNOWN,
            to_state=State.REFUSED,
            condition=Q(claim_token=operation.claim_token) & NO_ANSWER_KEPT,
            note=_("Read back: the provider has not done it. The refusal stands."),
            by=by,
            not_before=None,
        )
        if refused:
            kind.release(operation)


def _queue_again(operation: Operation, by: AbstractBaseUser | None) -> None:
    if operation.attempts >= pacing.ATTEMPT_LIMIT:
        _stay_unknown(operation, _("Not done, after many attempts. It is not sent again by itself."), by)
        return
    moved = move(
        operation_id=operation.pk,
        from_state=State.UNKNOWN,
        to_state=State.QUEUED,
        condition=Q(claim_token=operation.claim_token) & NO_ANSWER_KEPT,
        note=_("Read back: the provider has not done it. It is sent again."),
        by=by,
        error_code="",
        error_text="",
        in_doubt=False,
        sent_at=None,
        # What is there from now on until it is sent again, others have made ...
        first_sent_at=None,
        # ... or this attempt after all, where the provider took longer than we waited.
        earlier_sent_at=Coalesce("earlier_sent_at", "first_sent_at", "sent_at"),
        not_before=pacing.next_attempt(attempts=operation.attempts),
        nudged_at=None,
    )
    if moved:
        nudge_on_commit(PERFORM, [operation.pk])


def _stay_unknown(operation: Operation, reason: str, by: AbstractBaseUser | None) -> None:
    move(
        operation_id=operation.pk,
        from_state=State.UNKNOWN,
        to_state=State.UNKNOWN,
        condition=Q(claim_token=operation.claim_token),
        note=_("Read back: no telling. %(reason)s") % {"reason": reason},
        by=by,
    )

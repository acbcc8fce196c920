"""One attempt: the last checks, the mark that it goes out, the call, and what its end means.

Nothing in here runs inside a transaction, and no exception's text is logged or stored unless it is one of our own:
others can hold personal data.
"""

from dataclasses import replace

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import provider
from backoffice.audit.services import record
from backoffice.cryptopocket.errors import (
    ConfigurationError,
    ContractError,
    CryptoPocketError,
    InvalidRequest,
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    Refused,
)
from backoffice.observing import CauseKind, caused_by
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.faults import report
from backoffice.operations.kinds import OperationKind
from backoffice.operations.models import Operation, State
from backoffice.operations.redacting import without_personal_data
from backoffice.operations.refusals import ASKED_TO_BE_FORGOTTEN, INVALID_REQUEST, NOT_SENT_BY_US, explain
from backoffice.operations.services.approving import obstacle_to_sending
from backoffice.operations.services.outcomes import Declined, NothingSent, Outcome, Succeeded, Unclear

NOT_AUTHORISED = "authorization_incorrect"
NOT_CONFIGURED = "configuration"
OUR_ERROR = "program_error"


def attempt(operation: Operation, kind: OperationKind) -> Outcome | None:
    """Carry out a claimed operation; None when the claim was taken away before anything was sent.

    What the outcome says is kept in clear, so the personal values of what was asked are masked in it.
    """
    try:
        # Read before the call: an outcome must not be lost because the database is away after it.
        asked = [operation.request, kind.personal_values(operation)]
    except Exception as error:  # noqa: BLE001 - whatever it is, the row must say that nothing was sent
        return _before_the_call(operation, error)
    outcome = _attempt(operation, kind)
    if outcome is None or isinstance(outcome, Succeeded):
        return outcome
    # A raw exception text can stand where a code is expected (contract 1.3).
    return replace(
        outcome,
        code=without_personal_data(outcome.code, asked),
        text=without_personal_data(outcome.text, asked),
    )


def _attempt(operation: Operation, kind: OperationKind) -> Outcome | None:
    try:
        if operation.subject_is_restricted:
            return Declined(code=ASKED_TO_BE_FORGOTTEN, text=explain(ASKED_TO_BE_FORGOTTEN))
        if obstacle := obstacle_to_sending(operation):
            return Declined(code=NOT_SENT_BY_US, text=obstacle)
        client = provider.get_client()
        kind.prepare(operation)
    except Exception as error:  # noqa: BLE001 - whatever it is, the row must say that nothing was sent
        return _before_the_call(operation, error)
    if not _mark_sent(operation):
        return None
    try:
        with caused_by(CauseKind.OPERATION, operation.pk):
            return Succeeded(answer=kind.send(operation, client))
    except Exception as error:  # noqa: BLE001 - whatever it is, the row must say what is known
        return _after_the_call(operation, error)


def _mark_sent(operation: Operation) -> bool:
    """Commit that the call goes out now: from here on nobody can say that nothing was sent.

    Not where the subject was restricted a moment ago: the sweeper brings it back to the queue, and it ends there.
    """
    operation.sent_at = now = timezone.now()
    mine = Q(pk=operation.pk, state=State.SENDING, claim_token=operation.claim_token, sent_at__isnull=True)
    mine &= Q(subject_is_restricted=False)
    with transaction.atomic():
        first = Coalesce("first_sent_at", Value(now))
        if not Operation.objects.filter(mine).update(sent_at=now, first_sent_at=first):
            return False
        record("operation.sent", subject=operation, operation_id=operation.pk, attempt=operation.attempts)
    return True


def _before_the_call(operation: Operation, error: Exception) -> Outcome:
    if isinstance(error, CannotBeSent):
        return Declined(code=NOT_SENT_BY_US, text=str(error))
    if isinstance(error, CryptoPocketError):
        return _proven_not_done(error) or NothingSent(code=OUR_ERROR, text=str(error))
    return NothingSent(code=OUR_ERROR, text=_our_error(operation, error))


def _after_the_call(operation: Operation, error: Exception) -> Outcome:
    if isinstance(error, OutcomeUnknown):
        return Unclear(code=error.code, text=str(error))
    if isinstance(error, CryptoPocketError):
        return _proven_not_done(error) or Unclear(code=OUR_ERROR, text=str(error))
    return Unclear(code=OUR_ERROR, text=_our_error(operation, error))


def _proven_not_done(error: CryptoPocketError) -> Outcome | None:
    """What an error means that proves that nothing was done; None for one that proves nothing."""
    match error:
        case Refused():
            return Declined(code=error.code, text=_refusal_text(error), data=error.data)
        case NotSent():
            return NothingSent(code="", text=str(error), retry_after=error.retry_after)
        case NotAuthorised():
            return NothingSent(code=NOT_AUTHORISED, text=str(error), needs_a_person=True)
        case ConfigurationError() | ContractError():
            return NothingSent(code=NOT_CONFIGURED, text=str(error), needs_a_person=True)
        case InvalidRequest():
            return Declined(code=INVALID_REQUEST, text=str(error))
    return None


def _refusal_text(error: Refused) -> str:
    """The provider's own words, with those about single fields."""
    fields = [f"{field}: {' '.join(messages)}" for field, messages in error.field_errors.items()]
    return "\n".join([error.text, *fields] if error.text else fields)


def _our_error(operation: Operation, error: Exception) -> str:
    return _("Our own program failed: %(place)s.") % {"place": report("operation_attempt_failed", operation, error)}

"""Where an operation stands, in plain words: what is known, whether anything was sent, what to do."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.face.moments import exact_time
from backoffice.operations.kinds import OperationKind
from backoffice.operations.masked import as_shown
from backoffice.operations.models import Operation, State
from backoffice.operations.refusals import (
    ASKED_TO_BE_FORGOTTEN,
    CHANGED_AFTER_ASKING,
    INVALID_REQUEST,
    NOT_SENT_BY_US,
    explain,
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a page says of an operation. `is_settled`: nothing will change by itself any more."""

    headline: str
    sent: str
    advice: str
    is_settled: bool


def standing_of(operation: Operation, kind: OperationKind | None) -> Standing:
    """The words for an operation; `kind` is None where its code is gone."""
    shown, masked = as_shown(operation)
    words = _done_after_all if _turned_out_done(operation) else _WORDS[State(operation.state)]
    headline, sent, advice = map(masked, words(shown, kind))
    if _may_have_been_done_before(operation):
        sent = f"{sent} {_('An earlier attempt may have been done as well.')}"
    return Standing(headline=headline, sent=sent, advice=advice, is_settled=_is_settled(operation))


def _may_have_been_done_before(operation: Operation) -> bool:
    found_by_reading_back = operation.state == State.SUCCEEDED and operation.attempts == 1
    is_said_already = operation.state in {State.UNKNOWN, State.ABANDONED} or _turned_out_done(operation)
    return operation.in_doubt and not is_said_already and not found_by_reading_back


def _turned_out_done(operation: Operation) -> bool:
    return operation.is_final and bool(operation.kept_answer)


def _is_settled(operation: Operation) -> bool:
    waits_for_a_person = operation.state == State.UNKNOWN and operation.not_before is None
    return operation.is_final or waits_for_a_person


Words = tuple[str, str, str]


def _not_sent(operation: Operation, *, tries: int) -> str:
    """The words for an operation that is known not to be done, after so many attempts that were turned away.

    Of those nobody says that they sent nothing: the provider may have read the whole call and have done none of it.
    """
    if operation.in_doubt:
        return _("This attempt has sent nothing.")
    return _("It was tried; the provider has done nothing.") if tries else _("Nothing was sent.")


def _awaiting_approval(operation: Operation, _kind: Any) -> Words:
    return (
        _("It waits for a second person."),
        _not_sent(operation, tries=operation.attempts),
        _("Somebody other than the asker must approve it."),
    )


def _queued(operation: Operation, _kind: Any) -> Words:
    sent = _not_sent(operation, tries=operation.attempts)
    if operation.not_before is None or operation.not_before <= timezone.now():
        return _("It waits for a worker."), sent, _("Nothing: it goes out in a moment.")
    at = _at(operation.not_before)
    if operation.error_code:
        return (
            _("It waits for an administrator; next try at %(at)s.") % {"at": at},
            sent,
            _("%(reason)s When that is repaired, press “Try now”.") % {"reason": operation.error_text},
        )
    return (
        _("It waits; next try at %(at)s.") % {"at": at},
        sent,
        f"{operation.error_text} {_('Nothing needs to be done: it is tried again by itself.')}".strip(),
    )


def _sending(operation: Operation, _kind: Any) -> Words:
    if operation.sent_at is None:
        return _("A worker has taken it up."), _not_sent(operation, tries=operation.attempts - 1), _("Wait a moment.")
    return (
        _("It is being sent; the provider has not answered yet."),
        _("Sent at %(at)s.") % {"at": _at(operation.sent_at)},
        _("Wait a moment. If the worker is lost, that is found out by itself."),
    )


def _succeeded(operation: Operation, kind: OperationKind | None) -> Words:
    # Without the answer there is no telling what is left to do.
    advice = kind.advise_when_done(operation) if kind and operation.purged_at is None else ""
    return _("The provider has done it."), _("It was sent and done."), advice or _("Nothing.")


def _refused(operation: Operation, kind: OperationKind | None) -> Words:
    reason = kind.explain_refusal(operation.error_code, operation.error_text) if kind else operation.error_code
    if operation.error_code in {INVALID_REQUEST, NOT_SENT_BY_US, ASKED_TO_BE_FORGOTTEN}:
        return _("We did not send it."), _not_sent(operation, tries=operation.attempts - 1), reason
    return _("The provider said no."), _("The provider was asked and has done nothing."), reason


def _unknown(operation: Operation, kind: OperationKind | None) -> Words:
    if operation.kept_answer:
        return (
            _("The provider has done it; it is not in our records yet."),
            _("It was sent and done. Nothing is sent again."),
            _("It is written down again by itself. “Read back” does it now; if that fails, tell an administrator."),
        )
    sent = _("It was sent at %(at)s and may have been done.") % {"at": _at(operation.sent_at)}
    return _("Nobody knows yet whether it was done."), sent, _advice_for_unknown(operation, kind)


def _advice_for_unknown(operation: Operation, kind: OperationKind | None) -> str:
    if operation.not_before is not None:
        at = _at(operation.not_before)
        return _("The provider is asked what became of it at %(at)s. “Read back” asks now.") % {"at": at}
    if kind is not None and kind.can_read_back:
        return _("Asking the provider did not settle it. “Read back” asks once more; otherwise decide.")
    if kind is not None and (advice := kind.advise_when_unknown(operation)):
        return advice
    return _(
        "The provider cannot be asked about this. Find out whether it was done (ask the customer, or CryptoPocket). "
        "If not, “Do again” sends it once more; if it was done after all, it is then done twice. “Leave” closes it."
    )


def _cancelled(operation: Operation, _kind: Any) -> Words:
    sent = _not_sent(operation, tries=operation.attempts)
    if operation.error_code == ASKED_TO_BE_FORGOTTEN:
        return _("It was ended before it was done."), sent, explain(ASKED_TO_BE_FORGOTTEN)
    if operation.error_code == CHANGED_AFTER_ASKING:
        return _("It was ended: it is not what was asked any more."), sent, explain(CHANGED_AFTER_ASKING)
    return _("It was taken back."), sent, _("Nothing.")


def _not_approved(operation: Operation, _kind: Any) -> Words:
    sent = _not_sent(operation, tries=operation.attempts)
    return _("It was not approved."), sent, _("Read why below. If it is still wanted, ask for it anew.")


def _done_after_all(_operation: Operation, _kind: Any) -> Words:
    """Of one that had ended otherwise when the answer came."""
    late = _("An answer that came later says that the provider has done it.")
    return _("It was ended; later it turned out to be done."), late, _("Tell an administrator: the answer is kept.")


def _abandoned(operation: Operation, _kind: Any) -> Words:
    return (
        _("It was left: whether it was done stays open."),
        _("It was sent at %(at)s and may have been done.") % {"at": _at(operation.sent_at)},
        _("Nothing."),
    )


def _at(moment: Any) -> str:
    return exact_time(moment) if moment else _("an unknown time")


_WORDS = {
    State.REQUESTED: _queued,
    State.AWAITING_APPROVAL: _awaiting_approval,
    State.QUEUED: _queued,
    State.SENDING: _sending,
    State.SUCCEEDED: _succeeded,
    State.REFUSED: _refused,
    State.UNKNOWN: _unknown,
    State.CANCELLED: _cancelled,
    State.ABANDONED: _abandoned,
    State.NOT_APPROVED: _not_approved,
}

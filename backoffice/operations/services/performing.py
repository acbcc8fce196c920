"""Doing: a worker claims an operation, makes the call outside any transaction, and settles the outcome."""

import uuid

import structlog
from django.db.models import F, Q
from django.utils import timezone

from backoffice.audit.context import acting
from backoffice.operations.circumstances import as_asked
from backoffice.operations.kinds import OperationKind, get_kind
from backoffice.operations.models import NO_ANSWER_KEPT, Operation, State
from backoffice.operations.services.attempting import attempt
from backoffice.operations.services.settling import settle
from backoffice.operations.states import move

logger = structlog.get_logger(__name__)


def perform(operation_id: int) -> Operation:
    """Do a queued operation whose time has come; do nothing when somebody else does it, or it is not its time.

    Returns the operation as it stands afterwards. Never raises for what goes wrong at the provider or in a kind: the
    row says it. Raises UnknownKind and Operation.DoesNotExist; the row is left as it was.
    """
    operation = Operation.objects.select_related("requested_by").get(pk=operation_id)
    with acting(as_asked(operation)):
        _perform(operation, get_kind(operation.kind))
    return Operation.objects.get(pk=operation_id)


def _perform(operation: Operation, kind: OperationKind) -> None:
    if not _claim(operation):
        return
    outcome = attempt(operation, kind)
    if outcome is None:
        logger.warning("claim_lost_before_sending", operation=operation.pk)
    else:
        settle(operation, kind, outcome)


def _claim(operation: Operation) -> bool:
    """Take the operation up, by one conditional UPDATE; tell whether it is ours."""
    now = timezone.now()
    claimed = move(
        operation_id=operation.pk,
        from_state=State.QUEUED,
        to_state=State.SENDING,
        condition=NO_ANSWER_KEPT & (Q(not_before__isnull=True) | Q(not_before__lte=now)),
        claim_token=(token := uuid.uuid4()),
        claimed_at=now,
        sent_at=None,
        attempts=F("attempts") + 1,
    )
    if claimed:
        operation.refresh_from_db()
    return claimed and operation.claim_token == token

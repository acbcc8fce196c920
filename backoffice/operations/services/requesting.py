"""Asking: an operation is written down, and the workers are told once that is committed."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, User
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.context import current_context, new_correlation_id
from backoffice.operations.errors import AlreadyRequested, BatchTooLarge
from backoffice.operations.kinds import OperationKind, get_kind
from backoffice.operations.models import LIVE_STATES, Operation, OperationBatch, OperationEvent, State
from backoffice.operations.nudging import PERFORM, nudge_on_commit
from backoffice.operations.services.permissions import check_permission
from backoffice.operations.services.policy import await_approval, demand_of
from backoffice.operations.states import write_events
from backoffice.security.restriction import refuse_restricted, refuse_restricted_now

BeforeCommit = Callable[[Operation], None]
_KEY_LENGTH = 255
_SUBMISSION_LENGTH = 64
_REFERENCE_LENGTH = 100
_RACES = 3


def request_operation(
    *,
    kind: str,
    request: Mapping[str, Any],
    requested_by: AbstractBaseUser,
    subject: models.Model | None = None,
    batch: OperationBatch | None = None,
    before_commit: BeforeCommit | None = None,
) -> Operation:
    """Write down what a person asks of the provider; a worker does it after the commit.

    Where the policy in force asks for approval, it waits for that first.

    request: JSON without file contents, stored encrypted; its `submission`, where it has one, is the mark of the form
    it came from. subject: the row it is about. before_commit: writes rows of the caller's own in the same
    transaction; what it raises undoes everything.
    Raises UnknownKind, PermissionDenied (also where the subject is restricted), and AlreadyRequested with the operation
    that holds the same wish.
    """
    chosen = get_kind(kind)
    check_permission(chosen, requested_by)
    wish = _draft(chosen, request, requested_by=requested_by, subject=subject, batch=batch)
    if demand := demand_of(chosen, [request], is_batch=False):
        await_approval(wish, demand)
    try:
        return _write(wish, before_commit)
    except _NotInserted as failure:
        existing = find_live(kind=kind, dedupe_key=wish.dedupe_key)
        if existing is not None:
            raise AlreadyRequested(existing) from None
        first_failure = failure
    try:
        # The other one ended between the two statements: the way is free.
        return _write(wish, before_commit)
    except _NotInserted:
        raise first_failure.cause from None


def request_batch(
    *,
    kind: str,
    requests: Sequence[Mapping[str, Any]],
    requested_by: AbstractBaseUser,
    subjects: Sequence[models.Model] | None = None,
    before_commit: Callable[[list[Operation]], None] | None = None,
) -> OperationBatch:
    """Write down many operations of one kind at once, each with its own outcome.

    Where the policy in force asks for approval, all of them wait: what they are worth counts together.

    subjects: as many as requests, in the same order. Wishes that are already on their way are not made again: the
    batch lists them in `already_requested`. A wish that stands twice in `requests` counts once.
    Raises UnknownKind, PermissionDenied (also where one of the subjects is restricted), BatchTooLarge.
    """
    chosen = get_kind(kind)
    check_permission(chosen, requested_by)
    _check_size(len(requests))
    drafts: dict[str, Operation] = {}
    about: Sequence[models.Model | None] = subjects or [None] * len(requests)
    for request, subject in zip(requests, about, strict=True):
        draft = _draft(chosen, request, requested_by=requested_by, subject=subject, batch=None)
        drafts.setdefault(draft.dedupe_key, draft)
    if demand := demand_of(chosen, [draft.request for draft in drafts.values()], is_batch=True):
        for draft in drafts.values():
            await_approval(draft, demand)
    for _race in range(_RACES):
        try:
            return _write_batch(chosen, list(drafts.values()), requested_by, before_commit)
        except _NotInserted as failure:
            # Somebody else made one of the wishes after we looked: look again.
            last_failure = failure
    raise last_failure.cause


def find_live(*, kind: str, dedupe_key: str) -> Operation | None:
    """The live operation of that wish, if there is one."""
    return Operation.objects.filter(kind=kind, dedupe_key=dedupe_key, state__in=LIVE_STATES).first()


class _NotInserted(Exception):  # noqa: N818 - it never leaves this module
    """The database refused the rows: most likely it holds a live operation of the same wish."""

    def __init__(self, cause: IntegrityError) -> None:
        self.cause = cause
        super().__init__()


def _check_size(count: int) -> None:
    limit = settings.OPERATIONS_BATCH_LIMIT
    if not 1 <= count <= limit:
        text = _("%(count)d at once: choose between 1 and %(limit)d. Nothing was asked.")
        raise BatchTooLarge(text % {"count": count, "limit": limit})


def _draft(
    kind: OperationKind,
    request: Mapping[str, Any],
    *,
    requested_by: AbstractBaseUser,
    subject: models.Model | None,
    batch: OperationBatch | None,
) -> Operation:
    refuse_restricted(subject)
    operation = Operation(
        kind=kind.name,
        state=State.QUEUED,
        request=dict(request),
        submission=str(request.get("submission", ""))[:_SUBMISSION_LENGTH],
        reference=kind.reference(request)[:_REFERENCE_LENGTH],
        dedupe_key=_short(kind.dedupe_key(request)),
        batch=batch,
        requested_by=cast("User", requested_by),
        correlation_id=current_context().correlation_id or new_correlation_id(),
        nudged_at=timezone.now(),
    )
    if subject is not None:
        operation.set_subject(subject)
    return operation


def _short(key: str) -> str:
    return key if len(key) <= _KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def _write(wish: Operation, before_commit: BeforeCommit | None) -> Operation:
    with transaction.atomic():
        wish.pk = None
        _insert([wish])
        if before_commit is not None:
            before_commit(wish)
    return wish


def _write_batch(
    kind: OperationKind,
    drafts: list[Operation],
    requested_by: AbstractBaseUser,
    before_commit: Callable[[list[Operation]], None] | None,
) -> OperationBatch:
    with transaction.atomic():
        keys = [draft.dedupe_key for draft in drafts]
        live = dict(
            Operation.objects.filter(kind=kind.name, dedupe_key__in=keys, state__in=LIVE_STATES).values_list(
                "dedupe_key", "pk"
            )
        )
        batch = OperationBatch.objects.create(
            kind=kind.name, requested_by_id=requested_by.pk, already_requested=sorted(live.values())
        )
        wishes = [draft for draft in drafts if draft.dedupe_key not in live]
        for wish in wishes:
            wish.pk, wish.batch = None, batch
        _insert(wishes)
        if before_commit is not None:
            before_commit(wishes)
    return batch


def _insert(wishes: list[Operation]) -> None:
    """Insert the operations and their first events; a live operation of the same wish raises _NotInserted."""
    _refuse_restricted_now(wishes)
    try:
        with transaction.atomic():
            Operation.objects.bulk_create(wishes)
    except IntegrityError as error:
        raise _NotInserted(error) from None
    write_events([event for wish in wishes for event in _first_events(wish)])
    nudge_on_commit(PERFORM, [wish.pk for wish in wishes if wish.state == State.QUEUED])


def _refuse_restricted_now(wishes: list[Operation]) -> None:
    """Look at the rows again: those that came with the request may have been read before somebody was restricted."""
    keys = defaultdict(set)
    for wish in wishes:
        if wish.subject_model:
            keys[wish.subject_model].add(wish.subject_id)
    for label, chosen in keys.items():
        refuse_restricted_now(apps.get_model(label), chosen)


def _first_events(wish: Operation) -> list[OperationEvent]:
    asked = {"operation": wish, "by": wish.requested_by}
    return [
        OperationEvent(from_state="", to_state=State.REQUESTED, **asked),
        OperationEvent(from_state=State.REQUESTED, to_state=wish.state, **asked),
    ]

"""Drift: a sample of rows is read singly and compared with the mirror, field by field; what differs is put right.

A difference alone is no drift: between two reads the provider's objects move on. It is drift where no later sync
would have been expected to bring it: a field that never changes, a row that is final here, a change that is older than
the last read of the row, an object that the provider does not know. What each count means stands in docs/provider.md.
"""

import logging
import random
import secrets
from array import array
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.context import current_context, under_one_id
from backoffice.audit.services import record
from backoffice.cryptopocket.errors import (
    CryptoPocketError,
    InvalidRequest,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Refused,
    UnreadableItem,
)
from backoffice.cryptopocket.objects import Item
from backoffice.observing import CauseKind, caused_by
from backoffice.provider import get_client
from backoffice.security.restriction import without_restricted
from backoffice.sync.engine.columns import columns_of
from backoffice.sync.errors import DriftCheckRunningError, NothingOpenError, ProviderDownError
from backoffice.sync.models import DriftCheck, DriftFinding, MirroredModel
from backoffice.sync.resources import Resource, Row, get_resource
from backoffice.sync.services import mark_not_found, mirror_read

SOURCE = "drift"
FAILURES_IN_A_ROW = 5
DEAD_AFTER = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
_COUNTS = ("sample", "same", "moved_on", "drifted", "overtaken", "unread")

CLOCKS_DIFFER_BY = timedelta(minutes=1)
"""How far the provider's clock may be from ours."""

Differences = Mapping[str, tuple[Any, Any]]
"""Column -> what stands here, what the provider says."""

logger = logging.getLogger(__name__)


def request_check(*, name: str, requested_by: Any = None) -> None:
    """Ask a worker to check a resource, once the transaction at hand is committed. Raises UnknownResourceError."""
    from backoffice.sync.tasks import check_drift  # noqa: PLC0415 - tasks call services

    get_resource(name)
    user_id = requested_by.pk if requested_by else None
    correlation_id = current_context().correlation_id
    with transaction.atomic():
        if requested_by:
            record("drift_check.requested", by=requested_by, resource=name)
        transaction.on_commit(
            lambda: check_drift.delay(name=name, user_id=user_id, correlation_id=correlation_id), robust=True
        )


def check_resource(*, name: str, requested_by: Any = None, seed: int | None = None) -> DriftCheck:
    """Compare `DRIFT_SAMPLE_ROWS` rows of a resource with the provider, and return the check with its counts.

    seed: chooses the rows; a new one where none is given. What the provider or the network does wrong ends the check
    with a plain text in `error`; it is not raised. Raises DriftCheckRunningError, UnknownResourceError,
    NothingOpenError where the resource cannot be read singly.
    """
    resource = get_resource(name)
    if resource.read_one is None:
        raise NothingOpenError(f"{name} has no objects that are read singly: each full sync compares every row.")
    with under_one_id():
        check = _begin(resource, seed=secrets.randbits(32) if seed is None else seed, requested_by=requested_by)
        try:
            with caused_by(CauseKind.DRIFT, check.pk):
                _compare_sample(resource, check)
        except (CryptoPocketError, ProviderDownError) as problem:
            _end(check, error=_("%(problem)s What was compared before that counts.") % {"problem": problem})
        except BaseException as problem:
            _end(check, error=_("A fault of ours: %(kind)s.") % {"kind": type(problem).__name__})
            raise
        else:
            _end(check)
    return check


def choose_rows(resource: Resource, *, count: int, seed: int) -> list[int]:
    """The primary keys of a sample: the same for the same seed over the same rows.

    Rows that the provider no longer lists, and those about somebody who asked to be forgotten, are not in it.
    """
    rows = without_restricted(resource.rows.filter(missing_since=None)).order_by("pk")
    keys = array("q", rows.values_list("pk", flat=True).iterator(chunk_size=10_000))
    return random.Random(seed).sample(keys, min(count, len(keys)))  # noqa: S311 - a sample, not a secret


def _begin(resource: Resource, *, seed: int, requested_by: Any) -> DriftCheck:
    now = timezone.now()
    DriftCheck.objects.filter(resource=resource.name, finished_at=None, started_at__lt=now - DEAD_AFTER).update(
        finished_at=now, error=_("The process ended without a word.")
    )
    check = DriftCheck(
        resource=resource.name,
        requested_by=requested_by,
        correlation_id=current_context().correlation_id,
        seed=seed,
        started_at=now,
    )
    try:
        with transaction.atomic():
            check.save(force_insert=True)
    except IntegrityError:
        raise DriftCheckRunningError(resource.name) from None
    return check


def _end(check: DriftCheck, *, error: str = "") -> None:
    check.finished_at, check.error = timezone.now(), error
    with transaction.atomic():
        check.save(update_fields=["finished_at", "error", *_COUNTS])
        counts = {name: getattr(check, name) for name in _COUNTS}
        record("drift_check.ended", subject=check, resource=check.resource, **counts)


def _compare_sample(resource: Resource, check: DriftCheck) -> None:
    """Read and compare the rows one by one. Raises ProviderDownError, CryptoPocketError."""
    failures = 0
    for key in choose_rows(resource, count=settings.DRIFT_SAMPLE_ROWS, seed=check.seed):
        row = without_restricted(resource.rows.filter(pk=key)).first()
        if row is None:
            continue
        check.sample += 1
        try:
            _compare(resource, check, row)
            failures = 0
        except (InvalidRequest, Refused, UnreadableItem):
            check.unread += 1
        except (NotSent, OutcomeUnknown) as problem:
            check.unread, failures = check.unread + 1, failures + 1
            if failures >= FAILURES_IN_A_ROW:
                raise ProviderDownError(failures, problem) from problem


def _compare(resource: Resource, check: DriftCheck, row: MirroredModel) -> None:
    """Read one row's object and compare. Raises CryptoPocketError."""
    began = timezone.now()
    try:
        item = resource.read_singly(get_client(), row.remote_id)
    except NotFound:
        if _is_overtaken(resource, row):
            check.overtaken += 1
        else:
            _note_gone(check, row, began=began)
        return
    read = parse_read(resource, row, item)
    differences = find_differences(row, read)
    if differences and _is_overtaken(resource, row):
        check.overtaken += 1
    elif reason := find_reason(resource, row, read, differences):
        _heal(resource, check, row, item, differences, reason=reason)
    else:
        check.moved_on += bool(differences)
        check.same += not differences
        mirror_read(name=resource.name, remote_id=row.remote_id, item=item, source=SOURCE)


def parse_read(resource: Resource, row: MirroredModel, item: Item[Any]) -> Row:
    """What a single read says about the row. Raises UnreadableItem."""
    if resource.parse_one:
        return resource.parse_one(item.payload, row.remote_id)
    return resource.parse(item.payload, "")


def find_differences(row: MirroredModel, read: Row) -> Differences:
    """The columns that the answer mentions and in which it differs from the row."""
    pairs = {name: (getattr(row, name), value) for name, value in read.columns.items()}
    return {name: (here, there) for name, (here, there) in pairs.items() if here != there}


def find_reason(
    resource: Resource, row: MirroredModel, read: Row, differences: Differences
) -> DriftFinding.Reason | None:
    """Why the differences are drift; None where there are none, or the object just moved on since it was last read."""
    known = [name for name in differences if not _is_first_learnt(resource, row, name)]
    if not known:
        return None
    if any(name in known for name in resource.fixed_columns):
        return DriftFinding.Reason.FIXED
    if not _is_open(resource, row):
        return DriftFinding.Reason.FINAL
    changed_at = read.provider_changed_at
    is_missed = changed_at is not None and changed_at < row.read_at - CLOCKS_DIFFER_BY
    return DriftFinding.Reason.MISSED if is_missed else None


def _is_first_learnt(resource: Resource, row: MirroredModel, name: str) -> bool:
    """Whether the row never held anything in that column: the list does not say it, only the single read does."""
    if getattr(row, name) not in {None, ""}:
        return False
    try:
        listed = resource.parse(row.payload_data, "").columns
    except UnreadableItem:
        return True
    return listed.get(name) in {None, ""}


def _is_open(resource: Resource, row: MirroredModel) -> bool:
    return resource.open_rows is not None and resource.open_rows().filter(pk=row.pk).exists()


def _is_overtaken(resource: Resource, row: MirroredModel) -> bool:
    """Whether a sync wrote the row while it was being compared, or whoever it is about asked to be forgotten."""
    return not without_restricted(resource.rows.filter(pk=row.pk, read_at=row.read_at)).exists()


def _heal(
    resource: Resource,
    check: DriftCheck,
    row: MirroredModel,
    item: Item[Any],
    differences: Differences,
    *,
    reason: DriftFinding.Reason,
) -> None:
    to_recordable = columns_of(resource.model).to_recordable
    columns = {name: [to_recordable(name, value) for value in pair] for name, pair in differences.items()}
    finding = _find(check, row, reason=reason, columns=columns)
    # Without its fingerprint the row is compared whole, now and by the next list, whatever it seems to be.
    resource.rows.filter(pk=row.pk).update(fingerprint="")
    mirror_read(name=resource.name, remote_id=row.remote_id, item=item, source=SOURCE)
    _note_healed(finding)


def _note_gone(check: DriftCheck, row: MirroredModel, *, began: datetime) -> None:
    columns = {"missing_since": [None, began.isoformat()]}
    finding = _find(check, row, reason=DriftFinding.Reason.GONE, columns=columns)
    mark_not_found(name=check.resource, remote_id=row.remote_id, before=began, source=SOURCE)
    _note_healed(finding)


def _find(
    check: DriftCheck, row: MirroredModel, *, reason: DriftFinding.Reason, columns: Mapping[str, Any]
) -> DriftFinding:
    check.drifted += 1
    logger.warning("drift in %s: %s (%s)", check.resource, ", ".join(sorted(columns)), reason)
    return DriftFinding.objects.create(
        drift_check=check,
        resource=check.resource,
        remote_id=row.remote_id,
        reason=reason,
        columns=columns,
        read_at=row.read_at,
        found_at=timezone.now(),
    )


def _note_healed(finding: DriftFinding) -> None:
    finding.healed_at = timezone.now()
    finding.save(update_fields=["healed_at"])

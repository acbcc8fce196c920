"""Verbs: sync a resource, mirror one item, try quarantined items again."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.context import current_context, under_one_id
from backoffice.audit.services import record
from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.errors import CryptoPocketError, NotFound, UnreadableItem
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.waiting import telling_between_waits
from backoffice.observing import CauseKind, caused_by
from backoffice.provider import get_client
from backoffice.security.restriction import restricted_rows
from backoffice.sync.engine.applying import Cause, Incoming, Outcome, apply
from backoffice.sync.engine.batch import Memory, write_batch
from backoffice.sync.engine.columns import columns_of
from backoffice.sync.engine.full import read_everything
from backoffice.sync.engine.head import read_newest
from backoffice.sync.engine.learning import watch_over
from backoffice.sync.engine.lease import Progress, acquire
from backoffice.sync.engine.missing import mark_rows_missing
from backoffice.sync.engine.open_rows import read_open_rows
from backoffice.sync.engine.quarantining import open_keys
from backoffice.sync.engine.session import Session, to_listing
from backoffice.sync.engine.sighting import SINGLE, Listing, ensure_keepable
from backoffice.sync.errors import (
    NothingOpenError,
    NotMirroredError,
    RestrictedRowError,
    SyncError,
    UnknownResourceError,
)
from backoffice.sync.models import Quarantine, SyncRun
from backoffice.sync.queries import has_anothers_id
from backoffice.sync.resources import Resource, Row, get_resource
from backoffice.sync.schedule import wish_lasts_seconds

_READ: Mapping[str, Callable[[Session], str]] = {
    SyncRun.Mode.FULL: read_everything,
    SyncRun.Mode.HEAD: read_newest,
    SyncRun.Mode.OPEN: read_open_rows,
}

_decoder = msgspec.json.Decoder(float_hook=Decimal)

logger = logging.getLogger(__name__)


def sync_resource(
    *, name: str, mode: SyncRun.Mode | str, requested_by: Any = None, progress: Progress | None = None
) -> SyncRun:
    """Bring a resource's rows up to date and return the run that says how it went.

    What the provider or the network does wrong ends the run as `failed`, with a plain text in `error`; it is not
    raised. `requested_by` is a user or None; `progress` is called with the run again and again.
    Raises SyncAlreadyRunning, UnknownResourceError, NothingOpenError; and whatever is a fault of ours, after the run
    was marked as failed.
    """
    resource, mode = get_resource(name), SyncRun.Mode(mode)
    if mode == SyncRun.Mode.OPEN and not resource.can_be_open:
        raise NothingOpenError(f"{name} has no objects that are read singly until they are final.")
    with under_one_id():
        return _run(resource, mode, requested_by=requested_by, progress=progress)


def _run(resource: Resource, mode: SyncRun.Mode, *, requested_by: Any, progress: Progress | None) -> SyncRun:
    lease = acquire(resource=resource.name, mode=mode, requested_by=requested_by, progress=progress)
    try:
        with caused_by(CauseKind.SYNC, lease.run.pk), telling_between_waits(lease.beat):
            note = _READ[mode](Session(resource=resource, client=get_client(), lease=lease))
    except (CryptoPocketError, SyncError) as problem:
        logger.warning("sync of %s failed: %s", resource.name, type(problem).__name__)
        lease.end(SyncRun.State.FAILED, error=_explain(str(problem), lease.run))
    except (KeyboardInterrupt, SystemExit, SoftTimeLimitExceeded):
        lease.end(SyncRun.State.ABANDONED, error=_explain(_("The run was interrupted."), lease.run))
        raise
    except Exception as problem:
        # Only the kind: the text of a database error can hold personal data. The log has the traceback.
        fault = _("A fault of ours: %(kind)s.") % {"kind": type(problem).__name__}
        lease.end(SyncRun.State.FAILED, error=_explain(fault, lease.run))
        raise
    else:
        lease.end(SyncRun.State.SUCCEEDED, error=note)
    return lease.run


def request_sync(*, name: str, mode: SyncRun.Mode | str, requested_by: Any = None) -> None:
    """Ask a worker to sync a resource, once the transaction at hand is committed. Raises UnknownResourceError.

    What the schedule brings again anyhow expires, so that after an outage nobody waits behind it.
    """
    from backoffice.sync.tasks import sync_one  # noqa: PLC0415 - tasks call services

    get_resource(name)
    correlation_id = current_context().correlation_id
    user_id = requested_by.pk if requested_by else None
    wish = {"name": name, "mode": str(mode), "user_id": user_id, "correlation_id": correlation_id}
    expires = wish_lasts_seconds(mode, of_a_person=requested_by is not None)
    with transaction.atomic():
        if requested_by:
            record("sync.requested", by=requested_by, resource=name, mode=str(mode))
        transaction.on_commit(lambda: sync_one.apply_async((), wish, expires=expires), robust=True)


def mirror_item(
    *,
    name: str,
    payload: Mapping[str, Any],
    read_at: datetime,
    source: str,
    partition: str = "",
    nudged_at: datetime | None = None,
    parse: Callable[[Mapping[str, Any], str], Row] | None = None,
) -> Outcome:
    """Bring one object's row up to date, in the caller's transaction if there is one.

    payload: the item as received. read_at: when the request began whose answer it is. source: what the history names
    as the reason (`operation`). nudged_at: when the provider told us of a change, where it did. parse: how an item
    of another call than the list becomes a row; without it the item must have the list's shape.
    Raises UnreadableItem; then nothing was written.
    """
    resource = get_resource(name)
    listing = Listing(partition=partition, items=[payload], read_at=read_at, parse=parse)
    cause = Cause(source=source, nudged_at=nudged_at, watch=watch_over(resource))
    return _mirror(resource, listing, cause=cause)


def mirror_columns(
    *, name: str, remote_id: str, columns: Mapping[str, Any], read_at: datetime | None, source: str
) -> Outcome:
    """Bring some columns of one row up to date from an answer that does not show the whole object.

    The payload stays; where a column changes, the fingerprint is blanked, so that the next sight of the whole object
    is compared again. read_at: None where the answer was no reading of the object (a link that comes with a refusal):
    what is being read of it meanwhile is then not too old. Raises UnreadableItem, NotMirroredError; then nothing was
    written.
    """
    resource = get_resource(name)
    row = Row(remote_id=remote_id, columns=dict(columns))
    ensure_keepable(resource, columns_of(resource.model), row)
    incoming = Incoming(
        remote_id=remote_id,
        columns=columns,
        read_at=read_at or timezone.now(),
        payload=None,
        fingerprint="",
        is_reading=read_at is not None,
    )
    with transaction.atomic():
        applied = apply(resource, [incoming], cause=Cause(source=source))
    return applied.outcomes[remote_id]


def refresh_one(
    *,
    name: str,
    remote_id: str,
    source: str,
    client: CryptoPocketClient | None = None,
    nudged_at: datetime | None = None,
) -> Outcome | Literal["missing"]:
    """Read one object from the provider and bring its row up to date.

    `missing`: the provider says that it does not exist; the row is marked so. Must not run inside a transaction,
    since it waits for the provider. client: another one than the usual, for a person who waits for the page.
    nudged_at: when the provider told us of a change (a webhook), so that the time it took us can be measured.
    Raises NothingOpenError when the resource cannot be read singly, RestrictedRowError where the row is about somebody
    who asked to be forgotten (then nothing was asked), CryptoPocketError (UnreadableItem included; the item is then in
    quarantine), NotFound when there is no row either.
    """
    resource = get_resource(name)
    restricted = restricted_rows(resource.model)
    if restricted is not None and restricted.filter(remote_id=remote_id).exists():
        raise RestrictedRowError
    began = timezone.now()
    try:
        item = resource.read_singly(client or get_client(), remote_id)
    except NotFound:
        if _mark_missing(resource, remote_id, before=began, source=source):
            return "missing"
        raise
    cause = Cause(source=source, nudged_at=nudged_at, watch=watch_over(resource))
    return _mirror(resource, to_listing(resource, remote_id, item), cause=cause, quarantines=True)


def mirror_read(*, name: str, remote_id: str, item: Item[Any], source: str) -> Outcome:
    """Bring a row up to date from a single read that was made already. Raises UnreadableItem."""
    resource = get_resource(name)
    cause = Cause(source=source, watch=watch_over(resource))
    return _mirror(resource, to_listing(resource, remote_id, item), cause=cause)


def mark_not_found(*, name: str, remote_id: str, before: datetime, source: str) -> bool:
    """Mark a row that the provider does not know, unless it was read after `before`; give whether there is one."""
    return _mark_missing(get_resource(name), remote_id, before=before, source=source)


def retry_quarantined(*, quarantine_id: int | None = None) -> int:
    """Try to read quarantined items again with the code of today: one, or all open ones; gives how many landed.

    One with another item's id is left out: it would write over the row of the other one. A single read of an object
    that is not mirrored yet waits for its row; the newest end of its list is asked for.
    """
    waiting = Quarantine.objects.filter(resolved_at=None)
    if quarantine_id is not None:
        waiting = waiting.filter(pk=quarantine_id)
    lists_to_read: set[str] = set()
    landed = sum(_retry(item, lists_to_read) for item in waiting.order_by("pk").iterator() if not has_anothers_id(item))
    for name in sorted(lists_to_read):
        request_sync(name=name, mode=SyncRun.Mode.HEAD)
    return landed


def _mirror(resource: Resource, listing: Listing, *, cause: Cause, quarantines: bool = False) -> Outcome:
    """Write one object. Raises UnreadableItem; with `quarantines` the item is then in quarantine."""
    tally = write_batch(
        resource,
        [listing],
        cause=cause,
        memory=Memory(open_keys=open_keys(resource)),
        confirms_unchanged=True,
        raises=not quarantines,
    )
    if tally.problem:
        raise tally.problem
    (outcome,) = tally.outcomes.values()
    return outcome


def _mark_missing(resource: Resource, remote_id: str, *, before: datetime, source: str) -> bool:
    rows = resource.rows.filter(remote_id=remote_id)
    with transaction.atomic():
        mark_rows_missing(
            resource, list(rows.values_list("pk", "remote_id")), before=before, cause=Cause(source=source)
        )
    return rows.exists()


def _retry(item: Quarantine, lists_to_read: set[str]) -> bool:
    try:
        payload = _decoder.decode(item.payload)
        partial_of = item.remote_id if item.item_key.endswith(SINGLE) else ""
        listing = Listing(partition=item.partition, items=[payload], read_at=item.last_seen_at, partial_of=partial_of)
        _mirror(get_resource(item.resource), listing, cause=Cause(source="quarantine"))
    except (UnreadableItem, UnknownResourceError):
        return False
    except NotMirroredError:
        lists_to_read.add(item.resource)
        return False
    Quarantine.objects.filter(pk=item.pk, resolved_at=None).update(resolved_at=timezone.now())
    return True


def _explain(what: str, run: SyncRun) -> str:
    """What went wrong, what was written before it, and what the next run does about it."""
    if not run.pages:
        return " ".join([what, _("Nothing was written."), _("The next sync tries again.")])
    written = ngettext(
        "%(count)d page was read before that, and written.",
        "%(count)d pages were read before that, and written.",
        run.pages,
    )
    is_gone_on_with = run.mode == SyncRun.Mode.FULL
    following = _("The next full sync goes on from there.") if is_gone_on_with else _("The next sync tries again.")
    return " ".join([what, written % {"count": run.pages}, following])

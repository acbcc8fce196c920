"""Bad items are kept whole, with the reason, until they or our code change."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from backoffice.security.encryption import encrypt_text
from backoffice.sync.engine.applying import Cause
from backoffice.sync.engine.columns import columns_of, prepare_moment
from backoffice.sync.engine.sighting import SINGLE, BadItem
from backoffice.sync.engine.statements import any_of_texts, insert
from backoffice.sync.models import Quarantine
from backoffice.sync.resources import Resource

# The same bad item is one row however often it is seen; a newer answer replaces what was kept.
_COUNT_AGAIN = (
    'ON CONFLICT ("resource", "item_key") WHERE "resolved_at" IS NULL DO UPDATE SET '
    '"payload" = EXCLUDED."payload", "fingerprint" = EXCLUDED."fingerprint", "reason" = EXCLUDED."reason", '
    '"partition" = EXCLUDED."partition", "code_version" = EXCLUDED."code_version", "run_id" = EXCLUDED."run_id", '
    '"last_seen_at" = EXCLUDED."last_seen_at", "times_seen" = "sync_quarantine"."times_seen" + 1'
)


SINGLE_WAITS = timedelta(days=7)
"""An object that is read singly at all is read again long before that."""


def without_purged(resource: Resource, items: Sequence[BadItem]) -> list[BadItem]:
    """The items that may be kept: of somebody who was purged nothing that the provider still says is written down."""
    remote_ids = {item.remote_id for item in items if item.remote_id}
    if not remote_ids or "purged_at" not in columns_of(resource.model).all:
        return list(items)
    purged = set(
        resource.rows.filter(remote_id__in=any_of_texts(remote_ids))
        .exclude(purged_at=None)
        .values_list("remote_id", flat=True)
    )
    return [item for item in items if item.remote_id not in purged]


def quarantine(resource: Resource, items: Sequence[BadItem], *, cause: Cause) -> None:
    """Keep bad items. Must run in a transaction."""
    if not items:
        return
    unique = {item.key: item for item in items}
    insert(Quarantine, [_to_row(resource, item, cause) for item in unique.values()], on_conflict=_COUNT_AGAIN)


def open_keys(resource: Resource) -> set[str]:
    """The keys of the items in quarantine: what need not be resolved need not be asked for."""
    return set(_open(resource).values_list("item_key", flat=True))


def resolve(resource: Resource, keys: Collection[str]) -> None:
    """Note that these items could be read."""
    if keys:
        _open(resource).filter(item_key__in=any_of_texts(keys)).update(resolved_at=timezone.now())


def resolve_unseen(resource: Resource, *, since: datetime) -> None:
    """Note that items which the provider no longer lists need nobody's attention.

    A list says nothing about what was read singly: that waits until nobody has read it for `SINGLE_WAITS`.
    """
    is_single = Q(item_key__endswith=SINGLE)
    unseen = ~is_single & Q(last_seen_at__lt=since) | is_single & Q(last_seen_at__lt=since - SINGLE_WAITS)
    _open(resource).filter(unseen).update(resolved_at=timezone.now())


def _open(resource: Resource) -> QuerySet[Quarantine]:
    return Quarantine.objects.filter(resource=resource.name, resolved_at=None)


def _to_row(resource: Resource, item: BadItem, cause: Cause) -> dict[str, object]:
    read_at = prepare_moment(item.listing.read_at)
    return {
        "resource": resource.name,
        "item_key": item.key,
        "remote_id": item.remote_id[:100],
        "partition": item.listing.partition,
        "payload": encrypt_text(item.canonical),
        "fingerprint": item.fingerprint,
        "reason": f"{item.field} {item.reason}",
        "code_version": resource.version,
        "times_seen": 1,
        "first_seen_at": read_at,
        "last_seen_at": read_at,
        "run_id": cause.run.pk if cause.run else None,
    }

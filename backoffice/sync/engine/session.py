"""What a run carries with it: its resource, its lease, what it has seen."""

import time
from dataclasses import dataclass, field
from typing import Any

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.sync.engine.applying import Cause
from backoffice.sync.engine.batch import Memory, Tally, write_batch
from backoffice.sync.engine.learning import watch_over
from backoffice.sync.engine.lease import Lease
from backoffice.sync.engine.quarantining import open_keys
from backoffice.sync.engine.seen import SeenRows
from backoffice.sync.engine.sighting import Listing
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource

BATCH_ROWS = 2000
BATCH_SECONDS = 5.0
BATCH_BYTES = 8 * 2**20
SOURCE = "sync"

_COUNTED = ("seen", "created", "changed", "unchanged", "stale", "quarantined")


@dataclass(kw_only=True)
class Pending:
    """Answers that wait until there are enough of them to be written together."""

    listings: list[Listing] = field(default_factory=list)
    rows: int = 0
    size_bytes: int = 0
    since: float = field(default_factory=time.monotonic)

    def add(self, listing: Listing, *, size_bytes: int = 0) -> None:
        """Let an answer wait."""
        self.listings.append(listing)
        self.rows += len(listing.items)
        self.size_bytes += size_bytes

    @property
    def is_due(self) -> bool:
        """Whether it is time to write: enough rows or bytes, or waited long enough."""
        is_full = self.rows >= BATCH_ROWS or self.size_bytes >= BATCH_BYTES
        return is_full or time.monotonic() - self.since >= BATCH_SECONDS


@dataclass(kw_only=True)
class Apart:
    """What a pass of a full run has seen that has no row of its own, by the keys of quarantine.

    without_row: bad items that are not mirrored. repeated: items with another item's id.
    """

    without_row: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)


class Session:
    """A run at work. `seen` and `apart` are what a full run has seen in this pass."""

    def __init__(self, *, resource: Resource, client: CryptoPocketClient, lease: Lease) -> None:
        self.resource = resource
        self.client = client
        self.lease = lease
        self.pending = Pending()
        self.seen = SeenRows(bytes(lease.run.seen_rows))
        self.apart = Apart()
        self.memory = Memory(open_keys=open_keys(resource))
        self._watch = watch_over(resource)
        self._is_checked = resource.check_before is None

    @property
    def run(self) -> SyncRun:
        """The run's row."""
        return self.lease.run

    @property
    def cause(self) -> Cause:
        """What the history names as the reason."""
        return Cause(source=SOURCE, run=self.run, watch=self._watch)

    def check_before(self, page: Page) -> None:
        """Check the units once, on the first page that has items. Raises UnitMismatch."""
        if not self._is_checked and page.items and self.resource.check_before:
            self.resource.check_before(self.client, page)
            self._is_checked = True

    def receive(self, page: Page, partition: str) -> None:
        """Take a page in; it is written with the next flush. Raises LeaseLostError."""
        self._note_total(page, partition)
        listing = Listing(partition=partition, items=page.items, read_at=page.read_at, number=page.number)
        self.pending.add(listing, size_bytes=page.size_bytes)
        self.lease.beat()

    def receive_single(self, remote_id: str, item: Item[Any]) -> None:
        """Take an object in that was read singly. Raises LeaseLostError."""
        self.pending.add(to_listing(self.resource, remote_id, item))
        self.lease.beat()

    def flush(self, *, confirms_unchanged: bool = False) -> Tally:
        """Write what is pending, the run's counts and its place with it. Raises LeaseLostError."""
        pending, self.pending = self.pending, Pending()
        return write_batch(
            self.resource,
            pending.listings,
            cause=self.cause,
            memory=self.memory,
            settle=lambda tally: self._settle(tally, pending),
            confirms_unchanged=confirms_unchanged,
        )

    def _settle(self, tally: Tally, pending: Pending) -> None:
        run = self.run
        for name in _COUNTED:
            setattr(run, name, getattr(run, name) + getattr(tally, name))
        run.pages += len(pending.listings)
        if run.mode == SyncRun.Mode.FULL:
            self.seen.add_all(tally.primary_keys)
            self.memory.seen_before.add_all(tally.primary_keys)
            self.apart.without_row |= tally.without_row
            self.apart.repeated |= tally.repeated
            run.seen_rows = self.seen.store()
        self.lease.save_progress()

    def _note_total(self, page: Page, partition: str) -> None:
        totals = self.run.totals
        first, _ = totals.get(partition, (page.total, None))
        totals[partition] = [first, page.total]
        known = [latest for _, latest in totals.values() if latest is not None]
        self.run.total = sum(known) if known else None


def to_listing(resource: Resource, remote_id: str, item: Item[Any]) -> Listing:
    """A single read as the pipeline takes it."""
    return Listing(
        partition="",
        items=[item.payload],
        read_at=item.read_at,
        partial_of=remote_id if resource.parse_one else "",
    )

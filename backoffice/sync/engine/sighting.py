"""The first look at what came: which items are the same as stored, which must be read, which cannot be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.sync.engine.columns import Columns, columns_of
from backoffice.sync.engine.fingerprints import make_fingerprinter
from backoffice.sync.resources import Resource, Row

SINGLE = "#single"
"""Ends the key of what was read singly, in quarantine."""


@dataclass(kw_only=True, slots=True)
class Listing:
    """Items that came in one answer: a page of a list, or a single read.

    number: the page's. partial_of: the remote id that was asked for, where the single read has another shape than
    the list (`Resource.parse_one`). parse: in place of the resource's, for an answer that has another shape.
    """

    partition: str
    items: Sequence[Any]
    read_at: datetime
    number: int = 0
    partial_of: str = ""
    parse: Callable[[Mapping[str, Any], str], Row] | None = None


# Not tracked by the garbage collector: thousands live at a time, and none can be part of a cycle.
class Sighting(msgspec.Struct, kw_only=True, gc=False):
    """One item, with its canonical text and its hash. `row` is None until it has been parsed."""

    remote_id: str
    raw: Any
    canonical: str
    fingerprint: str
    listing: Listing
    row: Row | None = None

    @property
    def key(self) -> str:
        """What tells it from others in quarantine; the single read and the list's item are two things."""
        return f"{self.remote_id[:80]}{SINGLE}" if self.listing.partial_of else self.remote_id


@dataclass(kw_only=True, slots=True)
class BadItem:
    """An item that cannot become a row: which field is at fault, and why.

    `remote_id` is empty where it has none, and another item's with `has_anothers_id`; `key` tells it from others.
    """

    key: str
    remote_id: str
    canonical: str
    fingerprint: str
    listing: Listing
    field: str
    reason: str
    has_anothers_id: bool = False


@dataclass(kw_only=True, slots=True)
class Sightings:
    """What a batch of answers held: the last sighting of each remote id, and what is bad."""

    resource: Resource
    columns: Columns
    good: dict[str, Sighting] = field(default_factory=dict)
    bad: list[BadItem] = field(default_factory=list)
    seen: int = 0

    def refuse(self, sighting: Sighting, *, fault: str, reason: str, anothers_key: str = "") -> None:
        """Put an item aside as bad; `fault` is the field. anothers_key: its key where its id is another item's."""
        self.bad.append(
            BadItem(
                key=(anothers_key or sighting.key or sighting.fingerprint)[:100],
                remote_id=sighting.remote_id,
                canonical=sighting.canonical,
                fingerprint=sighting.fingerprint,
                listing=sighting.listing,
                field=fault,
                reason=reason,
                has_anothers_id=bool(anothers_key),
            )
        )

    def refuse_repeated_id(self, sighting: Sighting) -> None:
        """Put an item aside whose id another item has."""
        self.refuse(
            sighting,
            fault="id",
            reason=_("is not unique: another item of the list has the same id and other content"),
            anothers_key=f"{sighting.remote_id[:80]}{mark_of_repeated(sighting.fingerprint)}",
        )


def mark_of_repeated(fingerprint: str) -> str:
    """Ends the key of an item whose id another item has, in quarantine."""
    return f"#{fingerprint[:12]}"


def look_at(resource: Resource, listings: Sequence[Listing]) -> Sightings:
    """Identify and fingerprint all items, without parsing those that say who they are."""
    sightings = Sightings(resource=resource, columns=columns_of(resource.model))
    for listing in listings:
        fingerprint = make_fingerprinter(version=resource.version, partition=listing.partition)
        sightings.seen += len(listing.items)
        for raw in listing.items:
            canonical, digest = fingerprint(raw)
            sighting = Sighting(remote_id="", raw=raw, canonical=canonical, fingerprint=digest, listing=listing)
            _note(sightings, sighting)
    return sightings


def parse(sightings: Sightings, sighting: Sighting) -> Row | None:
    """The item as a row that the model can keep, None (and put aside) where there is none."""
    try:
        row = _parse(sightings.resource, sighting)
        ensure_keepable(sightings.resource, sightings.columns, row)
    except UnreadableItem as problem:
        sightings.refuse(sighting, fault=problem.field, reason=problem.reason)
        return None
    return row


def ensure_keepable(resource: Resource, columns: Columns, row: Row) -> None:
    """Check that the columns can keep every value exactly. Raises UnreadableItem."""
    fault = columns.find_fault(row.columns) or columns.find_fault({"remote_id": row.remote_id})
    if fault is not None:
        name, reason = fault
        raise UnreadableItem(kind=resource.name, field=name, reason=reason)


def _parse(resource: Resource, sighting: Sighting) -> Row:
    listing = sighting.listing
    if listing.partial_of and resource.parse_one:
        return resource.parse_one(sighting.raw, listing.partial_of)
    return (listing.parse or resource.parse)(sighting.raw, listing.partition)


def _note(sightings: Sightings, sighting: Sighting) -> None:
    sighting.remote_id = sighting.listing.partial_of or _identify(sightings.resource, sighting)
    if not sighting.remote_id:
        sighting.row = parse(sightings, sighting)
        if sighting.row is None:
            return
        sighting.remote_id = sighting.row.remote_id
    keep(sightings, sighting)


def _identify(resource: Resource, sighting: Sighting) -> str:
    raw = sighting.raw
    if sighting.listing.parse is not None:
        return ""
    remote_id = (isinstance(raw, Mapping) and resource.identify(raw, sighting.listing.partition)) or ""
    # No database can be asked for such an id, and no row can have it: the item is parsed, and refused.
    return "" if "\x00" in remote_id else remote_id


def keep(sightings: Sightings, sighting: Sighting) -> None:
    """Keep the sighting, the last one of its id.

    A row that moved to the next page while we read comes twice: that is normal. The same id with other content on
    the same page, or on pages that are not neighbours, is not.
    """
    earlier = sightings.good.get(sighting.remote_id)
    if earlier is not None and earlier.fingerprint != sighting.fingerprint:
        distance = abs(sighting.listing.number - earlier.listing.number)
        if sighting.listing.partition != earlier.listing.partition or distance != 1:
            sightings.refuse_repeated_id(sighting)
            return
    sightings.good[sighting.remote_id] = sighting

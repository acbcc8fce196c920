"""One batch of answers through the whole pipeline.

look at all ─► one select of fingerprints ─► parse what differs ─► one transaction: apply, quarantine, checkpoint
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.sync.engine.applying import Cause, Incoming, Outcome, apply, confirm
from backoffice.sync.engine.quarantining import quarantine, resolve, without_purged
from backoffice.sync.engine.seen import SeenRows
from backoffice.sync.engine.sighting import BadItem, Listing, Sighting, Sightings, keep, look_at, parse
from backoffice.sync.engine.statements import select_fingerprints
from backoffice.sync.resources import Resource


@dataclass(kw_only=True)
class Tally:
    """What became of a batch. `primary_keys` are of all rows that the answers showed, bad ones included.

    problem: what is wrong with the first bad item; None where there is none. without_row: keys of bad items that have
    no row. repeated: keys of those whose id is another item's.
    """

    seen: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    quarantined: int = 0
    primary_keys: list[int] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    problem: UnreadableItem | None = None
    without_row: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)

    @property
    def is_news(self) -> bool:
        """Whether anything was new or changed."""
        return bool(self.created or self.changed)


@dataclass(kw_only=True)
class Memory:
    """What a run knows from its earlier batches.

    open_keys: items in quarantine. seen_before: primary keys that this pass of this run has seen; not what a run saw
    that it goes on from, since anything can have changed between the two. neighbours: remote ids of the page read last,
    which the next page may repeat.
    """

    open_keys: set[str] = field(default_factory=set)
    seen_before: SeenRows = field(default_factory=SeenRows)
    neighbours: Container[str] = ()


@dataclass(kw_only=True)
class _Known:
    """What the database said about the ids of a batch."""

    primary_keys: dict[str, int]
    unchanged: set[str]


Settle = Callable[[Tally], None]
"""Called inside the transaction with what became of the batch: the run's checkpoint."""


def write_batch(
    resource: Resource,
    listings: Sequence[Listing],
    *,
    cause: Cause,
    memory: Memory,
    settle: Settle | None = None,
    confirms_unchanged: bool = False,
    raises: bool = False,
) -> Tally:
    """Bring the rows of these answers up to date, and say what became of them.

    confirms_unchanged: also note the time of reading on rows that stayed the same (one more statement); single reads
    want it, lists do not, since there an unchanged row costs no write.
    raises: raise UnreadableItem for the first bad item, and write nothing, in place of quarantine.
    """
    sightings = look_at(resource, listings)
    known = _ask(resource, sightings)
    incoming = _parse_what_differs(sightings, known, memory)
    tally = Tally(seen=sightings.seen, unchanged=len(known.unchanged))
    if sightings.bad:
        bad = sightings.bad[0]
        tally.problem = UnreadableItem(kind=resource.name, field=bad.field, reason=bad.reason)
        if raises:
            raise tally.problem
    tally.outcomes.update(dict.fromkeys(known.unchanged, "unchanged"))
    tally.repeated = {item.key for item in sightings.bad if item.has_anothers_id}
    tally.without_row = {
        item.key for item in sightings.bad if item.remote_id not in known.primary_keys
    } - tally.repeated
    with transaction.atomic():
        applied = apply(resource, incoming, cause=cause)
        if confirms_unchanged:
            _confirm(resource, sightings, known)
        kept = _settle_quarantine(resource, sightings, known, applied.outcomes, cause=cause, memory=memory)
        tally.quarantined = len(kept)
        _count(tally, applied.outcomes.values())
        tally.outcomes.update(applied.outcomes)
        tally.primary_keys = _shown_keys(sightings, known, applied.primary_keys)
        if settle:
            settle(tally)
    return tally


def _ask(resource: Resource, sightings: Sightings) -> _Known:
    asked = {*sightings.good, *(item.remote_id for item in sightings.bad if item.remote_id)}
    rows = select_fingerprints(resource.model, asked) if asked else []
    good = sightings.good
    return _Known(
        primary_keys={remote_id: primary_key for primary_key, remote_id, _, _ in rows},
        unchanged={
            remote_id
            for _, remote_id, fingerprint, is_missing in rows
            if not is_missing and remote_id in good and good[remote_id].fingerprint == fingerprint
        },
    )


def _parse_what_differs(sightings: Sightings, known: _Known, memory: Memory) -> list[Incoming]:
    differing = [sighting for remote_id, sighting in sightings.good.items() if remote_id not in known.unchanged]
    parsed = Sightings(resource=sightings.resource, columns=sightings.columns, bad=sightings.bad)
    for sighting in differing:
        if _is_anothers_id(sighting, known, memory):
            sightings.refuse_repeated_id(sighting)
            continue
        sighting.row = sighting.row or parse(sightings, sighting)
        if sighting.row is not None:
            sighting.remote_id = sighting.row.remote_id
            keep(parsed, sighting)
    return [_to_incoming(sighting) for sighting in parsed.good.values()]


def _is_anothers_id(sighting: Sighting, known: _Known, memory: Memory) -> bool:
    """Whether this pass has filled the row from another item, and not from the page before."""
    primary_key = known.primary_keys.get(sighting.remote_id)
    return primary_key is not None and primary_key in memory.seen_before and sighting.remote_id not in memory.neighbours


def _to_incoming(sighting: Sighting) -> Incoming:
    assert sighting.row is not None  # noqa: S101 - parsed just before
    is_partial = bool(sighting.listing.partial_of)
    return Incoming(
        remote_id=sighting.remote_id,
        columns=sighting.row.columns,
        provider_changed_at=sighting.row.provider_changed_at,
        read_at=sighting.listing.read_at,
        payload=None if is_partial else sighting.canonical,
        fingerprint="" if is_partial else sighting.fingerprint,
    )


def _confirm(resource: Resource, sightings: Sightings, known: _Known) -> None:
    if not known.unchanged:
        return
    earliest = min(sightings.good[remote_id].listing.read_at for remote_id in known.unchanged)
    confirm(resource, [known.primary_keys[remote_id] for remote_id in known.unchanged], read_at=earliest)


def _settle_quarantine(
    resource: Resource,
    sightings: Sightings,
    known: _Known,
    outcomes: dict[str, Outcome],
    *,
    cause: Cause,
    memory: Memory,
) -> list[BadItem]:
    bad = without_purged(resource, sightings.bad)
    bad_keys = {item.key for item in bad}
    landed = known.unchanged | outcomes.keys()
    readable = {
        sighting.key for sighting in sightings.good.values() if memory.open_keys and sighting.remote_id in landed
    } & memory.open_keys
    resolve(resource, readable - bad_keys)
    quarantine(resource, bad, cause=cause)
    memory.open_keys = (memory.open_keys - readable) | bad_keys
    return bad


def _count(tally: Tally, outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        setattr(tally, outcome, getattr(tally, outcome) + 1)


def _shown_keys(sightings: Sightings, known: _Known, applied: list[int]) -> list[int]:
    """Primary keys of the unchanged, the written and the bad: a bad item is at the provider all the same."""
    shown = [known.primary_keys[remote_id] for remote_id in known.unchanged]
    bad = [known.primary_keys[item.remote_id] for item in sightings.bad if item.remote_id in known.primary_keys]
    return shown + applied + bad

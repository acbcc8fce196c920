"""Writes what differs, in one transaction: a locked select, an upsert, the recorded changes.

The order of answers decides, not the order of arrival: an answer to an earlier request never overwrites a later one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.sync.engine.columns import Columns, columns_of, prepare_moment
from backoffice.sync.engine.learning import Learned, Watch
from backoffice.sync.engine.statements import any_of_numbers, any_of_texts, insert, upsert
from backoffice.sync.errors import NotMirroredError
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.resources import Resource

Outcome = Literal["created", "changed", "unchanged", "stale"]


# Not tracked by the garbage collector: thousands live at a time, and none can be part of a cycle.
class Incoming(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A parsed answer on its way into a row.

    `payload` is None for a partial answer: then the stored payload stays, and the fingerprint is blanked where a
    column changes, so that the next sight of the whole object is compared again. Without `is_reading` it came beside
    something else: then the row counts as read when it was read before, and is never too new for it.
    """

    remote_id: str
    columns: Mapping[str, Any]
    read_at: datetime
    payload: str | None
    fingerprint: str
    provider_changed_at: datetime | None = None
    is_reading: bool = True


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why rows are written: `source` in a word (`sync`, `operation`), and the run, where it was one.

    nudged_at: when the provider told us that something had changed (a webhook); None where nobody did.
    watch: measures how long after the provider's change; None where that is not wanted.
    """

    source: str
    run: SyncRun | None = None
    nudged_at: datetime | None = None
    watch: Watch | None = None

    @property
    def learned_by(self) -> str:
        """What brought the news: a run of some mode, else the source."""
        return str(self.run.mode) if self.run else self.source


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What changed in one row: column -> [old, new], as JSON can hold them."""

    remote_id: str
    columns: Mapping[str, Any]
    read_at: datetime
    learned: Learned | None = None


@dataclass(kw_only=True, slots=True)
class Applied:
    """What became of each remote id, and the primary keys of the rows that exist now."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    primary_keys: list[int] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class _Plan:
    """What is to be written: whole rows, their history, and rows that were only confirmed."""

    columns: Columns
    cause: Cause
    now: datetime
    rows: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    confirmed_at: list[datetime] = field(default_factory=list)

    def confirm(self, item: Incoming, row: Mapping[str, Any]) -> Outcome:
        """Have the time of reading noted on a row that stays as it is."""
        if item.is_reading:
            self.confirmed.append(row["pk"])
            self.confirmed_at.append(item.read_at)
        return "unchanged"


def apply(resource: Resource, incoming: Sequence[Incoming], *, cause: Cause) -> Applied:
    """Write what differs from the stored rows. Must run in a transaction."""
    applied = Applied()
    if not incoming:
        return applied
    plan = _Plan(columns=columns_of(resource.model), cause=cause, now=timezone.now())
    stored = _lock_rows(resource, incoming, columns=plan.columns)
    for item in incoming:
        row = stored.get(item.remote_id)
        if row is None:
            applied.outcomes[item.remote_id] = _plan_first_sight(plan, item)
        else:
            applied.primary_keys.append(row["pk"])
            applied.outcomes[item.remote_id] = _plan_update(plan, item, row)
    if plan.rows:
        written = upsert(resource.model, plan.rows)
        applied.primary_keys += [primary_key for primary_key, remote_id in written if remote_id not in stored]
    record_changes(resource, plan.changes, cause=cause, now=plan.now)
    confirm(resource, plan.confirmed, read_at=min(plan.confirmed_at, default=plan.now))
    return applied


def confirm(resource: Resource, primary_keys: Sequence[int], *, read_at: datetime) -> None:
    """Note that rows were read again at that time and are the same."""
    if primary_keys:
        rows = resource.rows.filter(pk__in=any_of_numbers(primary_keys), read_at__lt=read_at)
        rows.update(read_at=read_at)


def record_changes(resource: Resource, changes: Sequence[Change], *, cause: Cause, now: datetime) -> None:
    """Write the history of rows."""
    if not changes:
        return
    run_id = cause.run.pk if cause.run else None
    rows = [
        {
            "resource": resource.name,
            "remote_id": change.remote_id,
            "run_id": run_id,
            "source": cause.source,
            "columns": change.columns,
            "read_at": prepare_moment(change.read_at),
            "recorded_at": prepare_moment(now),
            "learned_by": change.learned.by if change.learned else "",
            "learned_after_ms": change.learned.after_ms if change.learned else None,
            "measured_from": change.learned.measured_from if change.learned else "",
        }
        for change in changes
    ]
    insert(RecordedChange, rows)


def _lock_rows(resource: Resource, incoming: Sequence[Incoming], *, columns: Columns) -> dict[str, dict[str, Any]]:
    """The stored values by remote id, locked until the transaction ends where the engine can."""
    rows = (
        resource.rows.filter(remote_id__in=any_of_texts(item.remote_id for item in incoming))
        .order_by("pk")
        .select_for_update()
        .values("pk", *columns.all)
    )
    return {row["remote_id"]: row for row in rows}


def _plan_first_sight(plan: _Plan, item: Incoming) -> Outcome:
    if item.payload is None:
        raise NotMirroredError(_("A part of an object came that is not mirrored yet; nothing was written."))
    values = {
        **plan.columns.defaults,
        **item.columns,
        "remote_id": item.remote_id,
        "payload": item.payload,
        "fingerprint": item.fingerprint,
        "read_at": item.read_at,
        "first_seen_at": plan.now,
        "changed_at": plan.now,
        "missing_since": None,
    }
    plan.rows.append(plan.columns.prepare(values))
    if learned := _measure_first_sight(plan, item):
        plan.changes.append(Change(remote_id=item.remote_id, columns={}, read_at=item.read_at, learned=learned))
    return "created"


def _plan_update(plan: _Plan, item: Incoming, row: Mapping[str, Any]) -> Outcome:
    if item.is_reading and row["read_at"] > item.read_at:
        return "stale"
    if row.get("purged_at") is not None:
        # Somebody asked to be forgotten: what the provider still says about them is not written down again.
        return plan.confirm(item, row)
    changed = {**item.columns, "missing_since": None}
    to_recordable = plan.columns.to_recordable
    differences = {
        name: [to_recordable(name, row[name]), to_recordable(name, value)]
        for name, value in changed.items()
        if row[name] != value
    }
    if not differences and item.payload is None:
        return plan.confirm(item, row)
    values = {
        **row,
        **changed,
        "payload": row["payload"] if item.payload is None else item.payload,
        "fingerprint": item.fingerprint,
        "read_at": item.read_at if item.is_reading else row["read_at"],
        "changed_at": plan.now if differences else row["changed_at"],
    }
    plan.rows.append(plan.columns.prepare(values))
    if not differences:
        return "unchanged"
    learned = _measure_change(plan, item, row)
    plan.changes.append(Change(remote_id=item.remote_id, columns=differences, read_at=item.read_at, learned=learned))
    return "changed"


def _measure_first_sight(plan: _Plan, item: Incoming) -> Learned | None:
    cause = plan.cause
    if cause.watch is None:
        return None
    return cause.watch.measure_first_sight(item.columns, by=cause.learned_by, nudged_at=cause.nudged_at, now=plan.now)


def _measure_change(plan: _Plan, item: Incoming, row: Mapping[str, Any]) -> Learned | None:
    """None also for what the provider did not do: our code reads the same payload differently, a lost row is back."""
    cause = plan.cause
    if cause.watch is None or item.payload == row["payload"] or row["missing_since"] is not None:
        return None
    return cause.watch.measure_change(
        row,
        by=cause.learned_by,
        provider_changed_at=item.provider_changed_at,
        nudged_at=cause.nudged_at,
        is_listed=item.payload is not None,
        now=plan.now,
    )

"""How soon a payment that moves on at the provider stands in our table, at the pace of a working day.

The stand-in notes when it moves a payment on, the product when it writes the row: both clocks are this machine's, so
the time between is the truth, beside which the product's own measure of it (`how we learn`) is printed.
"""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.environment import product_environment
from benchmarks.webhooks.burst import Product, running_product
from benchmarks.webhooks.serving import Served

STATUS = "coins_sent"
PERCENTS = (50, 95, 99)


@dataclass(frozen=True)
class LearningFigures:
    """Seconds from the provider's change to our row, by percent; and what was wanted of 95 %.

    changes: how many there were. learned: how many stand in our table. brought_by: how many by each source. told: what
    the product itself says of 95 % of those that the source brought which brought the most, in seconds.
    """

    what: str
    wanted_seconds: float
    changes: int
    learned: int
    seconds: Mapping[int, float]
    share_within: float
    brought_by: Mapping[str, int]
    told: float


def measure_learning(
    *, database_url: str, folder: Path, changes: int, per_second: float, interval: int
) -> list[LearningFigures]:
    """Move payments on one after the other, once with events and once without, as fast as given.

    interval: seconds between two runs that read the newest payments, or those that are not final.
    """
    with Served(product_environment(database_url=database_url, folder=folder), logs=folder) as served:
        served.run("django", "migrate", "--verbosity", "0")
    intervals = {"SYNC_HEAD_SECONDS": str(interval), "SYNC_OPEN_SECONDS": str(interval)}
    with running_product(
        database_url=database_url, folder=folder, waiting_payments=2 * changes, **intervals
    ) as product:
        control = product.provider.control
        ids = [payment["id"] for payment in control.payments() if payment["status"] == "pending_bank"]
        with_events = _move_on(product, ids[:changes], per_second=per_second, patience=30.0)
        told = _describe(product, with_events, what="told by events", wanted_seconds=5.0)
        control.silence_webhooks()
        without = _move_on(product, ids[changes : 2 * changes], per_second=per_second, patience=4.0 * interval)
        return [told, _describe(product, without, what="read only", wanted_seconds=float(interval))]


def _move_on(product: Product, ids: list[str], *, per_second: float, patience: float) -> dict[str, datetime]:
    """Return when each payment moved on, once all are learned of or patience has run out."""
    moved: dict[str, datetime] = {}
    began = time.monotonic()
    for number, remote_id in enumerate(ids):
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        moved[remote_id] = datetime.now(UTC)
        product.provider.control.change_payment(remote_id, status=STATUS)
    deadline = time.monotonic() + patience
    while len(_learned(product, moved)) < len(moved) and time.monotonic() < deadline:
        time.sleep(2.0)
    return moved


def _learned(product: Product, moved: Mapping[str, datetime]) -> dict[str, tuple[datetime, str, float]]:
    """By payment: when its row was written, by what it was learned, and how long after in seconds, as we think."""
    rows = json.loads(product.served.run("benchmarks.worker", "learned"))["rows"]
    return {
        remote_id: (datetime.fromisoformat(at), by, (after_ms or 0) / 1000)
        for remote_id, at, by, after_ms in rows
        if remote_id in moved
    }


def _describe(product: Product, moved: Mapping[str, datetime], *, what: str, wanted_seconds: float) -> LearningFigures:
    learned = _learned(product, moved)
    delays = sorted((at - moved[remote_id]).total_seconds() for remote_id, (at, _, _) in learned.items())
    brought_by: dict[str, int] = {}
    for _, by, _ in learned.values():
        brought_by[by] = brought_by.get(by, 0) + 1
    most = max(brought_by, key=lambda by: brought_by[by], default="")
    ours = sorted(after for _, by, after in learned.values() if by == most)
    return LearningFigures(
        what=what,
        wanted_seconds=wanted_seconds,
        changes=len(moved),
        learned=len(learned),
        seconds={percent: _at(delays, percent) for percent in PERCENTS},
        share_within=sum(delay <= wanted_seconds for delay in delays) / len(moved),
        brought_by=brought_by,
        told=_at(ours, 95),
    )


def _at(values: list[float], percent: int) -> float:
    """By nearest rank; not a number where there are none."""
    return values[math.ceil(len(values) * percent / 100) - 1] if values else math.nan

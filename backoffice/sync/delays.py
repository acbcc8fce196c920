"""How fast we learn of changes: percentiles of what `engine.learning` measured, by what brought the news.

The database counts the changes by rounded delay, which is one pass over one index, and the rest is worked out from
some hundred counts. Delays above 100 ms are rounded up by 5 % at most; five seconds stay five seconds.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, Count, ExpressionWrapper, F, When

from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.resources import Resource, all_resources
from backoffice.sync.schedule import interval_of

WEBHOOK = "webhook"
WANTED_AFTER_EVENT = timedelta(seconds=5)
WANTED_PERCENT = 95
PERCENTS = (50, WANTED_PERCENT, 99)
MILLISECOND = timedelta(milliseconds=1)

# (up to so many milliseconds, rounded up to a multiple of so many)
_ROUNDING = ((1_000, 5), (10_000, 50), (100_000, 500), (1_000_000, 5_000), (10_000_000, 50_000))
_COARSEST = 500_000


@dataclass(frozen=True, kw_only=True)
class Delays:
    """What one source brought of one resource, and how long after the provider's change.

    exact: how many changes by their delay in milliseconds. bounded: the same for those of which only the most that it
    can have been is known. wanted: what 95 % shall stay within; None where nothing is wanted of the source.
    """

    resource: str
    by: str
    wanted: timedelta | None
    exact: Counter[int] = field(default_factory=Counter)
    bounded: Counter[int] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many changes were measured."""
        return self.exact.total() + self.bounded.total()

    @property
    def is_bound(self) -> bool:
        """Whether the percentiles are upper bounds: some of what they are made of are."""
        return bool(self.bounded)

    @property
    def percentiles(self) -> list[tuple[int, timedelta]]:
        """(percent, delay) by nearest rank, the greatest last."""
        delays = self.exact + self.bounded
        return [(percent, _at_rank(delays, math.ceil(self.count * percent / 100))) for percent in PERCENTS]

    @property
    def is_proven(self) -> bool:
        """Whether 95 % were within what is wanted even if every bound was used up."""
        return self.wanted is not None and dict(self.percentiles)[WANTED_PERCENT] <= self.wanted

    @property
    def share_within(self) -> float:
        """Which share, 0 to 1, came within what is wanted.

        Of a bound it is the part that is within: a change can have been at any time between the two reads.
        """
        limit = (self.wanted or timedelta()) / MILLISECOND
        exact = sum(count for delay, count in self.exact.items() if delay <= limit)
        expected = sum(count * min(1.0, limit / delay) if delay else count for delay, count in self.bounded.items())
        return (exact + expected) / self.count

    @property
    def is_likely(self) -> bool:
        """Whether 95 % came within what is wanted, if changes are spread evenly between two reads."""
        return self.wanted is not None and self.share_within >= WANTED_PERCENT / 100


def measured_resources() -> list[Resource]:
    """The resources whose delays are measured."""
    return [resource for resource in all_resources() if resource.created_column]


def wanted_of(by: str) -> timedelta | None:
    """Within which time 95 % of what it brings shall come: five seconds of an event, else the interval of its runs."""
    if by == WEBHOOK:
        return WANTED_AFTER_EVENT
    return interval_of(by) if by in SyncRun.Mode.values else None


def read_delays(*, since: datetime, resources: list[Resource] | None = None) -> list[Delays]:
    """What was learned since then, by resource and source; one query."""
    names = [resource.name for resource in (measured_resources() if resources is None else resources)]
    found: dict[tuple[str, str], Delays] = {}
    for resource, by, measured_from, delay, count in _count(names, since=since):
        delays = found.setdefault((resource, by), Delays(resource=resource, by=by, wanted=wanted_of(by)))
        is_bound = measured_from == RecordedChange.MeasuredFrom.PREVIOUS_READ
        (delays.bounded if is_bound else delays.exact)[delay] += count
    return sorted(found.values(), key=lambda delays: _order(delays, names))


def _count(names: list[str], *, since: datetime) -> Iterable[Any]:
    changes = RecordedChange.objects.order_by().filter(
        recorded_at__gte=since, resource__in=names, learned_after_ms__isnull=False
    )
    groups = changes.annotate(delay=_ROUNDED).values("resource", "learned_by", "measured_from", "delay")
    return groups.annotate(count=Count("*")).values_list("resource", "learned_by", "measured_from", "delay", "count")


def _rounded_up(step: int) -> Any:
    delay = F("learned_after_ms")
    return ExpressionWrapper((delay + step - 1) / step * step, output_field=BigIntegerField())


_ROUNDED = Case(
    *(When(learned_after_ms__lte=limit, then=_rounded_up(step)) for limit, step in _ROUNDING),
    default=_rounded_up(_COARSEST),
    output_field=BigIntegerField(),
)


def _at_rank(delays: Counter[int], rank: int) -> timedelta:
    reached = 0
    for delay in sorted(delays):
        reached += delays[delay]
        if reached >= rank:
            return timedelta(milliseconds=delay)
    return timedelta()


def _order(delays: Delays, names: list[str]) -> tuple[int, int, str]:
    """As the resources come; webhooks first, then the runs, then the rest."""
    sources = [WEBHOOK, SyncRun.Mode.OPEN, SyncRun.Mode.HEAD, SyncRun.Mode.FULL]
    place = sources.index(delays.by) if delays.by in sources else len(sources)
    return names.index(delays.resource), place, delays.by

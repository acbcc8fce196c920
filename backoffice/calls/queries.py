"""Reads: how the calls of the last time went, in numbers and over time. All of it is added up by the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Func, IntegerField, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from .models import ProviderCall
from .verdicts import FAILURES

Verdict = ProviderCall.Verdict


@dataclass(frozen=True, kw_only=True)
class CallHealth:
    """How the calls of the last minutes went; `last_success_at` is the last answered call whenever that was."""

    total: int
    failed: int
    last_success_at: datetime | None

    @property
    def failed_share(self) -> float:
        """Which part of the calls failed, from 0 to 1; 0 where there were none."""
        return self.failed / self.total if self.total else 0.0


def call_health(*, within: timedelta) -> CallHealth:
    """How the calls of the last time went; two queries. A refusal is an answer, and no failure."""
    recent = ProviderCall.objects.filter(at__gte=timezone.now() - within).order_by()
    counts = recent.aggregate(total=Count("pk"), failed=Count("pk", filter=Q(verdict__in=FAILURES)))
    answered = ProviderCall.objects.filter(verdict__in=[Verdict.OK, Verdict.REFUSED])
    last = answered.order_by("-at").values_list("at", flat=True).first()
    return CallHealth(**counts, last_success_at=last)


class Period(StrEnum):
    """How far back a chart looks."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def slots(self) -> int:
        """Into how many parts it is divided."""
        return _DIVISIONS[self][0]

    @property
    def seconds_a_slot(self) -> int:
        """How long each part is."""
        return _DIVISIONS[self][1]


_DIVISIONS = {Period.HOUR: (30, 120), Period.DAY: (24, 3_600), Period.WEEK: (28, 21_600)}


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The calls of one part of the period. half_within_ms, most_within_ms: the time to answer of 50 % and of 95 %."""

    begins_at: datetime
    answered: int = 0
    refused: int = 0
    failed: int = 0
    half_within_ms: int | None = None
    most_within_ms: int | None = None

    @property
    def total(self) -> int:
        """How many calls."""
        return self.answered + self.refused + self.failed


def measure(period: Period, *, call: str = "", now: datetime | None = None) -> list[Slot]:
    """The calls of a period, all or those of one name, part by part to the one that runs now; two queries."""
    width = period.seconds_a_slot
    newest = int((now or timezone.now()).timestamp()) // width
    oldest = newest - period.slots + 1
    rows = ProviderCall.objects.filter(at__gte=datetime.fromtimestamp(oldest * width, UTC)).order_by()
    if call:
        rows = rows.filter(call=call)
    rows = rows.annotate(slot=_SlotNumber(F("at"), width))
    counts = {row["slot"]: row for row in _counts(rows)}
    times = _times(rows)
    return [
        Slot(
            begins_at=datetime.fromtimestamp(number * width, UTC),
            **{name: counts.get(number, {}).get(name, 0) for name in ("answered", "refused", "failed")},
            half_within_ms=times.get((number, "half")),
            most_within_ms=times.get((number, "most")),
        )
        for number in range(oldest, newest + 1)
    ]


def _counts(rows: QuerySet[ProviderCall]) -> Iterable[dict[str, Any]]:
    return rows.values("slot").annotate(  # type: ignore[misc]  # the annotation is not seen through the function
        answered=Count("pk", filter=Q(verdict=Verdict.OK)),
        refused=Count("pk", filter=Q(verdict=Verdict.REFUSED)),
        failed=Count("pk", filter=Q(verdict__in=FAILURES)),
    )


def _times(rows: QuerySet[ProviderCall]) -> dict[tuple[int, str], int | None]:
    """The time to answer at 50 % and at 95 % of each slot: the value of the row that stands there, in order."""
    ranked = rows.filter(answer_ms__isnull=False).annotate(
        place=Window(RowNumber(), partition_by=F("slot"), order_by=F("answer_ms").asc()),
        size=Window(Count("*"), partition_by=F("slot")),
    )
    at_half, at_most = Q(place=_share_of(50)), Q(place=_share_of(95))
    found = ranked.filter(at_half | at_most).values_list("slot", "place", "size", "answer_ms")
    times: dict[tuple[int, str], int | None] = {}
    for slot, place, size, milliseconds in found:
        for name, percent in (("half", 50), ("most", 95)):
            if place == -(-size * percent // 100):
                times[slot, name] = milliseconds
    return times


def _share_of(percent: int) -> Any:
    """The place at which so many percent of the rows are passed, rounded up."""
    return (F("size") * Value(percent) + Value(99)) / Value(100)


class _SlotNumber(Func):
    """The number of the part of time, of that many seconds, since 1970, in which a moment lies."""

    output_field = IntegerField()

    def __init__(self, moment: Any, seconds: int) -> None:
        super().__init__(moment, seconds=seconds)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """PostgreSQL."""
        template = "(FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint / %(seconds)d)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """SQLite, which keeps moments as text."""
        template = "(CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / %(seconds)d)"
        return self.as_sql(compiler, connection, template=template, **more)

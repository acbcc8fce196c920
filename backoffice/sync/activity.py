"""What the runs of a resource did of late, by the hour: for a chart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Q, Sum
from django.db.models.functions import TruncHour
from django.utils import timezone

from backoffice.sync.models import SyncRun
from backoffice.sync.modes import ENDED

HOURS = 24


@dataclass(kw_only=True)
class Hour:
    """The runs that ended in one hour: what they found, how many ended how, the longest of each mode."""

    begins_at: datetime
    created: int = 0
    changed: int = 0
    quarantined: int = 0
    succeeded: int = 0
    failed: int = 0
    longest: dict[str, timedelta] = field(default_factory=dict)


def activity_of(resource: str, *, zone: tzinfo) -> list[Hour]:
    """The last 24 hours, the one at hand last, each beginning on the hour of that zone; one query."""
    last = timezone.now().astimezone(zone).replace(minute=0, second=0, microsecond=0)
    hours = {last - timedelta(hours=ago): Hour(begins_at=last - timedelta(hours=ago)) for ago in range(HOURS)}
    for row in _rows(resource, since=last - timedelta(hours=HOURS - 1), zone=zone):
        if hour := hours.get(row["hour"]):
            _add(hour, row)
    return sorted(hours.values(), key=lambda hour: hour.begins_at)


def _rows(resource: str, *, since: datetime, zone: tzinfo) -> Iterable[Any]:
    runs = SyncRun.objects.order_by().filter(
        resource=resource, mode__in=SyncRun.Mode.values, state__in=ENDED, finished_at__gte=since
    )
    took = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    return (
        runs.annotate(hour=TruncHour("finished_at", tzinfo=zone))
        .values("hour", "mode")
        .annotate(
            created_rows=Sum("created"),
            changed_rows=Sum("changed"),
            quarantined_rows=Sum("quarantined"),
            succeeded=Count("pk", filter=Q(state=SyncRun.State.SUCCEEDED)),
            failed=Count("pk", filter=~Q(state=SyncRun.State.SUCCEEDED)),
            longest=Max(took),
        )
    )


def _add(hour: Hour, row: dict[str, Any]) -> None:
    for name in ("created", "changed", "quarantined"):
        setattr(hour, name, getattr(hour, name) + row[f"{name}_rows"])
    hour.succeeded += row["succeeded"]
    hour.failed += row["failed"]
    hour.longest[str(row["mode"])] = row["longest"]

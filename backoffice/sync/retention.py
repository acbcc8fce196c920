"""How long the sync room keeps what it wrote about itself."""

from datetime import datetime

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS, RetainedKind, delete_rows

from .models import DriftCheck, Quarantine, RecordedChange, SyncRun, Viewing


def runs_ended_by(moment: datetime) -> QuerySet[SyncRun]:
    """Runs that ended by that moment; the newest of each resource, mode and state stay: freshness is read from them."""
    newest = SyncRun.objects.order_by().values("resource", "mode", "state").annotate(newest=Max("pk")).values("newest")
    ended = SyncRun.objects.filter(finished_at__lte=moment).exclude(state=SyncRun.State.RUNNING)
    return ended.exclude(pk__in=newest).defer("seen_rows")


def changes_recorded_by(moment: datetime) -> QuerySet[RecordedChange]:
    """Changes that were recorded by that moment."""
    return RecordedChange.objects.filter(recorded_at__lte=moment).defer("columns")


def items_resolved_by(moment: datetime) -> QuerySet[Quarantine]:
    """Quarantined items that could be read, or were gone, by that moment."""
    return Quarantine.objects.filter(resolved_at__lte=moment).defer("payload")


def checks_ended_by(moment: datetime) -> QuerySet[DriftCheck]:
    """Drift checks that ended by that moment; what they found goes with them."""
    return DriftCheck.objects.filter(finished_at__lte=moment)


def viewings_ended_by(moment: datetime) -> QuerySet[Viewing]:
    """Objects that nobody has looked at since that moment."""
    return Viewing.objects.filter(viewed_at__lte=moment)


KINDS = (
    RetainedKind(
        name="recorded_changes",
        label=_("Recorded changes of the mirror"),
        counted_from=_("when the change was recorded"),
        default_days=FIVE_YEARS_IN_DAYS,
        least_days=365,
        rows_due=changes_recorded_by,
        purge=delete_rows,
        rows_a_batch=5_000,
        writes_ids=False,
    ),
    RetainedKind(
        name="resolved_quarantine",
        label=_("Quarantined items that were resolved"),
        counted_from=_("when the item was resolved"),
        default_days=90,
        least_days=1,
        rows_due=items_resolved_by,
        purge=delete_rows,
    ),
    RetainedKind(
        name="sync_runs",
        label=_("Sync runs"),
        counted_from=_("the end of the run; the newest of each kind stay"),
        default_days=400,
        least_days=30,
        rows_due=runs_ended_by,
        purge=delete_rows,
    ),
    RetainedKind(
        name="drift_checks",
        label=_("Drift checks and what they found"),
        counted_from=_("the end of the check"),
        default_days=400,
        least_days=30,
        rows_due=checks_ended_by,
        purge=delete_rows,
    ),
    RetainedKind(
        name="viewings",
        label=_("Which objects are looked at, without who looked"),
        counted_from=_("the last look"),
        default_days=1,
        least_days=1,
        rows_due=viewings_ended_by,
        purge=delete_rows,
    ),
)

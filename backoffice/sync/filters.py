"""Filters of the sync room's lists."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import DayRangeFilter, RowNumberFilter, StatusFilter

from .models import DriftCheck, DriftFinding, Quarantine, RecordedChange, SyncRun
from .queries import recent_drift
from .resources import all_resources


def resource_choices() -> list[tuple[str, object]]:
    """The resources that are registered, by label."""
    return [(resource.name, resource.label) for resource in all_resources()]


class SyncRunFilterSet(django_filters.FilterSet):
    """Runs by resource, mode, state and day."""

    resource = django_filters.ChoiceFilter(label=_("resource"), choices=resource_choices, empty_label=_("Any"))
    mode = django_filters.ChoiceFilter(label=_("mode"), choices=SyncRun.Mode.choices, empty_label=_("Any"))
    state = StatusFilter(label=_("state"), field_name="state", choices=SyncRun.State.choices)
    started = DayRangeFilter(label=_("started"), field_name="started_at")

    class Meta:
        model = SyncRun
        fields: tuple[str, ...] = ()


class QuarantineFilterSet(django_filters.FilterSet):
    """Quarantined items by resource, open or resolved."""

    OPEN, RESOLVED = "open", "resolved"

    resource = django_filters.ChoiceFilter(label=_("resource"), choices=resource_choices, empty_label=_("Any"))
    state = django_filters.ChoiceFilter(
        label=_("state"),
        method="filter_state",
        choices=[(OPEN, _("open")), (RESOLVED, _("resolved"))],
        empty_label=_("Any"),
    )

    class Meta:
        model = Quarantine
        fields: tuple[str, ...] = ()

    def filter_state(self, queryset: QuerySet[Quarantine], _name: str, value: str) -> QuerySet[Quarantine]:
        """Open ones have not landed yet."""
        return queryset.filter(resolved_at__isnull=value == self.OPEN)


class RecordedChangeFilterSet(django_filters.FilterSet):
    """Recorded changes by resource, object, run and day."""

    resource = django_filters.ChoiceFilter(label=_("resource"), choices=resource_choices, empty_label=_("Any"))
    remote_id = django_filters.CharFilter(label=_("id at the provider"))
    run = RowNumberFilter(label=_("sync run"), field_name="run_id")
    recorded = DayRangeFilter(label=_("recorded"), field_name="recorded_at")

    class Meta:
        model = RecordedChange
        fields: tuple[str, ...] = ()


class DriftCheckFilterSet(django_filters.FilterSet):
    """Drift checks by resource and day."""

    resource = django_filters.ChoiceFilter(label=_("resource"), choices=resource_choices, empty_label=_("Any"))
    started = DayRangeFilter(label=_("started"), field_name="started_at")

    class Meta:
        model = DriftCheck
        fields: tuple[str, ...] = ()


class DriftFindingFilterSet(django_filters.FilterSet):
    """What was found to differ, by resource, object, reason, check and day; or of the last day."""

    LAST_DAY = "last_day"

    resource = django_filters.ChoiceFilter(label=_("resource"), choices=resource_choices, empty_label=_("Any"))
    reason = django_filters.ChoiceFilter(
        label=_("why it is drift"), choices=DriftFinding.Reason.choices, empty_label=_("Any")
    )
    remote_id = django_filters.CharFilter(label=_("id at the provider"))
    drift_check = RowNumberFilter(label=_("drift check"), field_name="drift_check_id")
    lately = django_filters.ChoiceFilter(
        label=_("lately"), method="filter_lately", choices=[(LAST_DAY, _("in the last day"))], empty_label=_("Any")
    )
    found = DayRangeFilter(label=_("found"), field_name="found_at")

    class Meta:
        model = DriftFinding
        fields: tuple[str, ...] = ()

    def filter_lately(self, queryset: QuerySet[DriftFinding], _name: str, _value: str) -> QuerySet[DriftFinding]:
        """Those that the front page counts."""
        return queryset.filter(pk__in=recent_drift().values("pk"))

"""Filters of the list of alerts."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import DayRangeFilter

from .conditions import all_conditions
from .models import Alert


def kind_choices() -> list[tuple[str, object]]:
    """The conditions that are watched, by label."""
    return [(condition.name, condition.label) for condition in all_conditions()]


class AlertFilterSet(django_filters.FilterSet):
    """Alerts by kind, open or over, and day."""

    OPEN, OVER = "open", "over"

    kind = django_filters.ChoiceFilter(label=_("kind"), choices=kind_choices, empty_label=_("Any"))
    state = django_filters.ChoiceFilter(
        label=_("state"), method="filter_state", choices=[(OPEN, _("open")), (OVER, _("over"))], empty_label=_("Any")
    )
    opened = DayRangeFilter(label=_("since"), field_name="opened_at")

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()

    def filter_state(self, queryset: QuerySet[Alert], _name: str, value: str) -> QuerySet[Alert]:
        """Open ones are not over yet."""
        return queryset.filter(closed_at__isnull=value == self.OPEN)

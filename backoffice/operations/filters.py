"""Filters of the list of operations."""

from typing import Any

import django_filters
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import DayRangeFilter, RowNumberFilter, StatusFilter
from backoffice.operations import queries
from backoffice.operations.kinds import all_kinds
from backoffice.operations.models import Operation, State

NEEDS = {
    "decision": queries.needing_a_person,
    "administrator": queries.waiting_for_an_administrator,
    "approval": queries.awaiting_approval,
    "refused": queries.refused_lately,
}


def kind_choices() -> list[tuple[str, Any]]:
    """The kinds that are registered, by label."""
    return [(kind.name, kind.label) for kind in all_kinds()]


class OperationFilterSet(django_filters.FilterSet):
    """Operations by state, kind, who asked, day, batch, and what they need."""

    state = StatusFilter(label=_("state"), choices=State.choices)
    kind = django_filters.ChoiceFilter(label=_("kind"), choices=(), empty_label=_("Any"))
    needs = django_filters.ChoiceFilter(
        label=_("needs"),
        method="filter_needs",
        empty_label=_("Any"),
        choices=[
            ("decision", _("a decision")),
            ("administrator", _("an administrator")),
            ("approval", _("an approval")),
            ("refused", _("another look: refused lately")),
        ],
    )
    requested_by = django_filters.ModelChoiceFilter(
        label=_("asked by"), queryset=User.objects.order_by("username"), empty_label=_("Anybody")
    )
    error_code = django_filters.CharFilter(label=_("provider's code"))
    batch = RowNumberFilter(label=_("batch"), field_name="batch_id")
    created = DayRangeFilter(label=_("asked"), field_name="created_at")

    class Meta:
        model = Operation
        fields: tuple[str, ...] = ()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.filters["kind"].extra["choices"] = kind_choices()

    def filter_needs(self, queryset: QuerySet[Operation], _name: str, value: str) -> QuerySet[Operation]:
        """The rows that the front page counts under that need."""
        return queryset.filter(pk__in=NEEDS[value]().values("pk"))

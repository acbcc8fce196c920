"""Filters of the list of what answers hold."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.provider import get_catalogue

from .models import Sighting
from .queries import GONE, NEW


def call_choices() -> list[tuple[str, str]]:
    """The calls of the catalogue."""
    return [(name, name) for name in sorted(get_catalogue().endpoints)]


class SightingFilterSet(django_filters.FilterSet):
    """What answers hold, by call, kind and remark."""

    ANY = "any"

    call = django_filters.ChoiceFilter(label=_("call"), choices=call_choices, empty_label=_("Any"))
    aspect = django_filters.ChoiceFilter(label=_("what"), choices=Sighting.Aspect.choices, empty_label=_("Any"))
    standing = django_filters.ChoiceFilter(label=_("standing"), choices=Sighting.Standing.choices, empty_label=_("Any"))
    remark = django_filters.ChoiceFilter(
        label=_("remark"),
        method="filter_remark",
        choices=[(ANY, _("new or gone")), (NEW, _("new")), (GONE, _("gone"))],
        empty_label=_("Any"),
    )

    class Meta:
        model = Sighting
        fields: tuple[str, ...] = ()

    def filter_remark(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What nobody has taken note of yet."""
        return queryset.exclude(remark="") if value == self.ANY else queryset.filter(remark=value)

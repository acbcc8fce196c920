"""Filters of the log of calls."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import DayRangeFilter, RowNumberFilter
from backoffice.provider import get_catalogue

from .models import ProviderCall
from .verdicts import FAILURES

FAILED = "failed"
SLOW = ((1_000, _("1 second or more")), (5_000, _("5 seconds or more")), (20_000, _("20 seconds or more")))


def call_choices() -> list[tuple[str, str]]:
    """The calls of the catalogue, by name."""
    return [(name, name) for name in sorted(get_catalogue().endpoints)]


class ProviderCallFilterSet(django_filters.FilterSet):
    """Calls by name, verdict, HTTP status, day, what for, and how long they took."""

    call = django_filters.ChoiceFilter(label=_("call"), choices=call_choices, empty_label=_("Any"))
    verdict = django_filters.ChoiceFilter(
        label=_("verdict"),
        choices=[(FAILED, _("failed, in any way")), *ProviderCall.Verdict.choices],
        method="filter_verdict",
        empty_label=_("Any"),
    )
    http_status = RowNumberFilter(label=_("HTTP status"), max_value=999)
    at = DayRangeFilter(label=_("when"))
    took = django_filters.ChoiceFilter(
        label=_("took"), choices=SLOW, field_name="duration_ms", lookup_expr="gte", empty_label=_("Any")
    )
    cause = django_filters.ChoiceFilter(label=_("made for"), choices=ProviderCall.Cause.choices, empty_label=_("Any"))
    operation = RowNumberFilter(label=_("operation"), field_name="operation_id")
    sync_run = RowNumberFilter(label=_("sync run"), field_name="sync_run_id")
    webhook_event = RowNumberFilter(label=_("webhook event"), field_name="webhook_event_id")
    correlation_id = django_filters.CharFilter(label=_("correlation id"), max_length=64)
    remote_id = django_filters.CharFilter(label=_("id at the provider"), method="filter_object", max_length=100)

    class Meta:
        model = ProviderCall
        fields: tuple[str, ...] = ()

    def filter_verdict(self, calls: QuerySet[ProviderCall], _name: str, value: str) -> QuerySet[ProviderCall]:
        """One verdict, or all that mean that something is wrong."""
        return calls.filter(verdict__in=FAILURES if value == FAILED else [value])

    def filter_object(self, calls: QuerySet[ProviderCall], _name: str, value: str) -> Any:
        """Single reads of one object."""
        return calls.filter(remote_id=value.strip()).exclude(remote_id="")

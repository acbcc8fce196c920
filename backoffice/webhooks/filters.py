"""Filters of the inbox."""

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import DayRangeFilter, StatusFilter
from backoffice.sync.filters import resource_choices

from .models import WebhookEffect, WebhookEvent
from .queries import failed_events, unknown_events, unsettled_events

_NEEDS = {"failed": failed_events, "unknown": unknown_events, "waiting": unsettled_events}


class WebhookEventFilterSet(django_filters.FilterSet):
    """Events by name, state, signature, object and day."""

    event_type = django_filters.CharFilter(label=_("event"))
    state = StatusFilter(label=_("state"), field_name="state", choices=WebhookEvent.State.choices)
    verdict = django_filters.ChoiceFilter(
        label=_("signature"), choices=WebhookEvent.Verdict.choices, empty_label=_("Any")
    )
    resource = django_filters.ChoiceFilter(
        label=_("about"), method="filter_resource", choices=resource_choices, empty_label=_("Any")
    )
    remote_id = django_filters.CharFilter(label=_("id at the provider"), method="filter_remote_id")
    needs = django_filters.ChoiceFilter(
        label=_("needs a look"),
        method="filter_needs",
        choices=[
            ("failed", _("failed in the last week")),
            ("unknown", _("unknown name in the last week")),
            ("waiting", _("waiting or being read back")),
        ],
        empty_label=_("Any"),
    )
    received = DayRangeFilter(label=_("received"), field_name="received_at")

    class Meta:
        model = WebhookEvent
        fields: tuple[str, ...] = ()

    def filter_resource(self, queryset: QuerySet[WebhookEvent], _name: str, value: str) -> QuerySet[WebhookEvent]:
        """Events about an object of that kind."""
        return queryset.filter(Exists(_own_effects().filter(resource=value)))

    def filter_remote_id(self, queryset: QuerySet[WebhookEvent], _name: str, value: str) -> QuerySet[WebhookEvent]:
        """Events about that object."""
        return queryset.filter(Exists(_own_effects().filter(remote_id=value)))

    def filter_needs(self, queryset: QuerySet[WebhookEvent], _name: str, value: str) -> QuerySet[WebhookEvent]:
        """What the front page counts, and what an alert is about."""
        return _NEEDS[value](queryset)


def _own_effects() -> QuerySet[WebhookEffect]:
    return WebhookEffect.objects.filter(event=OuterRef("pk"))

"""Filters of the audit record."""

from typing import Any

import django_filters
from django.contrib import admin
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import DayRangeFilter, RowNumberFilter

from .models import AuditRecord
from .words import ACTIONS, label_of_model


class AuditRecordFilterSet(django_filters.FilterSet):
    """Records by who, what, on which object, when, and under which id."""

    actor = django_filters.ModelChoiceFilter(
        label=_("who"), queryset=User.objects.order_by("username"), field_name="actor_id", method="filter_actor"
    )
    action = django_filters.ChoiceFilter(label=_("what"), choices=list(ACTIONS.items()), empty_label=_("Any"))
    subject_model = django_filters.ChoiceFilter(label=_("kind of object"), choices=(), empty_label=_("Any"))
    subject_id = django_filters.CharFilter(label=_("object"), max_length=100)
    at = DayRangeFilter(label=_("when"))
    operation = RowNumberFilter(label=_("operation"), field_name="operation_id")
    sync_run = RowNumberFilter(label=_("sync run"), field_name="sync_run_id")
    correlation_id = django_filters.CharFilter(label=_("correlation id"), max_length=64)

    class Meta:
        model = AuditRecord
        fields: tuple[str, ...] = ()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.filters["subject_model"].extra["choices"] = _kinds_of_object()

    def filter_actor(self, records: Any, _name: str, person: User) -> Any:
        """What a person did, under whichever name."""
        return records.filter(actor_id=person.pk)


def _kinds_of_object() -> list[tuple[str, str]]:
    """The models that have pages here, by label."""
    names = [model._meta.label_lower for model in admin.site._registry]  # noqa: SLF001 - Django's documented way to ask
    return sorted(((name, label_of_model(name)) for name in names), key=lambda choice: choice[1])

"""A row's own fields as definition lists in cards, from the admin class's `fieldsets`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.utils import flatten, label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .badges import empty, link_to, moment, status_badge
from .numbers import significant_digits
from .sensitive import is_hidden, label_of, sensitive_fact, unless_hidden

Words = Mapping[str, type[models.TextChoices]]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A label and what stands beside it."""

    label: Any
    value: Any


@dataclass(frozen=True, kw_only=True)
class Card:
    """A titled list of facts."""

    title: Any
    facts: list[Fact]
    description: Any = ""


def cards_of(model_admin: Any, row: models.Model, fieldsets: Any, *, request: HttpRequest | None = None) -> list[Card]:
    """The fieldsets of an admin class as cards; a name may be a field, or a method of the admin or of the model.

    Sensitive fields are masked (for a request, with the button that reveals them), and so is what restricted rows hide.
    """
    return [
        Card(
            title=title or "",
            description=options.get("description", ""),
            facts=[fact_of(model_admin, row, name, request=request) for name in flatten(options["fields"])],
        )
        for title, options in fieldsets
    ]


def fact_of(model_admin: Any, row: models.Model, name: Any, *, request: HttpRequest | None = None) -> Fact:
    """One field or method with its label."""
    if declared := getattr(model_admin, "sensitive", {}).get(name):
        return Fact(label=label_of(type(row), name, declared), value=sensitive_fact(request, row, name))
    label = label_for_field(name, type(row), model_admin)
    return Fact(label=capfirst(str(label)), value=_value_of(model_admin, row, name))


def show(value: Any) -> Any:
    """A plain value as people read it; safe HTML stays as it is."""
    if value is None or value == "":
        return empty()
    if isinstance(value, SafeString):
        return value
    if isinstance(value, bool):
        return status_badge("yes" if value else "no", _("yes") if value else _("no"), "good" if value else "neutral")
    if isinstance(value, datetime):
        return moment(value, exact=True)
    return significant_digits(value) if isinstance(value, Decimal) else value


def show_word(value: Any, choices: type[models.TextChoices]) -> SafeString:
    """A status word of the provider: its label where it is known, raw where it is not."""
    return status_badge(str(value or ""), choices=choices)


def _value_of(model_admin: Any, row: models.Model, name: Any) -> Any:
    if is_hidden(row, name):
        return show(unless_hidden(row, name))
    try:
        field, _attribute, value = lookup_field(name, row, model_admin)
    except ObjectDoesNotExist:
        return _bare_id(row, name)
    if isinstance(field, models.ForeignKey):
        # A row that was read together with what it points to holds None in place of what is not there.
        return link_to(value) if value is not None else _bare_id(row, name)
    if field is not None and field.name in getattr(model_admin, "words", {}):
        return show_word(value, model_admin.words[field.name])
    if field is not None and getattr(field, "choices", None):
        return show(getattr(row, f"get_{field.name}_display")())
    return show(value)


def _bare_id(row: models.Model, name: Any) -> Any:
    """What a foreign key holds whose row is not mirrored (yet); nothing for what is none."""
    field = {known.name: known for known in row._meta.concrete_fields}.get(name)  # noqa: SLF001 - Django's documented way
    return show(getattr(row, field.attname)) if isinstance(field, models.ForeignKey) else empty()

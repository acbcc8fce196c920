"""Fields that an admin class declares as `sensitive`: masked wherever they stand, revealed one at a time.

The declaration is all there is to do. Lists, cards and histories then show the mask (or the value, to those who see
that kind of value clearly); the row's own page has the button that reveals. A table on another row's page shows a
field of its rows with `sensitive_value`::

    Column(label=_("link"), value=sensitive_value("link"))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from backoffice.security.links import is_safe_address
from backoffice.security.masking import MASK, SEES_CLEARLY, Kind, Sensitive, kind_of_key
from backoffice.security.readers import sees_clearly, shown_to_reader
from backoffice.security.restriction import hidden_fields, is_restricted

from .badges import copyable, empty
from .revealed import seconds_left

_LOOKUP_SIGNS = "^=@"


def sensitive_fields(model: type[models.Model] | None) -> Mapping[str, Sensitive]:
    """The fields of a model that its admin class declares as sensitive."""
    if model is None or not admin.site.is_registered(model):
        return {}
    return getattr(admin.site.get_model_admin(model), "sensitive", {})


def sensitive_of(row: models.Model) -> Mapping[str, Sensitive]:
    """What of a row its admin class declares as sensitive."""
    if not admin.site.is_registered(type(row)):
        return {}
    found: Mapping[str, Sensitive] = getattr(admin.site.get_model_admin(type(row)), "sensitive_of", lambda _row: {})(
        row
    )
    return found


def label_of(model: type[models.Model], name: str, declared: Sensitive) -> str:
    """What people call a sensitive field."""
    return capfirst(str(declared.label or _field(model, name).verbose_name))


def kind_of_column(model: type[models.Model] | None, name: str) -> Kind | None:
    """What a recorded column holds: as the model's admin class declares it, else as its name says.

    Columns outlive the fields and classes that declared them, so that a name alone is enough to be masked.
    """
    declared = sensitive_fields(model).get(name)
    if declared is not None:
        return declared.kind
    is_known = model is not None and admin.site.is_registered(model)
    clear = getattr(admin.site.get_model_admin(model), "clear_payload_keys", ()) if model and is_known else ()
    return None if name in clear else kind_of_key(name)


def sensitive_values(row: models.Model) -> dict[str, Kind]:
    """The raw sensitive values of a row, for whatever text they must not stand in."""
    found = {
        str(_read(row, name, declared) or ""): declared.kind
        for name, declared in sensitive_of(row).items()
        if name not in row.get_deferred_fields()
    }
    return {raw: kind for raw, kind in found.items() if raw}


def shown_value(row: models.Model, name: str) -> str:
    """A sensitive field as who is reading now may see it without revealing it."""
    declared = sensitive_of(row)[name]
    return _shown(row, declared, _read(row, name, declared))


def is_given(row: models.Model, name: str) -> bool:
    """Whether a sensitive field of the row holds anything."""
    return _is_value(_read(row, name, sensitive_of(row)[name]))


def _is_value(value: Any) -> bool:
    return value is not None and value != ""


def _read(row: models.Model, name: str, declared: Sensitive) -> Any:
    return declared.read(row) if declared.read else getattr(row, name)


def _shown(row: models.Model, declared: Sensitive, value: Any) -> str:
    return MASK if value and is_restricted(row) else shown_to_reader(value, declared.kind)


def sensitive_value(name: str) -> Callable[[Any], SafeString | str]:
    """For a column of a related table: that field of the row, masked."""

    def value(row: models.Model) -> SafeString | str:
        return shown_value(row, name) or empty()

    return value


def sensitive_fact(request: HttpRequest | None, row: models.Model, name: str) -> SafeString:
    """A sensitive field on the row's own page: clear, masked with its button, or revealed for the time that is left."""
    return reveal_widget(request, row, name, _read(row, name, sensitive_of(row)[name]))


def reveal_widget(
    request: HttpRequest | None, row: models.Model, name: str, value: Any, *, page: str = ""
) -> SafeString:
    """The same of a value that was read already. page: the view with a form that it stands on, to come back to."""
    declared = sensitive_of(row)[name]
    if not _is_value(value):
        return empty()
    if is_restricted(row):
        return format_html("{}", MASK)
    if sees_clearly(declared.kind):
        return copyable(value)
    may_reveal = request is not None and declared.may_be_revealed_by(request.user)
    seconds = seconds_left(request, row, name) if request is not None and may_reveal else 0
    context = {
        "name": name,
        "label": label_of(type(row), name, declared),
        "masked": _shown(row, declared, value),
        "value": str(value) if seconds else "",
        "is_iban": declared.kind is Kind.IBAN,
        "is_unsafe": bool(seconds) and declared.is_address and not is_safe_address(str(value)),
        "seconds": seconds,
        "reveal_url": _reveal_url(row, name) if may_reveal else "",
        "page": page,
    }
    return render_to_string("admin/face/sensitive_value.html", context, request=request)


def is_hidden(row: models.Model, name: Any) -> bool:
    """Whether a field is one that restricted rows hide, and the row is restricted."""
    return name in hidden_fields(type(row)) and is_restricted(row)


def unless_hidden(row: models.Model, name: str) -> Any:
    """The value of a field; a mask where it is hidden."""
    value = getattr(row, name)
    return MASK if _is_value(value) and is_hidden(row, name) else value


def masked_columns(model: type[models.Model], names: Sequence[Any]) -> list[Any]:
    """The names in `list_display`, sensitive fields and those that restricted rows hide as columns with a mask."""
    declared, hidden = sensitive_fields(model), hidden_fields(model)
    return [
        _masked_column(model, name) if name in declared else _hidden_column(model, name) if name in hidden else name
        for name in names
    ]


def searchable_fields(request: HttpRequest, model: type[models.Model], names: Iterable[str]) -> list[str]:
    """The names in `search_fields` that tell this reader nothing but what may be known.

    A sensitive field is searched in by those who see it clearly, by its whole value only by those who may reveal it,
    and not at all by anybody else: what is found would say what is masked.
    """
    return [name for wanted in names if (name := _searchable(request, model, wanted))]


def sees_field_clearly(request: HttpRequest, declared: Sensitive) -> bool:
    """Whether the person of a request sees such a field without revealing it."""
    permission = SEES_CLEARLY.get(declared.kind)
    return permission is not None and request.user.has_perm(permission)


def _searchable(request: HttpRequest, model: type[models.Model], name: str) -> str:
    declared = _declared_at(model, name.lstrip(_LOOKUP_SIGNS))
    if declared is None or sees_field_clearly(request, declared):
        return name
    return f"={name.lstrip(_LOOKUP_SIGNS)}" if declared.may_be_revealed_by(request.user) else ""


def _declared_at(model: type[models.Model], path: str) -> Sensitive | None:
    """The declaration of the field at the end of a path like "customer__email"."""
    first, _separator, rest = path.partition("__")
    try:
        related = _field(model, first).related_model
    except FieldDoesNotExist:
        return None
    if rest and isinstance(related, type):
        return _declared_at(related, rest)
    return sensitive_fields(model).get(first)


def _masked_column(model: type[models.Model], name: str) -> Callable[[Any], str]:
    """A column that is not sorted by: the order would say what is masked."""
    declared = sensitive_fields(model)[name]

    @admin.display(description=_field(model, name).verbose_name, ordering=name if sees_clearly(declared.kind) else None)
    def column(row: Any) -> str:
        return shown_value(row, name)

    column.__name__ = name
    return column


def _hidden_column(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    """A column that is clear but for rows about somebody who asked to be forgotten."""

    @admin.display(description=_field(model, name).verbose_name, ordering=name)
    def column(row: Any) -> Any:
        return unless_hidden(row, name)

    column.__name__ = name
    return column


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)  # noqa: SLF001 - Django's documented way to ask


def _reveal_url(row: models.Model, name: str) -> str:
    options = row._meta  # noqa: SLF001 - Django's documented way to ask
    return reverse(f"admin:{options.app_label}_{options.model_name}_reveal", args=[quote(row.pk), name])

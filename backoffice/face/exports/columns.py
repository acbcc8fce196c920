"""The columns of an export: which values of a row, under which heading, and which of them are masked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.db.models import F
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.face.sensitive import sees_field_clearly, sensitive_fields
from backoffice.security.fields import BlindIndexField, EncryptedTextField
from backoffice.security.masking import MASK, Kind, Sensitive, mask
from backoffice.security.restriction import hidden_fields, is_restricted

NEVER_EXPORTED = (BlindIndexField, models.BinaryField, models.FileField)


@dataclass(frozen=True, kw_only=True)
class ExportColumn:
    """A column: its heading, the plain value of a row, and whether that value is masked.

    `value` gets the row and returns text, an int, a Decimal, a moment or None: no HTML, nothing that asks the database.
    `related` names what the list must join for it ("customer").
    """

    heading: Any
    value: Callable[[Any], Any]
    sensitive: Sensitive | None = None
    is_in_clear: bool = False
    is_hidden_in: Callable[[Any], bool] = field(default=lambda _row: False, compare=False)
    related: Sequence[str] = ()


def columns_of(model_admin: Any) -> list[ExportColumn]:
    """The columns of a list's export: what `export_columns` says, else the fields behind `list_display`.

    A name in `export_columns` is a field, or one over foreign keys ("customer__email"). Secrets are left out whatever
    is declared.
    """
    declared = model_admin.export_columns or list(_names_behind(model_admin))
    columns = [item if isinstance(item, ExportColumn) else _column_of(model_admin.model, item) for item in declared]
    return [column for column in columns if column is not None and not _is_secret(column)]


def in_clear(columns: Iterable[ExportColumn], request: HttpRequest) -> list[ExportColumn]:
    """The columns with personal data in clear, as far as the person sees it on the pages or may reveal it there."""
    return [
        replace(column, is_in_clear=True) if column.sensitive and _may_see(request, column.sensitive) else column
        for column in columns
    ]


def value_of(column: ExportColumn, row: Any) -> Any:
    """What stands in a column of a row; masked where the column says so."""
    value = column.value(row)
    if value is None or value == "" or (column.sensitive is None and not column.is_hidden_in(row)):
        return value
    if column.is_hidden_in(row):
        return MASK
    assert column.sensitive is not None  # noqa: S101 - the first question
    return value if column.is_in_clear else mask(str(value), column.sensitive.kind)


def _may_see(request: HttpRequest, declared: Sensitive) -> bool:
    return sees_field_clearly(request, declared) or declared.may_be_revealed_by(request.user)


def _is_secret(column: ExportColumn) -> bool:
    return column.sensitive is not None and column.sensitive.kind is Kind.SECRET


def _names_behind(model_admin: Any) -> Iterable[str]:
    """The row's id, and the fields that the list shows or is sorted by, each once."""
    names = [_identifier_of(model_admin.model)]
    for entry in model_admin.list_display:
        names.extend(_fields_of_entry(model_admin, entry))
    return dict.fromkeys(names)


def _identifier_of(model: type[models.Model]) -> str:
    try:
        return model._meta.get_field("remote_id").name  # noqa: SLF001 - Django's documented way to ask
    except FieldDoesNotExist:
        return "pk"


def _fields_of_entry(model_admin: Any, entry: Any) -> list[str]:
    method = entry if callable(entry) else getattr(model_admin, entry, None)
    if not callable(method):
        return [entry] if _ends_at_a_field(model_admin.model, entry) else []
    order: Any = getattr(method, "admin_order_field", None)
    parts: list[Any] = list(order.flatten()) if hasattr(order, "flatten") else []
    names = [getattr(part, "name", "") for part in parts if isinstance(part, F)] or [order or ""]
    fields = [name.lstrip("-") for name in names]
    return [name for name in fields if name and _ends_at_a_field(model_admin.model, name)]


def _ends_at_a_field(model: type[models.Model], path: str) -> bool:
    try:
        return _field_at(model, path) is not None
    except FieldDoesNotExist:
        return False


def _column_of(model: type[models.Model], path: str) -> ExportColumn | None:
    """The column of a field; None where it must never leave the database.

    Of what is encrypted there, only what an admin class declares as personal data, to be masked.
    """
    field = _field_at(model, path)
    sensitive = sensitive_fields(field.model).get(field.name)
    if isinstance(field, NEVER_EXPORTED) or (isinstance(field, EncryptedTextField) and sensitive is None):
        return None
    *relations, _last = path.split(LOOKUP_SEP)
    related = LOOKUP_SEP.join(relations)
    return ExportColumn(
        heading=_heading_of(model, path),
        value=_getter([*relations, field.attname], _words_of(field)),
        sensitive=sensitive,
        is_hidden_in=_hider(relations) if sensitive or field.name in hidden_fields(field.model) else _never,
        related=[related] if related else [],
    )


def _hider(relations: Sequence[str]) -> Callable[[Any], bool]:
    """Whether the row that holds the field is about somebody who asked to be forgotten."""
    holder = _getter(relations, {})
    return lambda row: is_restricted(holder(row))


def _never(_row: Any) -> bool:
    return False


def _heading_of(model: type[models.Model], path: str) -> str:
    """The names of the fields on the way; a bare reference is told from the name that it stands for."""
    parts = path.split(LOOKUP_SEP)
    fields = [_field_at(model, LOOKUP_SEP.join(parts[: number + 1])) for number in range(len(parts))]
    words = " ".join(str(field.verbose_name) for field in fields)
    heading = _("%(name)s id") % {"name": words} if isinstance(fields[-1], models.ForeignKey) else words
    return str(capfirst(heading))


def _field_at(model: type[models.Model], path: str) -> Any:
    """The field at the end of a path; raises FieldDoesNotExist."""
    options = model._meta  # noqa: SLF001 - Django's documented way to ask
    name, _separator, rest = path.partition(LOOKUP_SEP)
    field: Any = options.pk if name == "pk" else options.get_field(name)
    if not getattr(field, "concrete", False) or field.many_to_many:
        raise FieldDoesNotExist(path)
    return _field_at(field.related_model, rest) if rest else field


def _getter(names: Sequence[str], words: dict[Any, Any]) -> Callable[[Any], Any]:
    def get(row: Any) -> Any:
        value = row
        try:
            for name in names:
                value = getattr(value, name)
                if value is None:
                    return None
        except ObjectDoesNotExist:  # a reference whose target is not mirrored (yet)
            return None
        return words.get(value, value) if words else value

    return get


def _words_of(field: Any) -> dict[Any, Any]:
    """The words that people see for the values of a field; a value without a word is exported as it is."""
    has_page = admin.site.is_registered(field.model)
    words = getattr(admin.site.get_model_admin(field.model), "words", {}) if has_page else {}
    choices = field.choices or words.get(field.name)
    return {value: str(label) for value, label in getattr(choices, "choices", choices) or ()}

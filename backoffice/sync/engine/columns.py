# ruff: noqa: SLF001 - `_meta` is Django's documented way to ask a model
"""What a column can hold, and how a value goes into the database.

A value that its column cannot keep exactly is a reason for quarantine: one engine would round or cut it, the other
would refuse the whole batch.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from django.db import connection, connections, models
from django.utils.translation import gettext

from backoffice.security.fields import BlindIndexField, EncryptedTextField
from backoffice.security.masking import mask
from backoffice.sync.fields import ExactDecimalField
from backoffice.sync.models import MirroredModel

Check = Callable[[Any], str]
"""Gives why the column cannot keep the value, as the end of a sentence; empty where it can."""

Prepare = Callable[[Any], Any]

_BOOKKEEPING = {field.name for field in MirroredModel._meta.get_fields()}


class Columns:
    """The columns of one mirrored model on one engine.

    `all` are the attribute names of every column but the primary key; `defaults` is what those that resources fill
    hold when a payload does not mention them.
    """

    def __init__(self, model: type[MirroredModel]) -> None:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        own = [field for field in fields if field.name not in _BOOKKEEPING]
        self.all = tuple(field.attname for field in fields)
        self._checks = {
            field.attname: (_allow if field.null else _forbid, _find_check(_target(field))) for field in fields
        }
        self._columns = [(field.column or "", field.attname) for field in fields]
        self._prepares = [(field.column or "", prepare) for field in fields if (prepare := _find_prepare(field))]
        self._digests = [
            (field.column or "", field.of, field.digest_of) for field in fields if isinstance(field, BlindIndexField)
        ]
        self._encrypted = {field.attname: field.kind for field in fields if isinstance(field, EncryptedTextField)}
        self._fixed_defaults = {field.attname: field.get_default() for field in own if not _makes_its_default(field)}
        self._made_defaults = [(field.attname, field.get_default) for field in own if _makes_its_default(field)]

    @property
    def defaults(self) -> dict[str, Any]:
        """A new row's values by attribute name."""
        return {**self._fixed_defaults, **{name: make() for name, make in self._made_defaults}}

    def find_fault(self, values: Mapping[str, Any]) -> tuple[str, str] | None:
        """(column, why) of the first value that cannot be kept, None where all can.

        Raises KeyError for a column that the model does not have.
        """
        for name, value in values.items():
            check_null, check = self._checks[name]
            if reason := check_null() if value is None else check(value):
                return name, reason
        return None

    def prepare(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A row's values, all of them, by column name as the database takes them."""
        row = {column: values[attname] for column, attname in self._columns}
        for column, of, digest_of in self._digests:
            row[column] = digest_of(values[of])
        for column, prepare in self._prepares:
            row[column] = prepare(row[column])
        return row

    def to_recordable(self, name: str, value: Any) -> Any:
        """A value of a column as JSON can hold it, for the history: what is encrypted in the row is masked there."""
        kind = self._encrypted.get(name)
        return to_recordable(value) if kind is None else mask(str(value or ""), kind)


def columns_of(model: type[MirroredModel]) -> Columns:
    """The columns of a model on the engine at hand."""
    return _columns_on(model, connection.vendor)


@lru_cache(maxsize=64)
def _columns_on(model: type[MirroredModel], vendor: str) -> Columns:
    return Columns(model)


_SAME_IN_THE_DATABASE = (models.BooleanField, models.IntegerField)


def to_recordable(value: Any) -> Any:
    """A value of a column as JSON can hold it, for the history."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, datetime) else value


def prepare_moment(value: datetime | None) -> Any:
    """A time as the database takes it."""
    return connection.ops.adapt_datetimefield_value(value)


def _makes_its_default(field: "models.Field[Any, Any]") -> bool:
    return field.has_default() and callable(field.default)


def _find_prepare(field: "models.Field[Any, Any]") -> Prepare | None:
    """How a value is made ready; None for most, which go in as they are."""
    target = _target(field)
    if type(target) in {models.CharField, models.TextField} or isinstance(target, _SAME_IN_THE_DATABASE):
        return None
    if connection.vendor == "postgresql" and isinstance(target, models.DecimalField | models.DateTimeField):
        return None
    if isinstance(target, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return partial(field.get_db_prep_save, connection=connections[connection.alias])


def _target(field: "models.Field[Any, Any]") -> "models.Field[Any, Any]":
    return field.target_field if isinstance(field, models.ForeignKey) else field


def _find_check(field: "models.Field[Any, Any]") -> Check:
    for kind, make_check in _CHECKS:
        if isinstance(field, kind):
            return make_check(field)
    return lambda value: ""


def _make_exact_decimal_check(field: Any) -> Check:
    return partial(_check_exact_decimal, longest=field.max_length)


def _make_text_check(field: Any) -> Check:
    return partial(_check_text, longest=field.max_length)


def _make_decimal_check(field: Any) -> Check:
    whole_digits = field.max_digits - field.decimal_places
    return partial(_check_decimal, whole_digits=whole_digits, decimals=field.decimal_places)


def _make_whole_number_check(field: Any) -> Check:
    limits = connection.ops.integer_field_range(field.get_internal_type())
    return partial(_check_whole_number, limits=limits)


def _allow() -> str:
    return ""


def _forbid() -> str:
    return gettext("is missing")


def _check_text(value: Any, longest: int | None) -> str:
    if type(value) is not str:
        return gettext("is not text")
    if longest is not None and len(value) > longest:
        return gettext("is longer than %(count)d characters") % {"count": longest}
    return gettext("contains a NUL character") if "\x00" in value else ""


def _check_exact_decimal(value: Any, longest: int) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        return gettext("is not a number")
    is_too_long = len(format(value, "f")) > longest
    return gettext("has more than %(count)d digits") % {"count": longest} if is_too_long else ""


def _check_decimal(value: Any, whole_digits: int, decimals: int) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        return gettext("is not a number")
    _, digits, exponent = value.as_tuple()
    if value and value.adjusted() >= whole_digits:
        return gettext("has more than %(count)d digits before the point") % {"count": whole_digits}
    surplus = -int(exponent) - decimals
    if surplus > 0 and any(digits[-surplus:]):
        text = gettext("has more than %(count)d digits after the point, and would lose some")
        return text % {"count": decimals}
    return ""


def _check_moment(value: Any) -> str:
    return "" if isinstance(value, datetime) and value.tzinfo is not None else gettext("is not a time with its zone")


def _check_flag(value: Any) -> str:
    return "" if isinstance(value, bool) else gettext("is neither true nor false")


def _check_whole_number(value: Any, limits: tuple[int | None, int | None]) -> str:
    if type(value) is not int:
        return gettext("is not a whole number")
    lowest, highest = limits
    fits = (lowest is None or value >= lowest) and (highest is None or value <= highest)
    return "" if fits else gettext("is too large")


_CHECKS: tuple[tuple[type, Callable[[Any], Check]], ...] = (
    (ExactDecimalField, _make_exact_decimal_check),
    (models.CharField, _make_text_check),
    (models.TextField, _make_text_check),
    (models.DecimalField, _make_decimal_check),
    (models.DateTimeField, lambda field: _check_moment),
    (models.BooleanField, lambda field: _check_flag),
    (models.IntegerField, _make_whole_number_check),
)

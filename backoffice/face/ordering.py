"""What a list is sorted by, without telling what its rows hide: a row between two names has a name between them."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, F, Model, OrderBy, Q, Value, When

from backoffice.security.restriction import hidden_fields, where_restricted

from .sensitive import sensitive_fields


def without_telling(model: type[Model], ordering: Iterable[Any]) -> list[Any]:
    """The same order (names, expressions, `OrderBy`s), in which restricted rows have nothing of what they hide.

    What a related row hides is not sorted by at all where the list itself has no restricted rows.
    """
    where = where_restricted(model)
    safe = ((part, _tells_of_hidden(model, part)) for part in ordering)
    return [_empty_where(where, part) if tells else part for part, tells in safe if where is not None or not tells]


def _tells_of_hidden(model: type[Model], part: Any) -> bool:
    return any(_is_hidden_at(model, path) for path in _fields_of(part))


def _fields_of(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part.lstrip("-")]
    inside: Iterable[Any] = _as_order(part).flatten()
    return [getattr(inner, "name", "") for inner in inside if isinstance(inner, F)]


def _is_hidden_at(model: type[Model], path: str) -> bool:
    """Whether restricted rows hide the field at the end of a path like "customer__last_name"."""
    first, _separator, rest = path.partition("__")
    try:
        related = model._meta.get_field(first).related_model  # noqa: SLF001 - Django's documented way to ask
    except FieldDoesNotExist:
        return False
    if rest and isinstance(related, type):
        return _is_hidden_at(related, rest)
    return where_restricted(model) is not None and first in {*hidden_fields(model), *sensitive_fields(model)}


def _empty_where(where: Q | None, part: Any) -> OrderBy:
    order = _as_order(part).copy()
    order.set_source_expressions([Case(When(where, then=Value(None)), default=order.expression)])
    return order


def _as_order(part: Any) -> OrderBy:
    if isinstance(part, OrderBy):
        return part
    if isinstance(part, str):
        return OrderBy(F(part.lstrip("-")), descending=part.startswith("-"))
    return OrderBy(part)

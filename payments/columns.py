"""From a parsed object to a row of the mirror."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models

from backoffice.cryptopocket.resources import Resource as Parsed
from backoffice.cryptopocket.resources import find_raw
from backoffice.provider import get_catalogue
from backoffice.sync.resources import Row


def make_row(model: type[models.Model], parsed: Parsed, *, names: tuple[str, ...], remote_id: str) -> Row:
    """Return a parsed object as a row: those of the named columns that its payload mentioned.

    A null that its column cannot hold becomes the column's default (a null text becomes an empty one).
    """
    mentioned = parsed.mentioned()
    concrete = model._meta.concrete_fields  # noqa: SLF001 - Django's documented way to ask
    fields = {field.attname: field for field in concrete}
    columns = {name: _or_default(fields[name], mentioned[name]) for name in names if name in mentioned}
    return Row(remote_id=remote_id, columns=columns, provider_changed_at=mentioned.get("changed_at"))


def identify_by(endpoint: str, field: str = "id") -> Callable[[Mapping[str, Any], str], str | None]:
    """Return how an item of a list tells its id without being parsed: by the names that the catalogue has for it."""

    def identify(raw: Mapping[str, Any], partition: str) -> str | None:
        return _id_as_text(find_raw(raw, get_catalogue()[endpoint].fields[field]))

    return identify


def identify_by_parsing(raw: Mapping[str, Any], partition: str) -> str | None:
    """Say that an item must be parsed to know its id: it is made of several fields."""
    return None


def is_newest_first(endpoint: str) -> Callable[[], bool]:
    """Return how a list tells where its newest end is: the catalogue says so, and can be overridden."""

    def answer() -> bool:
        pagination = get_catalogue()[endpoint].pagination
        return pagination is None or pagination.newest_first

    return answer


def _or_default(field: "models.Field[Any, Any]", value: Any) -> Any:
    return field.get_default() if value is None and not field.null else value


def _id_as_text(value: Any) -> str | None:
    return str(value) if type(value) is int or (type(value) is str and value.strip()) else None

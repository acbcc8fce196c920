# ruff: noqa: SLF001 - `_meta` is Django's documented way to ask a model
"""The SQL of this room: sets of rows go in as one JSON parameter, on PostgreSQL and on SQLite alike.

One parameter a statement is both the fastest way in (as fast as COPY for batches of this size) and free of
limits on the number of parameters. Table and column names come from the model and are quoted; values only ever
travel in the parameter.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection, models
from django.db.models.expressions import RawSQL

_encoder = msgspec.json.Encoder()

_TEXTS_IN_JSON = {
    "postgresql": "SELECT json_array_elements_text(%s::json)",
    "sqlite": "SELECT value FROM json_each(%s)",
}
_NUMBERS_IN_JSON = {
    "postgresql": "SELECT json_array_elements_text(%s::json)::bigint",
    "sqlite": "SELECT value FROM json_each(%s)",
}


def any_of_texts(values: Iterable[str]) -> RawSQL:
    """For `filter(remote_id__in=...)`: any number of texts in one parameter."""
    return RawSQL(_TEXTS_IN_JSON[connection.vendor], [_to_json(list(values))])  # noqa: S611 - constant SQL


def any_of_numbers(values: Iterable[int]) -> RawSQL:
    """For `filter(pk__in=...)`: any number of whole numbers in one parameter."""
    return RawSQL(_NUMBERS_IN_JSON[connection.vendor], [_to_json(list(values))])  # noqa: S611 - constant SQL


def select_fingerprints(model: type[models.Model], remote_ids: Iterable[str]) -> list[tuple[int, str, str, bool]]:
    """(primary key, remote id, fingerprint, is missing) of the rows that exist."""
    with connection.cursor() as cursor:
        cursor.execute(_fingerprint_statement(model, connection.vendor), [_to_json(list(remote_ids))])
        rows: list[tuple[int, str, str, bool]] = cursor.fetchall()
    return rows


def upsert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """Insert mirrored rows or update those with the same remote id; never with an older answer.

    rows: database-ready values by column name, the same columns in each.
    Gives (primary key, remote id) of the rows that were written.
    """
    with connection.cursor() as cursor:
        cursor.execute(_upsert_statement(model, tuple(rows[0]), connection.vendor), [_to_json(rows)])
        written: list[tuple[int, str]] = cursor.fetchall()
    return written


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, on_conflict: str = "") -> None:
    """Insert rows; `on_conflict` is a constant clause that stands behind them."""
    with connection.cursor() as cursor:
        statement = _insert_statement(model, tuple(rows[0]), connection.vendor)
        cursor.execute(f"{statement} {on_conflict}".rstrip(), [_to_json(rows)])


@lru_cache(maxsize=64)
def _fingerprint_statement(model: type[models.Model], vendor: str) -> str:
    primary_key = _quote(model._meta.pk.attname)
    return (
        f'SELECT {primary_key}, "remote_id", "fingerprint", "missing_since" IS NOT NULL '  # noqa: S608 - names of a model
        f'FROM {_quote(model._meta.db_table)} WHERE "remote_id" IN ({_TEXTS_IN_JSON[vendor]})'
    )


@lru_cache(maxsize=64)
def _upsert_statement(model: type[models.Model], columns: tuple[str, ...], vendor: str) -> str:
    table, primary_key = _quote(model._meta.db_table), _quote(model._meta.pk.attname)
    kept = {"remote_id", "first_seen_at"}
    assignments = ", ".join(f"{_quote(name)} = EXCLUDED.{_quote(name)}" for name in columns if name not in kept)
    return (
        f"{_insert_statement(model, columns, vendor)} "
        f'ON CONFLICT ("remote_id") DO UPDATE SET {assignments} '
        f'WHERE EXCLUDED."read_at" >= {table}."read_at" RETURNING {primary_key}, "remote_id"'
    )


@lru_cache(maxsize=64)
def _insert_statement(model: type[models.Model], columns: tuple[str, ...], vendor: str) -> str:
    names = ", ".join(map(_quote, columns))
    source = _recordset(model, columns) if vendor == "postgresql" else _json_each(columns)
    return f"INSERT INTO {_quote(model._meta.db_table)} ({names}) {source}"


def _recordset(model: type[models.Model], columns: tuple[str, ...]) -> str:
    types = {field.column: field.rel_db_type(connection) for field in model._meta.concrete_fields if field.column}
    definition = ", ".join(f"{_quote(name)} {types[name]}" for name in columns)
    names = ", ".join(map(_quote, columns))
    return f"SELECT {names} FROM json_to_recordset(%s::json) AS incoming ({definition})"  # noqa: S608 - names of a model


def _json_each(columns: tuple[str, ...]) -> str:
    values = ", ".join(f"json_extract(value, '$.{name}')" for name in columns)
    # Without the WHERE, SQLite takes the ON of ON CONFLICT for a join's.
    return f"SELECT {values} FROM json_each(%s) WHERE true"  # noqa: S608 - names of a model


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _to_json(value: Any) -> str:
    return _encoder.encode(value).decode()

# ruff: noqa: SLF001, S608 - `_meta` is Django's documented way to ask a model, whose names the statements are made of
"""Bringing everything that is encrypted under the newest key, beside running processes, as often as one likes.

What is under the newest key already is left alone, so that whoever was stopped goes on where it stood. A row is
written only while it still holds the cipher text that was read: a write of somebody else at the same moment stays.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models, transaction

from .encryption import UndecryptableError, decrypt_text, encrypt_text, is_newest
from .fields import BlindIndexField, EncryptedTextField
from .models import KeyProof

ROWS_AT_ONCE = 200
_TRIES = 3
_TOKEN_BEGINS = "gAAAAA"  # noqa: S105 - how every token of Fernet begins: its version, and the years until 2106
Progress = Callable[[int], None]
"""Told how many more values were looked at."""


@dataclass(kw_only=True)
class Rotated:
    """What a rotation found: values brought under the newest key, those that were, and those no key opens."""

    rewritten: int = 0
    already_newest: int = 0
    unreadable: int = 0

    def __add__(self, other: "Rotated") -> "Rotated":
        """Both together."""
        return Rotated(
            rewritten=self.rewritten + other.rewritten,
            already_newest=self.already_newest + other.already_newest,
            unreadable=self.unreadable + other.unreadable,
        )


@dataclass(frozen=True, kw_only=True)
class EncryptedColumn:
    """One encrypted column of the database, with the blind index beside it, if it has one."""

    model: type[models.Model]
    field: EncryptedTextField
    index: BlindIndexField | None

    @property
    def label(self) -> str:
        """The column's name for people: "customers.customer.payload"."""
        return f"{self.model._meta.label_lower}.{self.field.name}"

    def count(self) -> int:
        """How many values there are."""
        filled = self.model._base_manager.filter(**{f"{self.field.name}__isnull": False})
        return filled.exclude(**{self.field.name: ""}).count()


def encrypted_columns() -> list[EncryptedColumn]:
    """Every encrypted column of every model; the proof of the key last, so that it vouches for all the others."""
    found = [
        EncryptedColumn(model=model, field=field, index=_index_of(model, field))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]
    return sorted(found, key=lambda column: (column.model is KeyProof, column.label))


def rotate_column(column: EncryptedColumn, progress: Progress = lambda count: None) -> Rotated:
    """Bring one column under the newest key, a few hundred rows a transaction."""
    rotated = Rotated()
    for rows in _batches(column):
        with transaction.atomic():
            for primary_key, stored in rows:
                _rotate_value(column, primary_key, stored, rotated)
        progress(len(rows))
    return rotated


def rotate_texts_in(model: type[models.Model], field: str, progress: Progress = lambda count: None) -> Rotated:
    """Bring cipher texts that stand inside a JSON column under the newest key; the rest of the JSON stays as it is."""
    rotated = Rotated()
    rows = model._base_manager.order_by("pk")
    for primary_key in rows.values_list("pk", flat=True).iterator():
        rotated += _rotate_json(rows.filter(pk=primary_key), field)
        progress(1)
    return rotated


def _rotate_json(row: "models.QuerySet[Any]", field: str) -> Rotated:
    for _try in range(_TRIES):
        counts, data = Rotated(), row.values_list(field, flat=True).first()
        changed = _rotate_inside(data, counts)
        if changed == data or row.filter(**{field: data}).update(**{field: changed}):
            return counts
    return Rotated()


def _rotate_inside(data: Any, rotated: Rotated) -> Any:
    if isinstance(data, dict):
        return {name: _rotate_inside(value, rotated) for name, value in data.items()}
    if isinstance(data, list):
        return [_rotate_inside(value, rotated) for value in data]
    if not isinstance(data, str) or not data.startswith(_TOKEN_BEGINS):
        return data
    if is_newest(data.encode()):
        rotated.already_newest += 1
        return data
    try:
        clear = decrypt_text(data)
    except UndecryptableError:
        rotated.unreadable += 1
        return data
    rotated.rewritten += 1
    return encrypt_text(clear)


def stored_files() -> Iterator[str]:
    """The names of all files in the encrypted storage that a row points to."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField) and field.storage is default_storage:
                names = model._base_manager.exclude(**{field.name: ""}).order_by("pk")
                yield from names.values_list(field.name, flat=True).iterator()


def rotate_file(name: str, rotated: Rotated) -> None:
    """Bring one stored file under the newest key; one that is gone meanwhile is no loss."""
    storage: Any = default_storage
    try:
        was_needed = storage.bring_under_newest_key(name)
    except FileNotFoundError:
        return
    except UndecryptableError:
        rotated.unreadable += 1
        return
    rotated.rewritten += was_needed
    rotated.already_newest += not was_needed


def _rotate_value(column: EncryptedColumn, primary_key: Any, stored: str, rotated: Rotated) -> None:
    for _try in range(_TRIES):
        if is_newest(stored.encode()):
            rotated.already_newest += 1
            return
        try:
            clear = decrypt_text(stored)
        except UndecryptableError:
            rotated.unreadable += 1
            return
        if _replace(column, primary_key, stored, clear):
            rotated.rewritten += 1
            return
        # Somebody wrote the row, or removed it, since it was read: look at what stands there now.
        found = _read(column, primary_key)
        if not found:
            return
        stored = found


def _replace(column: EncryptedColumn, primary_key: Any, stored: str, clear: str) -> bool:
    """Write the value under the newest key, and its digest; only over the cipher text that was read."""
    table, name, key = _names(column)
    values, assignments = [encrypt_text(clear)], f"{name} = %s"
    if column.index is not None:
        values.append(column.index.digest_of(clear))
        assignments += f", {_quote(column.index.column)} = %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {assignments} WHERE {key} = %s AND {name} = %s", [*values, primary_key, stored]
        )
        return bool(cursor.rowcount == 1)


def _read(column: EncryptedColumn, primary_key: Any) -> str:
    table, name, key = _names(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {table} WHERE {key} = %s", [primary_key])
        row = cursor.fetchone()
    return (row and row[0]) or ""


def _batches(column: EncryptedColumn) -> Iterator[list[tuple[Any, str]]]:
    """(primary key, cipher text) of all rows, in the order of their keys, as they are when their turn comes."""
    table, name, key = _names(column)
    statement = f"SELECT {key}, {name} FROM {table} WHERE {name} IS NOT NULL AND {name} <> ''"
    after: list[Any] = []
    while True:
        beyond = f" AND {key} > %s" if after else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{statement}{beyond} ORDER BY {key} LIMIT {ROWS_AT_ONCE}", after)
            rows: list[tuple[Any, str]] = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = [rows[-1][0]]


def _index_of(model: type[models.Model], field: EncryptedTextField) -> BlindIndexField | None:
    indexes = (other for other in model._meta.local_concrete_fields if isinstance(other, BlindIndexField))
    return next((index for index in indexes if index.of == field.name), None)


def _names(column: EncryptedColumn) -> tuple[str, str, str]:
    meta = column.model._meta
    return _quote(meta.db_table), _quote(column.field.column), _quote(meta.pk.column)


def _quote(name: str | None) -> str:
    return connection.ops.quote_name(name or "")

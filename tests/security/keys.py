"""Keys of the tests' own, and what a database looks like from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.test import override_settings


def new_key() -> str:
    """A key that nobody has."""
    return Fernet.generate_key().decode()


@contextmanager
def keys(*wanted: str) -> Iterator[None]:
    """Work with these keys, newest first; `configured()` are those of before.

    Set back before the test ends, because the database is flushed, and its proof written again, right after it.
    """
    with override_settings(FIELD_ENCRYPTION_KEYS=list(wanted)):
        yield


def configured() -> list[str]:
    """The keys of now."""
    return list(settings.FIELD_ENCRYPTION_KEYS)


def stored(model: Any, column: str, primary_key: int) -> str:
    """What stands in the database."""
    meta = model._meta
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{meta.db_table}" WHERE "id" = %s', [primary_key])  # noqa: S608
        return str(cursor.fetchone()[0])


def address_of_database() -> str:
    """The test's database, for processes of their own."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    return f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"

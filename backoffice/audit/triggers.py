"""The triggers that make the audit record append-only: UPDATE and DELETE are refused by the database itself.

On PostgreSQL TRUNCATE is refused as well; on SQLite also the INSERT OR REPLACE that would remove a row on its way.
A trigger raises an integrity error, and the transaction of whoever tried is undone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

UNIQUE_COLUMNS = {
    "audit_auditrecord": ("id",),
    "audit_auditseal": ("id", "number", "previous_hash", "hash"),
}
TABLES = tuple(UNIQUE_COLUMNS)

_FUNCTION = "audit_refuse_change"
_CREATE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""


def create_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make both tables append-only."""
    statements = {"postgresql": _create_on_postgresql, "sqlite": _create_on_sqlite}[connection.vendor]
    _execute(connection, statements())


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """Let both tables be changed again."""
    statements = {"postgresql": _drop_on_postgresql, "sqlite": _drop_on_sqlite}[connection.vendor]
    _execute(connection, statements())


@contextmanager
def without_triggers(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Both tables can be changed inside, in one transaction; for tests, which empty the database."""
    with transaction.atomic(using=connection.alias):
        drop_triggers(connection)
        yield
        create_triggers(connection)


def find_unprotected_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables whose triggers are not there, or are switched off."""
    queries = {"postgresql": _ACTIVE_ON_POSTGRESQL, "sqlite": _ACTIVE_ON_SQLITE}
    with connection.cursor() as cursor:
        cursor.execute(queries[connection.vendor])
        active = {name for (name,) in cursor.fetchall()}
    wanted = {"postgresql": _names_on_postgresql, "sqlite": _names_on_sqlite}[connection.vendor]
    return [table for table in TABLES if not active.issuperset(wanted(table))]


_ACTIVE_ON_POSTGRESQL = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal"
_ACTIVE_ON_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def _names_on_postgresql(table: str) -> list[str]:
    return [f"{table}_append_only"]


def _names_on_sqlite(table: str) -> list[str]:
    return [f"{table}_no_{change}" for change in ("update", "delete", "replace")]


def _create_on_postgresql() -> list[str]:
    return [
        _CREATE_FUNCTION,
        *(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
            for table in TABLES
            for name in _names_on_postgresql(table)
        ),
    ]


def _drop_on_postgresql() -> list[str]:
    triggers = [f"DROP TRIGGER {name} ON {table}" for table in TABLES for name in _names_on_postgresql(table)]
    return [*triggers, f"DROP FUNCTION {_FUNCTION}()"]


def _create_on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{change} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in TABLES
        for change, event in (("update", "UPDATE"), ("delete", "DELETE"))
    ] + [_refuse_replace(table) for table in TABLES]


def _refuse_replace(table: str) -> str:
    """REPLACE removes the row that is in its way without the trigger for DELETE."""
    same_row = " OR ".join(f"{column} = NEW.{column}" for column in UNIQUE_COLUMNS[table])
    in_the_way = f"SELECT 1 FROM {table} WHERE {same_row}"  # noqa: S608 - our own constants
    return (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({in_the_way}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _drop_on_sqlite() -> list[str]:
    return [f"DROP TRIGGER {name}" for table in TABLES for name in _names_on_sqlite(table)]


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

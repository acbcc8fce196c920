"""A database that is away for a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo


@contextmanager
def database_away(database_url: str) -> Iterator[None]:
    """Keep a database away within the block.

    PostgreSQL ends every connection to it and takes no new one. A SQLite file cannot be away: somebody else holds its
    lock, so that nobody can write.
    """
    away = _sqlite_away if database_url.startswith("sqlite:///") else _postgresql_away
    with away(database_url):
        yield


@contextmanager
def _postgresql_away(database_url: str) -> Iterator[None]:
    name = str(conninfo_to_dict(database_url)["dbname"])
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(make_conninfo(database_url, dbname="postgres"), autocommit=True) as server:
        server.execute(allow.format(sql.Identifier(name), sql.Literal(False)))
        try:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            yield
        finally:
            server.execute(allow.format(sql.Identifier(name), sql.Literal(True)))


@contextmanager
def _sqlite_away(database_url: str) -> Iterator[None]:
    path = database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")

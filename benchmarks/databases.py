"""A database of its own for each engine, dropped afterwards. The configured one is never touched."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

SERVER = os.environ.get("POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@contextmanager
def temporary_postgresql() -> Iterator[str]:
    """The URL of a new database on the server of `POSTGRESQL_URL`. Raises psycopg.OperationalError without one."""
    name = f"backoffice_benchmark_{os.getpid()}"
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield _with_database(name)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def temporary_sqlite() -> Iterator[str]:
    """The URL of a new SQLite file."""
    with tempfile.TemporaryDirectory(prefix="backoffice-benchmark-") as folder:
        yield f"sqlite:///{Path(folder) / 'mirror.sqlite3'}"


def _with_database(name: str) -> str:
    parts = conninfo_to_dict(SERVER)
    password = f":{parts['password']}" if parts.get("password") else ""
    return f"postgres://{parts.get('user', '')}{password}@{parts.get('host', '')}:{parts.get('port', 5432)}/{name}"

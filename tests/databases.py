"""Databases for tests that start processes: one of each engine is migrated in a session, the others are its copies."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.operations.installation import Installation
from tests.services import POSTGRESQL_URL

MakeDatabase = Callable[[Path], str]
"""Makes a database, in the folder given where it is a file; its address."""


def _migrate(folder: Path, database_url: str) -> None:
    installation = Installation(folder=folder, database_url=database_url, base_url="http://127.0.0.1:9/api")
    migration = installation.start("manage.py", "migrate", "--verbosity", "0")
    assert migration.wait(timeout=120) == 0
    installation.stop_all()


@pytest.fixture(scope="session")
def make_sqlite(tmp_path_factory: pytest.TempPathFactory) -> MakeDatabase:
    """Makes migrated SQLite files."""
    template = tmp_path_factory.mktemp("template")
    _migrate(template, f"sqlite:///{template / 'template.sqlite3'}")

    def make(folder: Path) -> str:
        shutil.copy(template / "template.sqlite3", folder / "backoffice.sqlite3")
        return f"sqlite:///{folder / 'backoffice.sqlite3'}"

    return make


@pytest.fixture(scope="session")
def make_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeDatabase]:
    """Makes migrated PostgreSQL databases."""
    names = [template := f"processes_{uuid.uuid4().hex}"]
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
        _migrate(tmp_path_factory.mktemp("template"), _address_of(template))

        def make(_folder: Path) -> str:
            names.append(name := f"processes_{uuid.uuid4().hex}")
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
            return _address_of(name)

        yield make
        for name in names:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _address_of(name: str) -> str:
    return f"{POSTGRESQL_URL.rsplit('/', 1)[0]}/{name}"

"""Processes that are killed, that meet, that are taken for dead: nothing is lost and nothing is doubled."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backoffice.sandbox import Sandbox, start_sandbox
from tests.databases import MakeDatabase
from tests.operations.installation import KEY

LIST = "listOnRampTransactions"
Start = Callable[..., subprocess.Popen[str]]

pytestmark = pytest.mark.processes


@pytest.fixture
def provider() -> Iterator[Sandbox]:
    """A provider with 120 payments."""
    with start_sandbox(customers=20, payments=120, offramps=0, bank_transactions=0) as sandbox:
        yield sandbox


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own, on each engine."""
    make: MakeDatabase = request.getfixturevalue(f"make_{request.param}")
    return make(tmp_path)


@pytest.fixture
def query(database_url: str) -> Callable[[str], Any]:
    """Asks the database for one row."""

    def ask(statement: str) -> Any:
        if database_url.startswith("sqlite"):
            connection: Any = sqlite3.connect(database_url.removeprefix("sqlite:///"))
        else:
            connection = psycopg.connect(database_url)
        try:
            return tuple(connection.execute(statement).fetchone())
        finally:
            connection.close()

    return ask


@pytest.fixture
def start(provider: Sandbox, database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts `manage.py` in a process of its own, reading pages of 10; what still runs at the end is killed."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "FIELD_ENCRYPTION_KEYS": KEY,
        "VAR_DIR": str(tmp_path / "var"),
        "CACHE_URL": "locmemcache://",
        "CRYPTOPOCKET_BASE_URL": provider.base_url,
        "CRYPTOPOCKET_PAGE_SIZE": "10",
    }
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, lease_seconds: int = 60) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            env={**environment, "SYNC_LEASE_SECONDS": str(lease_seconds)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            _kill(process)


def _finish(process: subprocess.Popen[str], *, status: int = 0) -> str:
    output, _ = process.communicate(timeout=60)
    assert process.returncode == status, output
    return output


def _kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)


def _start_and_hold(start: Start, provider: Sandbox, *, lease_seconds: int = 60) -> subprocess.Popen[str]:
    """A sync that has written some pages and waits for the ninth, as slow ones are written every few seconds."""
    provider.control.fault("latency", LIST, count=6, milliseconds=900)
    provider.control.fault("hold", LIST, skip=8)
    process = start("sync", "payments", lease_seconds=lease_seconds)
    assert provider.control.wait_for_call(LIST, count=9, seconds=40)
    return process


def _take_over(start: Start) -> str:
    """Sync again; while the other run still seems to live, the command says so and is started once more."""
    for _ in range(20):
        process = start("sync", "payments", lease_seconds=1)
        output, _ = process.communicate(timeout=60)
        if "already running" not in output:
            assert process.returncode == 0, output
            return output
    raise AssertionError("The other run was never taken over.")


def test_a_killed_full_sync_goes_on_where_it_was(provider: Sandbox, start: Start, query: Callable[[str], Any]) -> None:
    _kill(_start_and_hold(start, provider))
    provider.control.clear_faults()
    reached, written = query("SELECT next_page, created FROM sync_syncrun")
    assert (reached > 1, written) == (True, (reached - 1) * 10)
    provider.control.forget_calls()
    output = _take_over(start)
    assert f"{120 - written} new, 0 changed, 0 unchanged" in output
    assert provider.control.calls(LIST) == 12 - (reached - 1)
    assert query("SELECT count(*), count(missing_since) FROM payments_payment") == (120, 0)
    assert query("SELECT state FROM sync_syncrun ORDER BY id") == ("abandoned",)


def test_of_two_syncs_at_once_one_is_turned_away(provider: Sandbox, start: Start, query: Callable[[str], Any]) -> None:
    first = _start_and_hold(start, provider)
    assert "already running; nothing was read" in _finish(start("sync", "payments"), status=1)
    provider.control.release()
    assert "120 new" in _finish(first)
    assert query("SELECT count(*) FROM sync_syncrun") == (1,)


def test_a_sync_that_was_only_slow_stops_when_another_took_its_place(
    provider: Sandbox, start: Start, query: Callable[[str], Any]
) -> None:
    slow = _start_and_hold(start, provider, lease_seconds=1)
    assert "0 changed, 0 unchanged" in _take_over(start)
    provider.control.release()
    assert "abandoned" in _finish(slow, status=1)
    assert query("SELECT count(*), count(missing_since) FROM payments_payment") == (120, 0)
    assert query("SELECT sum(created) FROM sync_syncrun") == (120,)
    assert query("SELECT count(*) FROM sync_recordedchange") == (0,)

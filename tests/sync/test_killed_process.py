"""A worker that is killed with SIGKILL in the middle of a full sync loses and doubles nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backoffice.sandbox import Sandbox, start_sandbox

LIST = "listOnRampTransactions"


@pytest.fixture
def provider() -> Any:
    """A provider with 120 payments."""
    with start_sandbox(customers=20, payments=120, offramps=0, bank_transactions=0) as sandbox:
        yield sandbox


@pytest.fixture
def run_command(provider: Sandbox, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts `manage.py` in a process of its own, on a database of its own, in pages of 10."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'mirror.sqlite3'}",
        "VAR_DIR": str(tmp_path / "var"),
        "CACHE_URL": "locmemcache://",
        "CRYPTOPOCKET_BASE_URL": provider.base_url,
        "CRYPTOPOCKET_PAGE_SIZE": "10",
        "SYNC_LEASE_SECONDS": "1",
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(
            command,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    return start


def _finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output


def _query(tmp_path: Path, statement: str) -> Any:
    connection = sqlite3.connect(tmp_path / "mirror.sqlite3")
    try:
        return connection.execute(statement).fetchone()
    finally:
        connection.close()


@pytest.mark.processes
def test_a_killed_full_sync_goes_on_where_it_was(
    provider: Sandbox, run_command: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    _finish(run_command("migrate", "--verbosity", "0"))
    provider.control.fault("latency", LIST, count=6, milliseconds=900)
    provider.control.fault("hold", LIST, skip=8)
    killed = run_command("sync", "payments")
    assert provider.control.wait_for_call(LIST, count=9, seconds=40)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=10)
    provider.control.clear_faults()
    reached, written = _query(tmp_path, "SELECT next_page, created FROM sync_syncrun")
    assert (reached > 1, written) == (True, (reached - 1) * 10)

    provider.control.forget_calls()
    output = _take_over(run_command)
    assert f"{120 - written} new, 0 changed, 0 unchanged" in output
    assert provider.control.calls(LIST) == 12 - (reached - 1)
    assert _query(tmp_path, "SELECT count(*), count(missing_since) FROM payments_payment") == (120, 0)
    assert _query(tmp_path, "SELECT state FROM sync_syncrun ORDER BY id")[0] == "abandoned"


def _take_over(run_command: Callable[..., subprocess.Popen[str]]) -> str:
    """Sync again; while the dead run still seems to live, the command says so and is started once more."""
    for _ in range(20):
        process = run_command("sync", "payments")
        output, _ = process.communicate(timeout=60)
        if "already running" not in output:
            assert process.returncode == 0, output
            return output
    raise AssertionError("The dead run was never taken over.")

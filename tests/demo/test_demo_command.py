"""`make demo`, as the person at the terminal sees it."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.operations.installation import wait_until

from .conftest import Demo, start_demo

pytestmark = [pytest.mark.processes]

SMALL = ("--customers=20", "--payments=20", "--bank-transactions=20", "--speed=0")


def _children_of_session(process_id: int) -> list[int]:
    """Processes whose environment names the folder of this demo are its own; found through /proc."""
    children = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "status").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if f"PPid:\t{process_id}\n" in status:
                children.append(int(entry.name))
    return children


def test_it_prints_a_sign_in_for_each_group_and_the_progress_of_the_first_sync(demo: Demo) -> None:
    assert set(demo.passwords) == {"compliance", "finance", "supervisor", "auditor", "administrator", "admin"}
    assert len(set(demo.passwords.values())) == 6
    synced = [line.split()[0] for line in demo.lines if " read, " in line]
    assert set(synced) == {
        "customers",
        "payments",
        "offramps",
        "bank_accounts",
        "bank_transactions",
        "assets",
        "payment_methods",
    }


def test_control_c_ends_every_process_and_a_second_start_keeps_the_data(tmp_path: Path) -> None:
    first = start_demo(tmp_path, *SMALL)
    first.wait_for("Everything is here")
    children = _children_of_session(first.process.pid)
    assert len(children) == 4
    assert first.control_c() == 0
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []

    second = start_demo(tmp_path, *SMALL, port=first.port, provider_port=first.provider_port)
    second.wait_for("The sign-ins of last time still work")
    assert second.passwords == {}
    assert second.control_c() == 0


def test_a_busy_port_is_said_in_one_line_that_says_what_to_type(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = start_demo(tmp_path, *SMALL, port=port)
        assert demo.process.wait(timeout=30) == 1
    demo.wait_for(f"Port {port} is busy")
    assert demo.lines == [f"Port {port} is busy: another program uses it. Choose one: make demo PORT={port + 10}"]


def test_a_process_that_dies_ends_the_demo_with_the_end_of_its_log(tmp_path: Path) -> None:
    demo = start_demo(tmp_path, *SMALL)
    demo.wait_for("Everything is here")
    children = _children_of_session(demo.process.pid)
    beat = next(child for child in children if b"beat" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"))
    os.kill(beat, 9)
    assert demo.process.wait(timeout=30) == 1
    demo.wait_for("beat ended by itself")
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []


def test_what_moves_on_at_the_stand_in_is_told_to_the_back_office(demo: Demo) -> None:
    with closing(sqlite3.connect(demo.printed.parent / "backoffice.sqlite3")) as database:

        def count(statement: str) -> int:
            return int(database.execute(statement).fetchone()[0])

        wait_until(lambda: count("SELECT count(*) FROM webhooks_webhooksubscription WHERE url <> ''") == 4, seconds=60)
        wait_until(lambda: count("SELECT count(*) FROM webhooks_webhookevent WHERE state = 'done'"), seconds=60)
        # Verifications are told without a subscription, under a name that only the demo's override file knows.
        kyc = "SELECT count(*) FROM webhooks_webhookevent WHERE state = 'done' AND event_type_sent = 'KYC_STATUS'"
        wait_until(lambda: count(kyc), seconds=60)
        assert count(f"{kyc} AND NOT is_known") == 0

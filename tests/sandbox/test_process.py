"""The stand-in as a process of its own: its line, its control address, its state file."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from backoffice.sandbox import start_sandbox
from backoffice.sandbox.command import parse
from backoffice.sandbox.options import Options
from tests.sandbox.conftest import Caller, StartCaller

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"sandbox listening on (http://\S+/api) control (http://127\.0\.0\.1:\d+)\n")
Launch = Callable[..., tuple[subprocess.Popen[str], str, str]]


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Starts the stand-in as a process; returns it with both addresses."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, command: tuple[str, ...] = ("-m", "backoffice.sandbox")) -> Any:
        process = subprocess.Popen(
            [sys.executable, *command, "--port", "0", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        found = LINE.fullmatch(process.stdout.readline())
        assert found
        return process, found.group(1), found.group(2)

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.processes
@pytest.mark.parametrize("command", [("-m", "backoffice.sandbox"), ("manage.py", "sandbox")])
def test_it_prints_both_addresses_serves_and_ends_when_told(launch: Launch, command: tuple[str, ...]) -> None:
    process, base_url, control_url = launch("--customers", "3", "--payments", "0", "--offramps", "0", command=command)
    keys = {"api_key": "pk_demo_1", "api_secret": "sk_demo_1"}
    token = requests.post(f"{base_url}/authenticate", json=keys, timeout=10).json()["data"]["token"]
    listed = requests.get(f"{base_url}/customers/list", headers={"auth": token}, timeout=10).json()
    assert listed["pagination"]["total"] == 3
    assert requests.get(f"{control_url}/state", timeout=10).json()["customers"] == 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_whatever_can_be_chosen_can_be_chosen_on_the_command_line_but_the_life_of_a_token() -> None:
    assert set(Options.__dataclass_fields__) - parse([]).keys() == {"token_seconds"}


@pytest.mark.processes
def test_a_busy_port_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "backoffice.sandbox", "--port", port],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr == f"Cannot listen on port {port}: Address already in use. Give another --port.\n"


def test_the_control_address_has_the_powers_of_the_handle(start_caller: StartCaller) -> None:
    caller = start_caller(control_port=0)
    control = caller.sandbox.control_url
    assert control
    fault = {"kind": "error_500", "operation": "listCustomers", "count": 3}
    assert requests.post(f"{control}/faults", json=fault, timeout=10).status_code == 200
    assert requests.get(f"{control}/faults", timeout=10).json()[0]["kind"] == "error_500"
    requests.delete(f"{control}/faults", timeout=10)
    assert caller.get("/customers/list").status_code == 200
    assert requests.post(f"{control}/advance", json={"steps": 2}, timeout=10).json() == {"step": 2}
    lena = requests.post(f"{control}/customers", json={"email": "lena@example.org"}, timeout=10).json()
    assert caller.get("/users/find", email="lena@example.org").json()["data"] == lena
    for path in ("payments", "offramps", "bank-transactions"):
        row = requests.post(f"{control}/{path}", timeout=10).json()
        assert row in requests.get(f"{control}/{path}", timeout=10).json()
    for path in ("documents", "enhanced-verifications", "reconciliations"):
        assert requests.get(f"{control}/{path}", timeout=10).json() == []
    assert lena in requests.get(f"{control}/customers", timeout=10).json()
    requests.post(f"{control}/release", timeout=10)
    requests.post(f"{control}/expire-tokens", timeout=10)
    assert requests.get(f"{control}/state", timeout=10).json()["tokens_live"] == 0
    assert requests.post(f"{control}/faults", json={"kind": "earthquake"}, timeout=10).status_code == 400
    assert requests.get(f"{control}/nowhere", timeout=10).status_code == 404


def test_the_provider_address_has_no_powers(caller: Caller) -> None:
    for path in ("/state", "/faults", "/advance"):
        assert requests.get(caller.sandbox.base_url + path, timeout=10).status_code == 404


def test_what_was_done_survives_a_restart(start_caller: StartCaller, tmp_path: Path) -> None:
    options: dict[str, Any] = {"state": tmp_path / "sandbox.jsonl"}
    caller = start_caller(**options)
    marta = caller.post("/registerUser", {"name": "Marta", "email": "marta@example.org"}).json()["data"]
    waiting = caller.list("/payments/list", status="pending_bank")[0]
    line = caller.sandbox.control.add_bank_transaction(amount="12.00")
    caller.post("/banking/reconcile", {"payment_id": waiting["id"], "bank_transaction_id": line["id"]})
    caller.post("/onboarding-form", {"user_id": marta["id"]})
    caller.post(f"/customers/{marta['id']}/documents", {"type": "invoice", "file": "https://files.example.org/a"})
    hook = {"url": "https://app.example.org/hooks", "type": "PAY_IN"}
    caller.post("/subscribeToWebhook", hook, form=True)
    caller.sandbox.control.advance(2)
    paths = ("/customers/list", "/payments/list", "/rampoff/list", f"/banking/accounts/{caller.iban()}/transactions")

    def everything(current: Caller) -> list[Any]:
        control = current.sandbox.control
        records = [control.documents(), control.enhanced_verifications(), control.reconciliations()]
        return [[current.list(path) for path in paths], records, control.subscriptions()]

    before = everything(caller)
    caller.sandbox.stop()
    second = start_caller(**options)
    assert everything(second) == before
    assert second.post("/registerUser", {"name": "M", "email": "marta@example.org"}).json()["error"] == (
        "user_already_exists"
    )
    second.sandbox.stop()
    assert everything(start_caller(**options)) == before


@pytest.mark.processes
def test_what_was_done_survives_a_kill(launch: Launch, tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "sandbox.jsonl"), "--customers", "3", "--payments", "0", "--offramps", "0")
    process, _, control_url = launch(*options)
    lena = requests.post(f"{control_url}/customers", json={"email": "lena@example.org"}, timeout=10).json()
    process.kill()
    process.wait()
    _, _, control_url = launch(*options)
    assert requests.get(f"{control_url}/customers", timeout=10).json()[-1] == lena


def test_a_line_torn_by_a_crash_is_dropped(start_caller: StartCaller, tmp_path: Path) -> None:
    state = tmp_path / "sandbox.jsonl"
    caller = start_caller(state=state)
    caller.sandbox.control.add_customer(email="lena@example.org")
    caller.sandbox.stop()
    state.write_text(state.read_text() + '{"list": "customers", "add": {"ema')
    assert start_caller(state=state).sandbox.control.customers_with_email("lena@example.org")


def test_a_state_file_of_other_options_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.jsonl"
    start_sandbox(state=state).stop()
    with pytest.raises(ValueError, match="made with other options"):
        start_sandbox(state=state, seed=2)
    state.write_text(state.read_text() + "not json\n{}\n")
    with pytest.raises(ValueError, match="line 3: not readable"):
        start_sandbox(state=state)


def test_stopping_closes_open_connections_and_may_be_done_twice(caller: Caller) -> None:
    caller.sandbox.stop()
    caller.sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        caller.get("/customers/list")

"""The whole product, started as a person starts it: `python -m backoffice.demo` in an empty folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
_START_SECONDS = 90


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Demo:
    """A running demo: its address, its passwords, and what it has printed so far."""

    process: subprocess.Popen[bytes]
    port: int
    provider_port: int
    printed: Path

    @property
    def address(self) -> str:
        """Where the back office is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self) -> list[str]:
        """What it has printed so far."""
        return self.printed.read_text().splitlines()

    @property
    def passwords(self) -> dict[str, str]:
        """The passwords that were printed, by user name."""
        found = (re.fullmatch(r"    (\w+) +(\S+)", line) for line in self.lines)
        return {match[1]: match[2] for match in found if match}

    def wait_for(self, text: str, *, seconds: float = _START_SECONDS) -> None:
        """Return when a printed line holds `text`; fail with everything printed when it does not come."""
        deadline = time.monotonic() + seconds
        while not any(text in line for line in self.lines):
            ended = self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                pytest.fail(f"{text!r} was not printed (ended: {ended}):\n" + "\n".join(self.lines))
            time.sleep(0.05)

    def control_c(self) -> int:
        """Press Ctrl-C and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def start_demo(folder: Path, *arguments: str, port: int | None = None, provider_port: int | None = None) -> Demo:
    """Start a demo whose data live in `folder`."""
    demo_port, stand_in_port = port or free_port(), provider_port or free_port()
    printed = folder / "printed.log"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "backoffice.demo"),
                *("--port", str(demo_port), "--provider-port", str(stand_in_port), "--folder", str(folder)),
                *arguments,
            ],
            cwd=ROOT,
            env={key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Demo(process=process, port=demo_port, provider_port=stand_in_port, printed=printed)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with its first sync done, shared by the tests of one run."""
    running = start_demo(
        tmp_path_factory.mktemp("demo"), "--customers=300", "--payments=600", "--bank-transactions=400"
    )
    try:
        running.wait_for("Everything is here")
        yield running
    finally:
        if running.process.poll() is None:
            running.control_c()

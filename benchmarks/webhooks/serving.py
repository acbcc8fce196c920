"""Processes beside this one: gunicorn as the demo runs it, and whatever else; all ended at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from glob import glob
from pathlib import Path
from types import TracebackType
from typing import Self

WORKERS, THREADS = 1, 8
"""As in the demo."""

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0


class Served:
    """Processes in one environment, their output in one file each; a context manager that ends them."""

    def __init__(self, environment: dict[str, str], *, logs: Path) -> None:
        self._environment = environment
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def serve(self, application: str) -> int:
        """Serve a WSGI application and return its port, once it answers."""
        port = free_port()
        self.start(
            application,
            "gunicorn",
            application,
            *("--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", str(THREADS)),
            *("--access-logfile", "-", "--no-control-socket"),
        )
        self._wait_for_port(application, port)
        return port

    def start(self, name: str, module: str, *arguments: str) -> None:
        """Start ``python -m module``."""
        with (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def cpu_seconds(self, name: str) -> float:
        """Processor time that a process and its children have used so far; 0 where there is no /proc."""
        group = self._running[name].pid
        return sum(_cpu_seconds(Path(entry), group) for entry in glob("/proc/[0-9]*/stat"))

    def run(self, module: str, *arguments: str) -> str:
        """Run ``python -m module`` to its end and return what it printed."""
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True, check=True, timeout=600
        )
        return done.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process and whatever it started."""
        for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            running = [process for process in self._running.values() if process.poll() is None]
            for process in running:
                os.killpg(process.pid, number)
            _wait_for_the_end(running, seconds=seconds)

    def _wait_for_port(self, name: str, port: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self._running[name].poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{name} does not answer: {(self._logs / f'{name}.log').read_text(errors='replace')}")


def free_port() -> int:
    """A port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cpu_seconds(stat: Path, group: int) -> float:
    """Processor time of one process, 0 if it is of another group; the fields stand in proc(5)."""
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    ticks = int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _wait_for_the_end(processes: list[subprocess.Popen[bytes]], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.0, deadline - time.monotonic()))

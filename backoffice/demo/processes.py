"""The demo's processes: started together, watched, and ended together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from .options import CHECKOUT, DemoOptions

_GRACE_SECONDS = 10.0


class PortTakenError(Exception):
    """Another program listens on a port that the demo needs."""


class ProcessEndedError(Exception):
    """A process of the demo ended by itself."""


def check_port(port: int, *, variable: str) -> None:
    """Raise `PortTakenError`, in one line that says what to type, when `port` is busy."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTakenError(
                f"Port {port} is busy: another program uses it. Choose one: make demo {variable}={port + 10}"
            ) from None


class Processes:
    """Child processes in groups of their own, their output in one log file each; a context manager that ends them."""

    def __init__(self, *, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = dict(environment)
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str) -> None:
        """Start `python -m ...` as `name`."""
        with self.log_of(name).open("wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own modules, no shell
                [sys.executable, "-m", *arguments],
                cwd=CHECKOUT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log_of(self, name: str) -> Path:
        """The file that holds what `name` printed."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raise `ProcessEndedError` with the end of its log when one of them has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                tail = "\n".join(self.log_of(name).read_text(errors="replace").splitlines()[-15:])
                raise ProcessEndedError(f"{name} ended by itself (exit status {process.returncode}):\n{tail}")

    def wait_for_port(self, port: int, *, seconds: float = 30.0) -> None:
        """Return when something listens on `port`; raise `ProcessEndedError` when it does not come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise ProcessEndedError(f"Nothing listens on port {port} after {seconds:.0f} seconds; see {self._logs}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process and whatever it started."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._running.values():
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue
        self._signal(signal.SIGKILL)
        for process in self._running.values():
            process.wait()

    def _signal(self, number: signal.Signals) -> None:
        for process in reversed(self._running.values()):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                continue


def start_all(processes: Processes, options: DemoOptions) -> None:
    """Start the stand-in provider, the web server, one worker and beat."""
    processes.start(
        "provider",
        "backoffice.sandbox",
        *("--port", str(options.provider_port)),
        *("--customers", str(options.customers)),
        *("--payments", str(options.payments)),
        *("--bank-transactions", str(options.bank_transactions)),
        *("--speed", str(options.speed)),
        # Verifications are not subscribed to: the address is agreed with the provider by mail.
        *("--kyc-events-to", options.webhook_address),
        *("--state", str(options.folder / "provider-state.json")),
    )
    processes.wait_for_port(options.provider_port)
    processes.start(
        "web",
        "gunicorn",
        "backoffice.wsgi",
        *("--bind", f"127.0.0.1:{options.port}"),
        *("--workers", "1"),
        *("--threads", "8"),
        *("--access-logfile", "-"),
        # Its default place is outside the checkout.
        "--no-control-socket",
    )
    processes.start(
        "worker",
        "celery",
        "--app=backoffice",
        "worker",
        "--queues=operations,webhooks,quick,sync,default",
        "--concurrency=3",
        "--loglevel=INFO",
    )
    processes.start(
        "beat", "celery", "--app=backoffice", "beat", "--loglevel=INFO", f"--pidfile={options.folder / 'beat.pid'}"
    )
    processes.wait_for_port(options.port)

"""An installation of the product in a folder of its own: a real database, real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]
# One for all installations: a copy of a database belongs to the keys of the original.
KEY = Fernet.generate_key().decode()


def wait_until(condition: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Return the first true answer of `condition`; fail when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return answer


class Installation:
    """Starts processes of the product that share a database, a broker folder and a stand-in provider."""

    def __init__(self, *, folder: Path, database_url: str, base_url: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "VAR_DIR": str(folder),
            "DATABASE_URL": database_url,
            "FIELD_ENCRYPTION_KEYS": KEY,
            "CRYPTOPOCKET_BASE_URL": base_url,
            "CRYPTOPOCKET_REQUESTS_PER_SECOND": "1000",
            "CRYPTOPOCKET_READ_TIMEOUT_SECONDS": "5",
            "OPERATIONS_LEASE_SECONDS": "1",
            "OPERATIONS_SETTLE_SECONDS": "0",
            "OPERATIONS_SWEEP_SECONDS": "1",
            "OPERATIONS_NUDGE_SECONDS": "1",
            "LOG_LEVEL": "WARNING",
        }
        self.running: list[subprocess.Popen[str]] = []
        self._console: subprocess.Popen[str] | None = None

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start a Python process, in a group of its own."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def begin(self, action: str, argument: Any = "", **environment: str) -> "subprocess.Popen[str]":
        """Start one action of `tests.operations.worker`."""
        return self.start("-m", "tests.operations.worker", action, str(argument), **environment)

    def do(self, action: str, argument: Any = "") -> dict[str, Any]:
        """Run one action to its end, in a process that stays for the next one."""
        if self._console is None:
            self._console = self.start("-m", "tests.operations.worker", "console")
        assert self._console.stdin is not None
        assert self._console.stdout is not None
        print(json.dumps([action, str(argument)]), file=self._console.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._console.stdout.readline())
        return answer

    def result_of(self, process: "subprocess.Popen[str]") -> dict[str, Any]:
        """What a process printed at its end."""
        output, _errors = process.communicate(timeout=60)
        assert process.returncode == 0
        answer: dict[str, Any] = json.loads(output.splitlines()[-1])
        return answer

    def all_at_once(self, action: str, argument: Any, *, count: int) -> list[dict[str, Any]]:
        """Run the same action in several processes that begin in the same moment."""
        gun = self.folder / f"gun-{time.monotonic_ns()}"
        racers = [self.begin(action, argument, STARTING_GUN=str(gun)) for _ in range(count)]
        wait_until(lambda: len(list(self.folder.glob(f"{gun.name}.*"))) == count)
        gun.touch()
        return [self.result_of(racer) for racer in racers]

    def sweep_after_the_lease(self, key: str) -> dict[str, Any]:
        """Sweep until something lost of that sort is found."""
        return dict(wait_until(lambda: (found := self.do("sweep"))[key] and found))

    def start_worker(self, **environment: str) -> "subprocess.Popen[str]":
        """Start a real Celery worker."""
        celery = ("-m", "celery", "-A", "tests.operations.worker", "worker", "-P", "solo", "-Q", "operations,default")
        return self.start(*celery, "--loglevel", "WARNING", **environment)

    def start_beat(self) -> "subprocess.Popen[str]":
        """Start a real beat."""
        return self.start("-m", "celery", "-A", "tests.operations.worker", "beat", "--loglevel", "WARNING")

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """End a process and its children at once, as a power cut would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

    def stop_all(self) -> None:
        """End whatever still runs."""
        for process in self.running:
            if process.poll() is None:
                self.kill(process)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

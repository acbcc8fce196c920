"""`manage.py contract listen`, as tests run it: in a thread, ended by the number of deliveries or by time."""

import io
import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from django.core.management import call_command

from backoffice.sandbox import Sandbox
from tests.contract.main_job import override_of

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


class _Printed(io.StringIO):
    """What was printed; tells when the address is known."""

    def __init__(self) -> None:
        super().__init__()
        self.is_listening = threading.Event()

    def write(self, text: str) -> int:
        length = super().write(text)
        if _ADDRESS.search(text):
            self.is_listening.set()
        return length


class Listening:
    """A run of the command. `url` is where it listens; `told` is what it printed, once the block is left."""

    def __init__(self, *arguments: str, deliveries: int, seconds: float = 120.0) -> None:
        self.told = ""
        self.problem: BaseException | None = None
        self._printed = _Printed()
        self._arguments = (
            "--port",
            "0",
            "--maximum-deliveries",
            str(deliveries),
            "--seconds",
            str(seconds),
            *arguments,
        )
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            call_command("contract", "listen", *self._arguments, stdout=self._printed, stderr=self._printed)
        except BaseException as problem:  # noqa: BLE001 - told to the test, which is another thread
            self.problem = problem
            self._printed.is_listening.set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._printed.is_listening.wait(20)
        assert self.problem is None
        found = _ADDRESS.search(self._printed.getvalue())
        assert found
        self.url = found.group()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._thread.join(150)
            assert not self._thread.is_alive()
            assert self.problem is None
        self.told = self._printed.getvalue()


DELIVERIES = 5
"""How many events `move_things_on` causes."""


def move_things_on(sandbox: Sandbox, url: str) -> None:
    """Have the provider tell this address of a payment and an off-ramp that come to their end, and a verification."""
    control = sandbox.control
    control.subscribe(url)
    control.tell_of_verifications(url)
    payment = control.add_payment(status="pending_bank")
    offramp = control.add_offramp(status="pending")
    for status in ("payment_received", "coins_sent"):
        control.change_payment(payment["id"], status=status)
    for status in ("crypto_received", "finished"):
        control.change_offramp(offramp["id"], status=status)
    unverified = next(row for row in control.customers() if row["kyc_status"] in ("unused", "processing"))
    control.change_customer(unverified["id"], kyc_status="fail")


def file_without_webhooks(dialect: str, folder: Path) -> Path:
    """A file that says of a dialect what reads and refusals show, and nothing of its webhooks."""
    file = folder / f"{dialect}.toml"
    known = override_of(dialect)
    text = Path(known).read_text(encoding="utf-8") if known else ""
    file.write_text(text.partition("[webhook]")[0], encoding="utf-8")
    return file

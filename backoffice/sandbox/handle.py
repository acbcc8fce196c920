"""Starting and stopping a stand-in provider inside this process."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from backoffice.sandbox.control import Control
from backoffice.sandbox.control_server import control_handler
from backoffice.sandbox.options import Options
from backoffice.sandbox.provider import Provider
from backoffice.sandbox.server import PREFIX, Listener, provider_handler


class Sandbox:
    """A running stand-in provider; also a context manager that stops it.

    * ``base_url``: where the API is, ends in ``/api``.
    * ``control``: faults, time, rows and a look inside (`Control`).
    * ``control_url``: the same over HTTP; None unless ``control_port`` was given.
    * ``options``: what it was started with, ``api_key`` and ``api_secret`` among them.
    * ``stop()``: close every connection and stop listening; may be called twice.

    Each one is independent of every other in the same process.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._provider = Provider(options)
        self.control = Control(self._provider)
        self._stopping = threading.Event()
        self._listeners = [Listener((options.host, options.port), provider_handler(self._provider))]
        self.control_url: str | None = None
        try:
            self._listen_for_control()
        except OSError:
            self._listeners[0].server_close()
            raise
        self.base_url = f"http://{options.host}:{self._listeners[0].port}{PREFIX}"
        for listener in self._listeners:
            listener.start()
        if options.speed > 0:
            threading.Thread(target=self._let_time_pass, daemon=True).start()

    def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self.control.clear_faults()
        self._provider.sender.stop()
        for listener in self._listeners:
            listener.stop()
        self._provider.state.journal.close()

    def __enter__(self) -> Self:
        """Return the running stand-in."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def _listen_for_control(self) -> None:
        if self.options.control_port is None:
            return
        listener = Listener(("127.0.0.1", self.options.control_port), control_handler(self.control))
        self._listeners.append(listener)
        self.control_url = f"http://127.0.0.1:{listener.port}"

    def _let_time_pass(self) -> None:
        while not self._stopping.wait(60 / self.options.speed):
            self.control.advance()


def start_sandbox(**options: Any) -> Sandbox:
    """Start a stand-in provider on a free port of loopback and return its handle.

    The options are the fields of `Options`; without any it holds 50 customers, 100 payments, 20
    off-ramps and 60 bank lines, and time moves by command only::

        with start_sandbox(customers=3, payments=0, offramps=0, bank_transactions=0) as sandbox:
            lena = sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org")
            sandbox.control.fault("drop_after", "createCustomer")

    Raises:
        ValueError: options that cannot be, or a state file made with others.
        OSError: the port is taken.
    """
    return Sandbox(Options(**options))

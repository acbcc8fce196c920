"""The command line of the stand-in provider."""

from __future__ import annotations

import argparse
import signal
import threading
from typing import Any

from backoffice.sandbox.handle import Sandbox
from backoffice.sandbox.options import Options, add_arguments


class CannotStartError(Exception):
    """The stand-in cannot start; the text says why."""


def run(given: dict[str, Any]) -> None:
    """Start, print both addresses in one line, and serve until told to stop.

    Raises:
        CannotStartError: the options cannot be, or a port is taken.
    """
    fields = {name: value for name, value in given.items() if name in Options.__dataclass_fields__}
    try:
        sandbox = Sandbox(Options(**fields))
    except ValueError as error:
        raise CannotStartError(str(error)) from error
    except OSError as error:
        raise CannotStartError(
            f"Cannot listen on port {given['port']}: {error.strerror}. Give another --port."
        ) from error
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with sandbox:
        print(f"sandbox listening on {sandbox.base_url} control {sandbox.control_url}", flush=True)
        stopped.wait()


def parse(arguments: list[str] | None = None) -> dict[str, Any]:
    """Return the options of a command line."""
    parser = argparse.ArgumentParser(prog="python -m backoffice.sandbox", description="A stand-in for the provider.")
    add_arguments(parser)
    return vars(parser.parse_args(arguments))

"""Somebody who receives webhooks over real HTTP, and checks and answers as a test says."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class ReceivedEvent:
    """One POST as it came in."""

    path: str
    headers: dict[str, str]
    raw: bytes
    connection: int

    @property
    def content(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)

    def digest(self, secret: str) -> bytes:
        """What the signature must be, computed from what came in and nothing else."""
        return hmac.new(secret.encode(), self.raw + self.headers["x-timestamp"].encode(), hashlib.sha256).digest()


@dataclass
class Receiver:
    """A listener on loopback. ``answers`` are the next HTTP statuses, 0 to hang up without one; then 200."""

    answers: deque[int] = field(default_factory=deque)
    events: list[ReceivedEvent] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Begin to listen, with the gate open."""
        self.gate.set()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks/?from=provider"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def contents(self) -> list[tuple[str, dict[str, Any]]]:
        """Type and data of everything that came in."""
        return [(event.content["type"], event.content["data"]) for event in self.events]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Log nothing."""

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.events.append(ReceivedEvent(self.path, headers, raw, self.client_address[1]))
            receiver.gate.wait(20)
            status = receiver.answers.popleft() if receiver.answers else 200
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler

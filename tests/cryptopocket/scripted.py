"""A tiny HTTP server that gives the answers a test lists, one after the other, and remembers what it got."""

import contextlib
import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

TOKEN = "k3v9x0q2m7r1t8w5z4y6b1n0c2d3f4g"
TOKEN_GIVEN = {"status": "ok", "data": {"token": TOKEN}}


@dataclass
class Reply:
    """An answer: JSON, or bytes as they are. `cut` sends only so many bytes of the body it announces."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Drop:
    """Close the connection without a word, after the whole request was read."""


@dataclass
class Hang:
    """Say nothing until the test is over, or for so many seconds, and close the connection."""

    seconds: float = 5.0


@dataclass
class Drip:
    """Begin an answer and send one byte of it at a time, for as long as anybody listens."""


Step = Reply | Drop | Hang | Drip


@dataclass
class Received:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        """Return the body, decoded."""
        return json.loads(self.body)


class ScriptedProvider:
    """Answers /authenticate with a token and everything else from `steps`; the last step is repeated."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}/api"
        self.steps: list[Step] = []
        self.token_steps: list[Step] = []
        self.requests: list[Received] = []
        self.over = threading.Event()
        self.respond: Callable[[Received], Step] | None = None

    def answer(self, *steps: Any) -> None:
        """Give these answers; a plain value is the JSON of an HTTP 200."""
        self.steps = [step if isinstance(step, Step) else Reply(step) for step in steps]

    def answer_to_authenticate(self, *steps: Any) -> None:
        """Give these answers to /authenticate."""
        self.token_steps = [step if isinstance(step, Step) else Reply(step) for step in steps]

    @property
    def calls(self) -> list[Received]:
        """Return the requests received, those for a token left out."""
        return [request for request in self.requests if not request.path.startswith("/api/authenticate")]

    @property
    def token_requests(self) -> list[Received]:
        """Return the requests for a token."""
        return [request for request in self.requests if request.path.startswith("/api/authenticate")]

    def take_step(self, request: Received) -> Step:
        """Return the next step for that request; the last one stays. `respond` goes before the steps."""
        if request.path.startswith("/api/authenticate"):
            return _take(self.token_steps) or Reply(TOKEN_GIVEN)
        if self.respond is not None:
            return self.respond(request)
        return _take(self.steps) or Reply({"status": "ok", "data": []})


def _take(steps: list[Step]) -> Step | None:
    if not steps:
        return None
    return steps.pop(0) if len(steps) > 1 else steps[0]


@contextlib.contextmanager
def start_scripted_provider() -> Iterator[ScriptedProvider]:
    """Start the server on a free port of loopback; every connection is closed at the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    provider = ScriptedProvider(server.server_port)
    server.provider = provider  # type: ignore[attr-defined] # handlers find it there
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        provider.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: Any

    def _serve(self) -> None:
        provider: ScriptedProvider = self.server.provider
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.command, self.path, headers, body, connection=self.client_address[1])
        provider.requests.append(request)
        self._perform(provider.take_step(request), provider)

    do_GET = _serve  # noqa: N815 - http.server looks for this name
    do_POST = _serve  # noqa: N815 - and for this one

    def _perform(self, step: Step, provider: ScriptedProvider) -> None:
        if isinstance(step, Reply):
            self._reply(step)
        elif isinstance(step, Hang):
            provider.over.wait(step.seconds)
            self.close_connection = True
        elif isinstance(step, Drip):
            self._drip(provider)
        else:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _reply(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.cut is not None:
            self.close_connection = True
        self.wfile.write(body[: reply.cut])

    def _drip(self, provider: ScriptedProvider) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        with contextlib.suppress(OSError):
            while not provider.over.wait(0.02):
                self.wfile.write(b" ")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass

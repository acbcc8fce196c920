"""Adam who subscribes, a public address, and a small inbox that takes what is sent to it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

PUBLIC = "https://93.184.215.14/"
PATH = "webhooks/cryptopocket/"
ADDRESS = f"{PUBLIC}{PATH}"


@pytest.fixture(autouse=True)
def _public_address(settings: Any) -> None:
    """An address of the internet that needs no name server, in a real environment."""
    settings.CRYPTOPOCKET_ENVIRONMENT = "sandbox"
    settings.WEBHOOK_PUBLIC_URL = PUBLIC
    settings.WEBHOOK_PATH = PATH


@pytest.fixture
def adams(client: Client, adam: User) -> Client:
    """Adam's browser."""
    client.force_login(adam)
    return client


@dataclass
class Delivery:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers every POST with `status`, and keeps what it got."""

    url: str = ""
    status: int = 200
    location: str = ""
    hang: threading.Event | None = None
    deliveries: list[Delivery] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server on this machine that is no inbox of ours."""
    state = Receiver()
    with running_server(handler_for(state)) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}/"
        yield state
        if state.hang:
            state.hang.set()


def handler_for(state: Receiver) -> type[BaseHTTPRequestHandler]:
    """A handler that does as the receiver says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.deliveries.append(Delivery(path=self.path, headers=dict(self.headers), body=body))
            if state.hang:
                state.hang.wait(20)
                return
            self.send_response(state.status)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    return Handler


class running_server:  # noqa: N801 - used as a with statement
    """A server in a thread, ended with the block."""

    def __init__(
        self, handler: type[BaseHTTPRequestHandler], wrap: Callable[[ThreadingHTTPServer], None] | None = None
    ) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        if wrap:
            wrap(self._server)

    def __enter__(self) -> ThreadingHTTPServer:
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()
        return self._server

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

"""The listener: HTTP/1.1 with kept connections, which can be dropped at will."""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
import traceback
from decimal import Decimal
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from backoffice.sandbox.answers import Answer
from backoffice.sandbox.calls import ReceivedRequest
from backoffice.sandbox.parts import read_parts
from backoffice.sandbox.provider import Delivery, Provider, Reply

PREFIX = "/api"
_LARGEST_BODY = 64 * 1024 * 1024
_POLL_SECONDS = 0.02


class Listener(ThreadingHTTPServer):
    """A threading server that can be stopped at once, open connections included."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(_POLL_SECONDS,), daemon=True)

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind without looking up the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.port

    def start(self) -> None:
        """Begin to listen, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self.shutdown()
        self.server_close()
        self._thread.join()
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in a thread."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget and close the connection."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller who hung up; anything else is a fault of ours and is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class JsonHandler(BaseHTTPRequestHandler):
    """Reads a request's body and writes an answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "sandbox"
    sys_version = ""
    timeout = 300

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing: addresses hold personal data."""

    def read_body(self) -> bytes | None:
        """Return the body, None where it is too long or its length is none."""
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            return None
        return self.rfile.read(int(length))

    def parse_body(self, raw: bytes) -> dict[str, Any]:
        """Return the fields of a body, by its content type; nothing where it cannot be read, as in Laravel."""
        if self.headers.get_content_type() == "application/x-www-form-urlencoded":
            return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        if self.headers.get_content_type() == "multipart/form-data":
            return read_parts(self.headers["Content-Type"], raw)
        try:
            body = json.loads(raw, parse_float=Decimal) if raw else {}
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    def write_answer(self, *, status: int, payload: bytes, headers: dict[str, str], cut: bool = False) -> None:
        """Write status line, headers and body; of a cut one the first half only."""
        lines = [f"HTTP/1.1 {status} {_reason(status)}"]
        all_headers = {"Content-Type": "application/json", "Content-Length": str(len(payload)), **headers}
        lines += [f"{name}: {value}" for name, value in all_headers.items()]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head + (payload[: len(payload) // 2] if cut else payload))
        if cut:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection without another word."""
        self.close_connection = True
        _hang_up(self.connection)


def provider_handler(provider: Provider) -> type[JsonHandler]:
    """Return the handler class of one provider."""

    class ProviderHandler(JsonHandler):
        def _serve(self) -> None:
            raw = self.read_body()
            if raw is None:
                self.close_connection = True
                self.write_answer(status=413, payload=b'{"message":"Payload too large."}', headers={})
                return
            request = self._request(raw)
            try:
                reply = provider.reply(request)
            except Exception:  # noqa: BLE001 - a server answers 500 to its own mistakes, and shows them
                traceback.print_exc()
                reply = Reply(Answer(500, {"message": "Server Error"}))
            self._send(reply)

        def _request(self, raw: bytes) -> ReceivedRequest:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix(PREFIX) if parts.path.startswith(PREFIX + "/") else "//" + parts.path
            return ReceivedRequest(
                operation="",
                method=self.command,
                path=path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                body=self.parse_body(raw),
                headers={name.lower(): value for name, value in self.headers.items()},
            )

        def _send(self, reply: Reply) -> None:
            if reply.delivery is Delivery.DROPPED:
                self.hang_up()
                return
            body = reply.text if reply.text is not None else reply.answer.encode()
            self.write_answer(
                status=reply.answer.status,
                payload=body.encode(),
                headers=reply.headers,
                cut=reply.delivery is Delivery.CUT,
            )

        # The base class looks for these names.
        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    return ProviderHandler


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"

"""A small HTTP receiver on loopback: it answers 200 to what comes and hands it on, bounded in every way."""

import queue
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from backoffice.cryptopocket.listening.observing import Delivery

LARGEST_BODY = 256 * 1024
HOST = "127.0.0.1"
_MOST_WAITING = 20
_MOST_DIGITS = 9
_MOST_AT_A_TIME = 16
_SECONDS_FOR_A_DELIVERY = 10.0


class Receiver:
    """Listens while it is entered. `turned_away` counts what was not taken, by reason.

    port: 0 for any that is free. Raises OSError where the port is taken.
    """

    def __init__(self, port: int) -> None:
        self.deliveries: queue.Queue[Delivery] = queue.Queue(_MOST_WAITING)
        self.turned_away: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._server = _Server(port, self)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def count(self, reason: str) -> None:
        """Count what was turned away."""
        with self._counting:
            self.turned_away[reason] += 1

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and forget what waits."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False

    def __init__(self, port: int, receiver: Receiver) -> None:
        super().__init__((HOST, port), _Handler)
        self.receiver = receiver
        self._free = threading.BoundedSemaphore(_MOST_AT_A_TIME)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hang up on whoever comes while as many as are allowed are being served."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever breaks off tells nothing of the contract."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _SECONDS_FOR_A_DELIVERY
    server: _Server
    server_version = "contract"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing: a line would hold what a stranger sent."""

    def do_GET(self) -> None:
        """Show whoever tries the address that it is reached."""
        self._answer(200)

    def do_HEAD(self) -> None:
        """As GET."""
        self._answer(200)

    def do_PUT(self) -> None:
        """As POST."""
        self.do_POST()

    def do_POST(self) -> None:
        """Take a delivery."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._turn_away("without a length of its body", 411)
        elif len(length) > _MOST_DIGITS or int(length) > LARGEST_BODY:
            self._turn_away(f"larger than {LARGEST_BODY // 1024} KB", 413)
        else:
            self._take(self.rfile.read(int(length)), int(length))

    def _take(self, body: bytes, length: int) -> None:
        if len(body) < length:
            self._turn_away("broken off", 400)
            return
        delivery = Delivery(body=body, headers=dict(self.headers.items()), received_at=datetime.now(UTC))
        try:
            self.server.receiver.deliveries.put_nowait(delivery)
        except queue.Full:
            self._turn_away("too many at once, to be sent again", 503)
        else:
            self._answer(200)

    def _turn_away(self, reason: str, status: int) -> None:
        self.server.receiver.count(reason)
        self._answer(status)

    def _answer(self, status: int) -> None:
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

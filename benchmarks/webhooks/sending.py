"""A client that costs as little as can be: signed requests made beforehand, over kept connections, then counted.

``python -m benchmarks.webhooks.sending PORT PATH COUNT CONNECTIONS SECONDS`` sends at most COUNT events in at most
SECONDS to loopback, and prints what came of it as JSON. In a process of its own, so that it shares nothing with whom it
measures but the machine.
"""

import json
import socket
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence

from backoffice.sandbox.dialects.manner import Announcements
from backoffice.sandbox.options import Options
from backoffice.sandbox.webhooks.events import encode
from backoffice.sandbox.webhooks.signing import signed_headers


def send(*, port: int, path: str, count: int, connections: int, seconds: float) -> dict[str, object]:
    """Send the events; seconds from the first to the last answer, and how many answers there were of each status."""
    requests = [_make_request(port, path) for _ in range(count)]
    statuses: list[int] = []
    deadline = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_send_some, args=(port, requests[first::connections], statuses, deadline))
        for first in range(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": time.perf_counter() - began, "statuses": Counter(statuses)}


def make_event() -> tuple[bytes, dict[str, str]]:
    """Body and signed headers of an event like no other, as of now."""
    data = {"payment_id": uuid.uuid4().hex, "external_id": "remit-2026-0042", "user_id": "4711", "status": "coins_sent"}
    body = encode("COINS_SENT", data, Announcements())
    timestamp = str(int(time.time()))
    signed = signed_headers(
        body, timestamp=timestamp, key=Options.api_key, secret=Options.api_secret, announcements=Announcements()
    )
    return body, signed


def _make_request(port: int, path: str) -> bytes:
    """A request as it goes over the wire."""
    body, signed = make_event()
    headers = {
        "Host": f"127.0.0.1:{port}",
        "User-Agent": "GuzzleHttp/7",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **signed,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def _send_some(port: int, requests: Sequence[bytes], statuses: list[int], deadline: float) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            if time.monotonic() > deadline:
                return
            connection.sendall(request)
            statuses.append(_read_status(connection))


def _read_status(connection: socket.socket) -> int:
    """The status of an answer whose body is empty, in one piece or, as gunicorn has it, in none of the chunks."""
    answer = b""
    while not _is_whole(answer):
        part = connection.recv(4096)
        if not part:
            raise ConnectionError("The connection was closed in the middle of an answer.")
        answer += part
    return int(answer[9:12])


def _is_whole(answer: bytes) -> bool:
    head, found, rest = answer.partition(b"\r\n\r\n")
    return bool(found) and (rest == b"0\r\n\r\n" if b"chunked" in head.lower() else True)


if __name__ == "__main__":
    port, path, count, connections, seconds = sys.argv[1:]
    figures = send(port=int(port), path=path, count=int(count), connections=int(connections), seconds=float(seconds))
    print(json.dumps(figures))

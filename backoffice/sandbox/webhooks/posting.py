"""Posting over connections that are kept."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True)
class Outcome:
    """What a POST came to: the HTTP status, or none and what was in the way."""

    status: int | None
    problem: str = ""

    @property
    def is_delivered(self) -> bool:
        """Whether the other side took it."""
        return self.status is not None and 200 <= self.status < 300


class Poster:
    """Posts from one thread, one kept connection an address."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def post(self, url: str, *, body: bytes, headers: dict[str, str]) -> Outcome:
        """Post a body; whatever goes wrong is an outcome."""
        try:
            return Outcome(self._post(url, body, headers))
        except (OSError, http.client.HTTPException) as error:
            return Outcome(None, type(error).__name__)

    def close(self) -> None:
        """Close every connection."""
        for connection in self._kept.values():
            connection.close()

    def hang_up(self) -> None:
        """End a POST that is under way in another thread."""
        for connection in list(self._kept.values()):
            # Looked at once only: the thread that posts may be closing the connection in this moment.
            under_way = connection.sock
            if under_way is not None:
                with suppress(OSError):
                    under_way.shutdown(socket.SHUT_RDWR)

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(url)
        place = (parts.scheme, parts.netloc)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = self._kept.get(place)
        if kept is not None and kept.sock is not None:
            # The other side may have closed a connection that rested; that says nothing of this POST.
            with suppress(ConnectionError):
                return _exchange(kept, target, body, headers)
        self._kept[place] = connection = self._connect(*place)
        return _exchange(connection, target, body, headers)

    def _connect(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
        return kind(netloc, timeout=self._seconds)


def _exchange(connection: http.client.HTTPConnection, target: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        connection.request("POST", target, body=body, headers=headers)
        answer = connection.getresponse()
        rest = answer.read(_LARGEST_ANSWER)
    except (OSError, http.client.HTTPException):
        connection.close()
        raise
    if len(rest) == _LARGEST_ANSWER:
        connection.close()
    return answer.status

"""Connections over which events go out, and their end from another thread."""

from __future__ import annotations

import http.client
import socket

from backoffice.sandbox.webhooks.posting import Poster
from tests.sandbox.receiver import Receiver


class _EndsWhenLookedAt(http.client.HTTPConnection):
    """A connection that its own thread closes in the very moment in which another one has looked whether it is open."""

    ends = False
    _socket: socket.socket | None = None

    @property
    def sock(self) -> socket.socket | None:
        seen = self._socket
        if self.ends:
            self._socket = None
        return seen

    @sock.setter
    def sock(self, value: socket.socket | None) -> None:
        self._socket = value


class _Poster(Poster):
    def _connect(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        self.connection = _EndsWhenLookedAt(netloc, timeout=10)
        return self.connection


def test_hanging_up_on_a_post_that_ends_in_that_moment_is_no_error() -> None:
    with Receiver() as receiver:
        poster = _Poster(seconds=10)
        assert poster.post(receiver.url, body=b"{}", headers={}).status == 200
        under_way = poster.connection.sock
        assert under_way is not None
        poster.connection.ends = True
        poster.hang_up()
        assert poster.connection.sock is None
        under_way.close()

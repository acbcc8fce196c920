"""A small client of clamd, ClamAV's daemon: one file, one question (its INSTREAM command)."""

import re
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

_LONGEST_ANSWER = 4096
_LONGEST_PIECE = 64 * 1024
_LENGTH = struct.Struct(">I")
_CLEAN = re.compile(r"stream: OK")
_INFECTED = re.compile(r"stream: ([!-~][ -~]{0,199}) FOUND")


class ClamdAway(Exception):  # noqa: N818 - it is what happened, and no fault of the file
    """No scanner said anything that can be trusted: not there, too slow, cut off, or not understood."""


@dataclass(frozen=True, kw_only=True)
class Clamd:
    """Where the daemon listens: a Unix socket, or `host` and `port`. timeout: seconds for one file, all in all."""

    path: str = ""
    host: str = ""
    port: int = 0
    timeout: float = 30.0

    @classmethod
    def parse(cls, address: str, *, timeout: float) -> "Clamd":
        """The daemon at "/run/clamav/clamd.ctl" or "host:3310". Raises ImproperlyConfigured."""
        if address.startswith("/"):
            return cls(path=address, timeout=timeout)
        host, colon, port = address.rpartition(":")
        if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ImproperlyConfigured("CLAMD_SOCKET must be the path of a Unix socket, or host:port.")
        return cls(host=host.strip("[]"), port=int(port), timeout=timeout)

    def find_malware(self, pieces: Iterable[bytes]) -> str:
        """The name of the malware in a file, given in pieces; empty for none. Raises ClamdAway."""
        deadline = time.monotonic() + self.timeout
        try:
            with self._connect() as connection:
                _send(connection, pieces, deadline)
                return _understand(_receive(connection, deadline))
        except OSError:
            raise ClamdAway from None

    def _connect(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), timeout=self.timeout)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.timeout)
        try:
            connection.connect(self.path)
        except OSError:
            connection.close()
            raise
        return connection


def _send(connection: socket.socket, pieces: Iterable[bytes], deadline: float) -> None:
    connection.sendall(b"zINSTREAM\0")
    for whole in pieces:
        for start in range(0, len(whole), _LONGEST_PIECE):
            piece = whole[start : start + _LONGEST_PIECE]
            connection.settimeout(_left(deadline))
            connection.sendall(_LENGTH.pack(len(piece)) + piece)
    connection.sendall(_LENGTH.pack(0))


def _receive(connection: socket.socket, deadline: float) -> bytes:
    """The answer up to its NUL; what is cut off before it is none."""
    answer = b""
    while not answer.endswith(b"\0"):
        connection.settimeout(_left(deadline))
        piece = connection.recv(_LONGEST_ANSWER)
        answer += piece
        if not piece or len(answer) > _LONGEST_ANSWER:
            raise ClamdAway
    return answer[:-1]


def _understand(answer: bytes) -> str:
    text = answer.decode("ascii", "replace").strip()
    if _CLEAN.fullmatch(text):
        return ""
    if found := _INFECTED.fullmatch(text):
        return found[1]
    raise ClamdAway


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise ClamdAway
    return seconds

"""What came back, as bytes: read with a limit in size and in time."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
import requests

from backoffice.cryptopocket.clock import Clock

_PIECE = 65_536
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer. `began_at` is when its request began; `retry_after` and `seconds` are in seconds.

    attempts: how often the request was tried until this answer came.
    """

    http_status: int
    body: bytes
    retry_after: float | None
    began_at: datetime
    seconds: float
    attempts: int = 1

    def __repr__(self) -> str:
        """Return status and size; the body can hold anything."""
        return f"<Answer HTTP {self.http_status}, {len(self.body)} bytes>"


def read_body(response: requests.Response, *, maximum_bytes: int, deadline: float, clock: Clock) -> bytes | None:
    """Return the decompressed body; None when it is larger than `maximum_bytes` or later than `deadline`.

    It is read as it arrives (`read1`): the socket's timeout starts anew with every byte, so a body that
    drips could otherwise hold a worker for hours.
    """
    pieces: list[bytes] = []
    size = 0
    while piece := response.raw.read1(_PIECE, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > maximum_bytes or clock.monotonic() > deadline:
            return None
    return b"".join(pieces)


def read_retry_after(header: str | None, *, now: datetime) -> float | None:
    """Return the seconds a `Retry-After` header asks for: a number, or a date; None when it is neither."""
    if header is None:
        return None
    text = header.strip()
    try:
        seconds = float(text) if _SECONDS.fullmatch(text) else _until(text, now=now)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, seconds)


def _until(text: str, *, now: datetime) -> float:
    moment = parsedate_to_datetime(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()

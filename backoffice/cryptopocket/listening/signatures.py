"""Finds out how a delivery was signed, by signing it in every way that is tried and comparing in constant time."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping

import msgspec

from backoffice.cryptopocket.listening.ways import PREFIXES, SIGNED_TEXTS, SUPPORTED_ENCODINGS, SUPPORTED_TEXT
from backoffice.cryptopocket.probing.shapes import find_date_format

_MOST_HEADERS = 60
_MOST_TIMES = 6
_LONGEST_TIME = 40
_SHORTEST_SIGNATURE, _LONGEST_SIGNATURE = 40, 140
_LOOKS_SIGNED = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128}|[A-Za-z0-9+/_-]{43}=?", re.ASCII)
_NAMED_SIGNATURE = re.compile(r"sign|hmac|firma", re.IGNORECASE)


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """One way of signing that gives the signature of a delivery: names only.

    header: holds the signature. time_header: holds the time that is signed, "" where none is. text: a name of
    SIGNED_TEXTS. encoding: hex, base64 or another. prefix: what stands before the signature.
    """

    header: str
    time_header: str
    text: str
    encoding: str
    prefix: str

    @property
    def is_supported(self) -> bool:
        """Whether the catalogue can say it."""
        return self.text == SUPPORTED_TEXT and self.encoding in SUPPORTED_ENCODINGS and not self.prefix


def find_times(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that hold a moment, each with how it is written: `seconds`, `milliseconds`, `iso`, ..."""
    times = {name: form for name, value in headers.items() if (form := _form_of_time(value.strip()))}
    return dict(list(times.items())[:_MOST_TIMES])


def _form_of_time(value: str) -> str | None:
    if len(value) > _LONGEST_TIME or not value.isascii():
        return None
    return find_date_format(int(value)) if value.isdigit() else find_date_format(value)


def find_schemes(body: bytes, headers: Mapping[str, str], api_secret: str) -> tuple[Scheme, ...]:
    """Return every way that gives a signature which stands in a header; none where nobody with our secret signed."""
    times = find_times(headers)
    long_enough = {
        name: value.strip()
        for name, value in list(headers.items())[:_MOST_HEADERS]
        if _SHORTEST_SIGNATURE <= len(value) <= _LONGEST_SIGNATURE
    }
    return tuple(
        Scheme(header=header, time_header=time_header, text=text, encoding=encoding, prefix=prefix)
        for text, parts in SIGNED_TEXTS.items()
        for time_header in (times if "time" in parts else ("",))
        for encoding, expected in _sign(body, headers.get(time_header, "").strip(), parts, api_secret).items()
        for header, prefix in _holders(long_enough, encoding, expected)
    )


def _sign(body: bytes, time: str, parts: tuple[str, ...], api_secret: str) -> dict[str, str]:
    """Return the signature in every encoding."""
    known = {"body": body, "time": time.encode()}
    content = b"".join(known.get(part, part.encode()) for part in parts)
    digest = hmac.digest(api_secret.encode(), content, hashlib.sha256)
    texts = {
        "hex": digest.hex(),
        "base64": base64.b64encode(digest).decode(),
        "base64 for addresses": base64.urlsafe_b64encode(digest).decode(),
    }
    bare = {f"{name} without =": text.rstrip("=") for name, text in texts.items() if text.endswith("=")}
    return {name: text for name, text in {**texts, **bare}.items() if name == "base64" or text != texts["base64"]}


def _holders(headers: Mapping[str, str], encoding: str, expected: str) -> Iterator[tuple[str, str]]:
    """Yield the headers that hold the signature, each with what stands before it."""
    for name, value in headers.items():
        for prefix in PREFIXES:
            given = value.removeprefix(prefix)
            given = given.lower() if encoding == "hex" else given
            if value.startswith(prefix) and hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
                yield name, prefix


def find_unproven(headers: Mapping[str, str], *, assumed: str) -> bool:
    """Whether a header looks like a signature, by its name or its content."""
    return any(
        name.casefold() == assumed.casefold() or _NAMED_SIGNATURE.search(name) or _looks_signed(value)
        for name, value in headers.items()
    )


def _looks_signed(value: str) -> bool:
    return any(_LOOKS_SIGNED.fullmatch(value.strip().removeprefix(prefix)) for prefix in PREFIXES)

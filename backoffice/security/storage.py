"""Files on disk that only the application can read.

An encrypted file is a mark, then one line of Fernet token for each piece. Inside each token stands, before the
piece, which file it belongs to, its number, and whether it is the last: pieces that were swapped, repeated, cut off
or taken from another file are noticed. Never more than one piece is in memory.
"""

import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from .encryption import UndecryptableError, decrypt_bytes, encrypt_bytes, is_newest

MARK = b"backoffice-encrypted-file-1\n"
PIECE_BYTES = 256 * 1024
_HEADER = struct.Struct(">16sQ?")


class EncryptedStorage(FileSystemStorage):
    """Keeps files encrypted with the newest key of `FIELD_ENCRYPTION_KEYS`.

    What stands there in clear, from before it was encrypted, is still read; `bring_under_newest_key` encrypts it.
    Opened files can only be read, from the beginning to the end.
    """

    def bring_under_newest_key(self, name: str) -> bool:
        """Write the file again where it is not under the newest key yet; tell whether that was needed.

        The old file stands until the new one is whole. Raises FileNotFoundError, UndecryptableError.
        """
        path = Path(self.path(name))
        if _is_newest(path):
            return False
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with self.open(name) as clear, _create_private(beside) as new:
                new.writelines(_encrypt(_pieces_of(clear)))
                new.flush()
                os.fsync(new.fileno())
            if path.exists():
                beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        return True

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        if mode != "rb":
            raise ValueError("A stored file is written once and then only read.")
        raw = Path(self.path(name)).open("rb")  # noqa: SIM115 - closed by the file that is handed out
        is_encrypted = raw.read(len(MARK)) == MARK
        if not is_encrypted:
            raw.seek(0)
            return File(raw, name)
        return File(io.BufferedReader(_Decrypting(raw), buffer_size=PIECE_BYTES), name)

    def _save(self, name: str, content: "File[Any]") -> str:
        return str(super()._save(name, _EncryptedContent(content)))  # type: ignore[misc]  # not in the stubs

    def size(self, name: str) -> int:
        """The size of the clear content in bytes; reads the whole file."""
        with self.open(name) as file:
            return sum(len(piece) for piece in _pieces_of(file))


class _EncryptedContent(File):  # type: ignore[type-arg]  # generic only to the type checker
    """What is stored of a file: `chunks` gives its cipher text. It names no file on disk that could be moved."""

    def __init__(self, clear: "File[Any]") -> None:
        super().__init__(clear.file, name=None)
        self._clear = clear

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The cipher text, piece by piece."""
        self._clear.seek(0)
        return _encrypt(_pieces_of(self._clear))


class _Decrypting(io.RawIOBase):
    """The clear content of an encrypted file whose mark was read already."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._pieces = _decrypt(raw)
        self._rest = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next. Raises UndecryptableError."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        given, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)

    def close(self) -> None:
        """Close the file underneath as well."""
        self._raw.close()
        super().close()


def _pieces_of(file: Any) -> Iterator[bytes]:
    return iter(lambda: file.read(PIECE_BYTES), b"")


def _encrypt(pieces: Iterator[bytes]) -> Iterator[bytes]:
    file_id = os.urandom(16)
    yield MARK
    piece, number = next(pieces, b""), 0
    while True:
        following = next(pieces, b"")
        yield encrypt_bytes(_HEADER.pack(file_id, number, not following) + piece) + b"\n"
        if not following:
            return
        piece, number = following, number + 1


def _decrypt(raw: IO[bytes]) -> Iterator[bytes]:
    expected_id, expected_number, is_last = b"", 0, False
    for token in raw:
        clear = decrypt_bytes(token.rstrip(b"\n"))
        file_id, number, is_end = _HEADER.unpack_from(clear)
        expected_id = expected_id or file_id
        if is_last or file_id != expected_id or number != expected_number:
            raise UndecryptableError("A stored file was altered: its pieces do not belong together.")
        expected_number, is_last = number + 1, is_end
        # An empty piece would end the reading; only an empty file has one.
        if clear[_HEADER.size :]:
            yield clear[_HEADER.size :]
    if not is_last:
        raise UndecryptableError("A stored file was altered: its end is missing.")


def _is_newest(path: Path) -> bool:
    with path.open("rb") as raw:
        return raw.read(len(MARK)) == MARK and is_newest(raw.readline().rstrip(b"\n"))


def _create_private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

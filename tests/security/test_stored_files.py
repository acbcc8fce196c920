"""Files on disk: unreadable without a key, and noticed when somebody laid hands on them."""

import hashlib
import io
import os
import stat
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile

from backoffice.security.encryption import UndecryptableError
from backoffice.security.storage import MARK, PIECE_BYTES
from backoffice.security.stored_files import StoredFileError, read_stored

from .keys import configured, keys, new_key

CANARY = b"%PDF-1.7 Marta Ruiz 00000000T\n"


def keep(content: bytes, name: str = "a/b/c.pdf") -> Path:
    return Path(default_storage.path(default_storage.save(name, ContentFile(content))))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_a_file_is_unreadable_on_disk_and_whole_when_it_is_read_back(size: int) -> None:
    content = (CANARY * (size // len(CANARY) + 1))[:size]
    path = keep(content)
    on_disk = path.read_bytes()
    assert on_disk.startswith(MARK)
    assert b"Marta" not in on_disk
    assert read_stored("a/b/c.pdf", sha256=digest(content)) == content
    assert default_storage.size("a/b/c.pdf") == size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_upload_that_came_through_a_file_of_its_own_is_not_moved_there_in_clear() -> None:
    upload = TemporaryUploadedFile("salary.pdf", "application/pdf", 10, None)
    upload.write(CANARY)
    upload.seek(0)
    name = default_storage.save("a/b/moved.pdf", upload)
    assert b"Marta" not in Path(default_storage.path(name)).read_bytes()
    assert read_stored(name, sha256=digest(CANARY)) == CANARY


def test_a_file_from_before_is_read_and_encrypted_by_the_first_rotation() -> None:
    path = keep(b"x")
    path.write_bytes(CANARY)
    assert read_stored("a/b/c.pdf", sha256=digest(CANARY)) == CANARY
    storage: Any = default_storage
    assert storage.bring_under_newest_key("a/b/c.pdf") is True
    assert b"Marta" not in path.read_bytes()
    assert storage.bring_under_newest_key("a/b/c.pdf") is False
    assert read_stored("a/b/c.pdf", sha256=digest(CANARY)) == CANARY
    assert os.listdir(path.parent) == ["c.pdf"]


def test_a_file_that_was_altered_cut_or_mixed_is_noticed() -> None:
    content = os.urandom(3 * PIECE_BYTES)
    path, other = keep(content), keep(content, "a/b/other.pdf")
    lines, others = path.read_bytes().splitlines(keepends=True), other.read_bytes().splitlines(keepends=True)
    for altered in (
        lines[:-1],  # its end is missing
        lines[:1],
        [lines[0], lines[2], lines[1], lines[3]],  # swapped
        [lines[0], others[1], *lines[2:]],  # a piece of another file
        [*lines, lines[-1]],  # something behind its end
        [lines[0], lines[1][:-20] + b"AAAAAAAAAAAAAAAAAAA\n", *lines[2:]],
    ):
        path.write_bytes(b"".join(altered))
        with pytest.raises(UndecryptableError), default_storage.open("a/b/c.pdf") as file:
            file.read()
    path.write_bytes(content[:-1])
    with pytest.raises(StoredFileError, match="not the one"):
        read_stored("a/b/c.pdf", sha256=digest(content))


def test_without_the_key_and_without_the_file_there_is_a_sentence() -> None:
    keep(CANARY)
    with keys(new_key()), pytest.raises(StoredFileError, match="key is missing"):
        read_stored("a/b/c.pdf", sha256=digest(CANARY))
    with pytest.raises(StoredFileError, match="no longer"):
        read_stored("a/b/nothing.pdf", sha256=digest(CANARY))


def test_a_new_key_in_front_still_opens_the_old_files() -> None:
    keep(CANARY)
    with keys(new_key(), *configured()):
        assert read_stored("a/b/c.pdf", sha256=digest(CANARY)) == CANARY


def test_a_large_file_never_stands_in_memory_as_a_whole() -> None:
    megabyte = 1024 * 1024
    upload = TemporaryUploadedFile("large.pdf", "application/pdf", 0, None)
    for _piece in range(40):
        upload.write(os.urandom(megabyte))
    upload.seek(0)
    tracemalloc.start()
    try:
        name = default_storage.save("large.pdf", upload)
        with default_storage.open(name) as file:
            size = sum(len(piece) for piece in iter(lambda: file.read(megabyte), b""))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 40 * megabyte
    assert peak < 6 * megabyte


def test_a_stored_file_is_never_opened_for_writing() -> None:
    keep(CANARY)
    with pytest.raises(ValueError, match="only read"):
        default_storage.open("a/b/c.pdf", "wb")
    assert isinstance(default_storage.open("a/b/c.pdf").file, io.BufferedReader)

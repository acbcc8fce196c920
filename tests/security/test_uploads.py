"""Files that people hand in are what their content says, or they are turned away with a reason."""

import hashlib
import struct
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from backoffice.security.uploads import JPEG, PDF, PNG, generate_name, recognise_file

PAYSLIP = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x11" * 40 + b"\xff\xd9"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


SCAN = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)


def _refused(content: bytes, name: str, content_type: str = "application/octet-stream") -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        recognise_file(SimpleUploadedFile(name, content, content_type))
    return refusal.value


@pytest.mark.parametrize(
    ("content", "name", "media_type", "extension"),
    [
        (PAYSLIP, "Lena Ortega payslip.pdf", PDF, ".pdf"),
        (PHOTO, "marta.JPEG", JPEG, ".jpg"),
        (SCAN, "scan.png", PNG, ".png"),
    ],
)
def test_a_document_is_recognised_by_its_content(content: bytes, name: str, media_type: str, extension: str) -> None:
    recognised = recognise_file(SimpleUploadedFile(name, content, media_type))
    assert recognised.media_type == media_type
    assert recognised.size == len(content)
    assert recognised.sha256 == hashlib.sha256(content).hexdigest()
    assert recognised.name.endswith(extension)


def test_nothing_of_the_name_that_lena_gave_is_in_the_name_we_give() -> None:
    recognised = recognise_file(SimpleUploadedFile("../../etc/Lena Ortega.pdf", PAYSLIP))
    assert "Lena" not in recognised.name
    assert ".." not in recognised.name
    assert recognised.name != recognise_file(SimpleUploadedFile("same.pdf", PAYSLIP)).name


def test_a_file_without_an_extension_is_taken_for_what_it_is() -> None:
    assert recognise_file(SimpleUploadedFile("payslip", PAYSLIP, "")).media_type == PDF


def test_a_photo_with_a_cameras_notes_behind_its_end_is_still_a_photo() -> None:
    assert recognise_file(SimpleUploadedFile("marta.jpg", PHOTO + b"SEFH" + b"\x00" * 5000)).media_type == JPEG


def test_the_file_stands_at_its_beginning_afterwards() -> None:
    file = SimpleUploadedFile("payslip.pdf", PAYSLIP)
    recognise_file(file)
    assert file.read() == PAYSLIP


def test_a_file_on_disk_is_hashed_piece_by_piece() -> None:
    content = PAYSLIP[:9] + b"% padding\n" * 20_000 + PAYSLIP[9:]
    with TemporaryUploadedFile("payslip.pdf", PDF, len(content), None) as file:
        file.write(content)
        file.seek(0)
        assert recognise_file(file).sha256 == hashlib.sha256(content).hexdigest()


def test_an_empty_file_is_turned_away() -> None:
    refusal = _refused(b"", "payslip.pdf")
    assert refusal.code == "empty"
    assert "nothing was sent" in refusal.messages[0]


def test_a_file_over_the_limit_is_turned_away_with_the_limit(settings: Any) -> None:
    settings.DOCUMENT_SIZE_LIMIT_MEGABYTES = 1
    refusal = _refused(PAYSLIP.ljust(1024 * 1024 + 1, b" "), "payslip.pdf")
    assert refusal.code == "too_large"
    assert "1 MB" in refusal.messages[0]


def test_a_file_of_exactly_the_limit_is_taken(settings: Any) -> None:
    settings.DOCUMENT_SIZE_LIMIT_MEGABYTES = 1
    exactly = PAYSLIP[:-6].ljust(1024 * 1024 - 6, b" ") + b"%%EOF\n"
    assert recognise_file(SimpleUploadedFile("payslip.pdf", exactly)).size == 1024 * 1024


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script></html>", b"MZ\x90\x00", b"GIF89a", b"PK\x03\x04", b" %PDF-1.7 %%EOF", b"\x00"],
)
def test_a_program_or_a_page_that_calls_itself_a_pdf_is_turned_away(content: bytes) -> None:
    refusal = _refused(content, "payslip.pdf", PDF)
    assert refusal.code == "not_recognised"


@pytest.mark.parametrize(("name", "content_type"), [("payslip.pdf", "image/png"), ("payslip.pdf", ""), ("a", PDF)])
def test_a_picture_that_calls_itself_a_pdf_is_turned_away_with_what_it_is(name: str, content_type: str) -> None:
    refusal = _refused(SCAN, name, content_type)
    assert refusal.code == "lies"
    assert "its content is PNG" in refusal.messages[0]


@pytest.mark.parametrize(("content", "name"), [(PAYSLIP[:30], "a.pdf"), (PHOTO[:-1], "a.jpg"), (SCAN[:-4], "a.png")])
def test_a_file_whose_end_is_missing_is_turned_away(content: bytes, name: str) -> None:
    assert _refused(content, name).code == "incomplete"


def test_generated_names_are_spread_over_folders() -> None:
    first, second, name = generate_name(PDF).split("/")
    assert len(first) == len(second) == 2
    assert name.startswith(first + second)

"""Files that are made to harm: refused with a sentence, or harmless; nothing of the sender's name is ever used."""

import io
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client
from django.urls import reverse

from backoffice.operations.models import Operation
from backoffice.security.uploads import RecognisedFile, accept_file
from customers.forms import new_submission
from customers.models import Document

from .files import JPEG_FILE, PDF_FILE, PNG_FILE

MEGABYTE = 1024 * 1024
SCRIPT = b"<ScRiPt>fetch('/admin/')</script>"


def zipped(*, comment: bytes = b"") -> bytes:
    """A small archive, as a program that runs in Java would be."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Main-Class: Harm")
        archive.comment = comment
    return packed.getvalue()


def accept(content: bytes) -> RecognisedFile:
    return accept_file(SimpleUploadedFile("file", content))


POLYGLOTS = {
    "a PDF that is a ZIP": PDF_FILE + zipped(),
    "a PDF that is a ZIP and ends as a PDF": PDF_FILE + zipped(comment=b"%%EOF"),
    "a PDF that is a ZIP with the longest comment": PDF_FILE + zipped(comment=b"%%EOF" + b" " * 1000),
    "a JPEG that is a JAR": JPEG_FILE + zipped(),
    "a PNG that is a ZIP": PNG_FILE + zipped(comment=PNG_FILE[-12:]),
    "a JPEG that is a page": JPEG_FILE + b"<HTML><body onload=alert(1)>",
    "a JPEG with a page in its comment": JPEG_FILE[:20] + b"\xff\xfe\x00\x40<!DOCTYPE html>" + JPEG_FILE[20:],
    "a JPEG that is a PDF": JPEG_FILE + PDF_FILE,
    "a PNG with a script behind its end": PNG_FILE + SCRIPT,
    "a PNG with a script in it": PNG_FILE[:40] + SCRIPT + PNG_FILE[40:],
    "a picture with a drawing": PNG_FILE + b"<svg onload=alert(1)>",
    "a PDF with a page behind its end": PDF_FILE + SCRIPT,
}


@pytest.mark.parametrize("content", POLYGLOTS.values(), ids=POLYGLOTS)
def test_a_file_that_is_two_in_one_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError, match="of another kind in it") as caught:
        accept(content)
    assert caught.value.code == "two_in_one"


def test_a_mark_that_stands_across_two_pieces_is_seen() -> None:
    for shift in range(len(SCRIPT)):
        content = JPEG_FILE + b"\0" * (64 * 1024 - len(JPEG_FILE) - shift) + SCRIPT
        with pytest.raises(ValidationError, match="of another kind"):
            accept(content)


@pytest.mark.parametrize(
    "content",
    [
        JPEG_FILE + b"\0" * 5000 + JPEG_FILE,  # a camera's preview behind the picture
        PDF_FILE + PDF_FILE[9:],  # saved again by a program that only appends
        PDF_FILE + b"\r\n\0\0",
        PDF_FILE.replace(b"Salary", b"<html>"),  # a document about pages
    ],
)
def test_what_honest_programs_write_is_taken(content: bytes) -> None:
    assert accept(content).size == len(content)


def test_a_zip_bomb_in_a_pdfs_clothing_is_only_a_small_pdf(settings: Any) -> None:
    bomb = zlib.compress(zlib.compress(b"\0" * (64 * MEGABYTE), 9) * 400, 1)
    content = PDF_FILE.replace(
        b"5 0 obj", b"6 0 obj<</Filter[/FlateDecode/FlateDecode]>>stream\n" + bomb + b"\n5 0 obj"
    )
    tracemalloc.start()
    try:
        assert accept(content).media_type == "application/pdf"
        assert tracemalloc.get_traced_memory()[1] < 4 * len(content) + MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_file_of_any_size_costs_little_memory(settings: Any) -> None:
    upload = TemporaryUploadedFile("large.pdf", "application/pdf", 0, None)
    upload.write(b"%PDF-")
    for _megabyte in range(60):
        upload.write(b"\0" * MEGABYTE)
    upload.write(b"%%EOF")
    settings.DOCUMENT_SIZE_LIMIT_MEGABYTES = 100
    tracemalloc.start()
    try:
        assert accept_file(upload).size == 60 * MEGABYTE + 10
        assert tracemalloc.get_traced_memory()[1] < 2 * MEGABYTE
    finally:
        tracemalloc.stop()


NAMES = {
    "a path": "../../../../etc/cron.d/harm.pdf",
    "a path of Windows": "..\\..\\windows\\harm.pdf",
    "an absolute path": "/etc/passwd.pdf",
    "encoded dots": "%2e%2e%2fharm.pdf",
    "300 characters": "x" * 296 + ".pdf",
    "turned round": "salary\u202efdp.exe",
    "a line end": "a.pdf\r\nX-Harm: yes",
    "quotes": 'a";rm -rf /;".pdf',
    "markup": "<img src=x onerror=alert(1)>.pdf",
    "a device": "CON.pdf",
    "no extension": "salary",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_nothing_of_the_senders_name_is_used(
    client: Client, clara: User, settings: Any, make_customer: Any, name: str
) -> None:
    marta = make_customer("4711", name="Marta")
    client.force_login(clara)
    answer = client.post(
        reverse("admin:customers_customer_upload-document", args=[marta.pk]),
        {"type": "payslip", "submission": new_submission(), "file": SimpleUploadedFile(name, PDF_FILE)},
    )
    assert answer.status_code == 302
    document, folder = Document.objects.get(), Path(settings.MEDIA_ROOT)
    (stored,) = [path for path in folder.rglob("*") if path.is_file()]
    assert stored == folder / str(document.file.name)
    assert stored.stem.isalnum()
    assert stored.suffix == ".pdf"
    assert document.download_name == f"payslip-{document.pk}.pdf"
    assert "harm" not in str(Operation.objects.get().request)


@pytest.mark.django_db
@pytest.mark.parametrize("raw_name", [b"a\x00.pdf", b"", b"../", b"\xff\xfe.pdf", b"a" * 5000 + b".pdf"])
def test_a_name_that_is_no_name_is_never_an_error_of_ours(
    client: Client, clara: User, make_customer: Any, raw_name: bytes
) -> None:
    marta = make_customer("4711", name="Marta")
    client.force_login(clara)
    fields = {"type": "payslip", "submission": new_submission()}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + raw_name + b'"\r\n'
    body = "".join(parts).encode() + head + b"Content-Type: application/pdf\r\n\r\n" + PDF_FILE + b"\r\n--x--\r\n"
    answer = client.post(
        reverse("admin:customers_customer_upload-document", args=[marta.pk]), body, "multipart/form-data; boundary=x"
    )
    assert answer.status_code in {200, 302, 400}
    if answer.status_code == 200:
        assert "This field is required" in answer.content.decode() or "errorlist" in answer.content.decode()
        assert not Document.objects.exists()

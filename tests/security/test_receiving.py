"""How files of a request are received: in memory, bounded, and never on disk in clear."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customers.forms import new_submission
from customers.models import Document

from .files import PDF_FILE

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


def large_pdf(megabytes: int) -> bytes:
    return b"%PDF-" + b"M" * (megabytes * MEGABYTE) + PDF_FILE[5:]


@pytest.fixture
def address(make_customer: Any) -> str:
    marta = make_customer("4711", name="Marta")
    return reverse("admin:customers_customer_upload-document", args=[marta.pk])


def form(content: bytes) -> dict[str, Any]:
    return {"type": "payslip", "submission": new_submission(), "file": SimpleUploadedFile("a.pdf", content)}


def test_a_large_file_leaves_nothing_in_clear_on_disk(
    client: Client, clara: User, address: str, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "there is no such folder")
    client.force_login(clara)
    assert client.post(address, form(large_pdf(6))).status_code == 302
    assert Document.objects.get().size == len(large_pdf(6))
    assert not any(b"M" * 40 in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_file_that_is_too_large_says_so(client: Client, clara: User, address: str, settings: Any) -> None:
    settings.DOCUMENT_SIZE_LIMIT_MEGABYTES = 1
    client.force_login(clara)
    for megabytes in (1, 12):
        assert "larger than 1 MB" in client.post(address, form(large_pdf(megabytes))).content.decode()
    assert not Document.objects.exists()


def test_nothing_is_kept_of_a_stranger(client: Client, address: str) -> None:
    answer = client.post(address, form(PDF_FILE))
    assert answer.status_code == 302
    received: Any = answer.wsgi_request.FILES
    assert sum(file.size for file in received.values()) == 0
    assert not Document.objects.exists()

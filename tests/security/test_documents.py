"""Looking at documents: by whom, in what cage, and on record."""

import base64
import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from backoffice.audit.models import AuditRecord
from customers.models import Document

from .files import DOCUMENTS, PDF_FILE, Keep
from .keys import keys, new_key

pytestmark = pytest.mark.django_db


def address(document: Document, what: str) -> str:
    return reverse(f"admin:customers_document_{what}", args=[document.pk])


@pytest.mark.parametrize("media_type", DOCUMENTS)
def test_the_content_is_caged_by_its_own_headers_and_kept_by_nobody(
    client: Client, clara: User, keep: Keep, media_type: str
) -> None:
    document = keep(media_type)
    client.force_login(clara)
    answer = client.get(address(document, "content"))
    content = DOCUMENTS[media_type][0]
    is_picture = media_type == "image/png"
    assert (base64.b64encode(content) in answer.content) if is_picture else answer.content == content
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-" not in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    wanted = {
        "Content-Type": "text/html; charset=utf-8" if is_picture else media_type,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store, private",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": f'inline; filename="payslip-{document.pk}{DOCUMENTS[media_type][1]}"',
    }
    assert {name: answer.headers[name] for name in wanted} == wanted


def test_every_other_page_may_still_be_framed_by_nobody(client: Client, clara: User, keep: Keep) -> None:
    document = keep()
    client.force_login(clara)
    for what in ("preview", "change"):
        answer = client.get(address(document, what))
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]


def test_each_look_and_each_download_is_on_record_and_the_page_alone_is_not(
    client: Client, clara: User, keep: Keep
) -> None:
    document = keep()
    client.force_login(clara)
    client.get(address(document, "preview"))
    assert not AuditRecord.objects.filter(action__startswith="document.").exists()
    for what in ("content", "content", "download"):
        assert client.get(address(document, what)).status_code == 200
    records = AuditRecord.objects.filter(action__startswith="document.").order_by("pk")
    assert [record.action for record in records] == ["document.viewed", "document.viewed", "document.downloaded"]
    assert {(record.actor_name, record.subject_model, record.subject_id) for record in records} == {
        ("clara", "customers.document", str(document.pk))
    }


@pytest.mark.parametrize(
    ("person", "status"), [("clara", 200), ("sofia", 200), ("felix", 403), ("aurelio", 403), ("ada", 200)]
)
def test_only_compliance_and_supervisors_look_at_documents(
    client: Client, request: pytest.FixtureRequest, keep: Keep, person: str, status: int
) -> None:
    document = keep()
    client.force_login(request.getfixturevalue(person))
    for what in ("preview", "content", "download"):
        assert client.get(address(document, what)).status_code == status
    assert AuditRecord.objects.filter(action__startswith="document.").exists() is (status == 200)


def test_a_file_that_is_gone_altered_or_locked_is_a_sentence_and_no_look(
    client: Client, clara: User, keep: Keep
) -> None:
    document = keep()
    client.force_login(clara)
    path = Path(default_storage.path(str(document.file.name)))
    with keys(new_key()):
        path.unlink()
        default_storage.save(str(document.file.name), ContentFile(PDF_FILE))
    assert "key is missing" in page_404(client, document)
    path.write_bytes(os.urandom(100))
    assert "not the one that was uploaded" in page_404(client, document)
    path.unlink()
    assert "no longer in our storage" in page_404(client, document)
    assert not AuditRecord.objects.filter(action__startswith="document.").exists()


def page_404(client: Client, document: Document) -> str:
    answer = client.get(address(document, "content"))
    assert answer.status_code == 404
    return answer.content.decode()

"""Who may do what with customers, what the front page counts, and what the browser is asked to run."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.attention import attention_for
from backoffice.operations.models import Operation
from customers.erasure import restrict_customer
from customers.models import Customer, Document

from .pages import LIST, REGISTER, issued_to, page, page_of

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)|\sstyle=|\son[a-z]+=", re.IGNORECASE)


@pytest.mark.parametrize("person", ["felix", "sofia", "aurelio"])
def test_only_compliance_acts_for_customers(
    client: Client, marta: Customer, lena: dict[str, Any], request: pytest.FixtureRequest, person: str
) -> None:
    client.force_login(request.getfixturevalue(person))
    assert client.post(REGISTER, {**lena, "confirm": "yes"}).status_code == 403
    assert client.post(f"{LIST}correct-registration/", lena).status_code == 403
    assert client.post(page_of(marta, "enhanced-verification"), {"days": "90"}).status_code == 403
    assert client.post(f"{LIST}enhanced-verifications/", {"customers": str(marta.pk)}).status_code == 403
    assert client.post(page_of(marta, "upload-document"), {"type": "other"}).status_code == 403
    client.post(LIST, {"action": "issue_links", "_selected_action": [str(marta.pk)]})
    assert not Operation.objects.exists()
    shown = page(client, page_of(marta))
    assert "Upload a document" not in shown
    assert "Issue a verification link" not in shown


@pytest.mark.parametrize(("person", "status"), [("felix", 403), ("aurelio", 403), ("sofia", 404), ("clara", 404)])
def test_a_document_is_downloaded_only_by_those_who_may(
    client: Client, marta: Customer, request: pytest.FixtureRequest, person: str, status: int
) -> None:
    reader = request.getfixturevalue(person)
    document = Document.objects.create(customer=marta, type="other", file="gone.pdf", size=1, uploaded_by=reader)
    client.force_login(reader)
    assert client.get(page_of(document, "download")).status_code == status, "404: allowed, but the file is gone"


def test_finance_sees_a_customer_without_links_and_documents(
    client: Client, clara: User, felix: User, marta: Customer
) -> None:
    issued = issued_to(marta, clara)
    client.force_login(felix)
    shown = page(client, page_of(marta))
    assert issued.link not in shown
    assert "Documents" not in shown
    assert client.get(page_of(issued)).status_code == 403


def test_nobody_sees_anything_without_signing_in(client: Client, marta: Customer) -> None:
    for address in (LIST, REGISTER, page_of(marta), page_of(marta, "upload-document")):
        assert client.get(address).headers["Location"].startswith("/account/login/")


def test_what_the_front_page_counts_is_what_the_list_behind_it_shows(
    clara_works: Client, clara: User, rf: Any, mirrored: Callable[..., Customer]
) -> None:
    long_ago, now = timezone.now() - timedelta(days=10), timezone.now()
    mirrored("1", name="C1", kyc_status="fail")
    mirrored("2", name="C2", kyc_status="processing", changed_at=long_ago)
    third, fourth = mirrored("3", name="C3", kyc_status="valid"), mirrored("4", name="C4", kyc_status="valid")
    issued_to(third, clara, expires_at=now + timedelta(days=2))
    issued_to(fourth, clara, expires_at=now + timedelta(days=2))
    issued_to(fourth, clara, expires_at=now + timedelta(days=60))
    request = rf.get("/")
    request.user = clara
    mine = [count for count in attention_for(request) if count.item.name.startswith("customers-") and count.count]
    assert [(count.item.name, count.count) for count in mine] == [
        ("customers-kyc-failed", 1),
        ("customers-kyc-waiting", 1),
        ("customers-links-ending", 1),
    ]
    for count, expected in zip(mine, ("C1", "C2", "C3"), strict=True):
        shown = page(clara_works, count.url)
        assert {name for name in ("C1", "C2", "C3", "C4") if f">{name}<" in shown} == {expected}
    for customer in Customer.objects.all():
        restrict_customer(customer, reason="Letter 17", by=clara)
    names = {count.item.name for count in mine}
    assert {count.count for count in attention_for(request) if count.item.name in names} == {0}
    assert [clara_works.get(count.url).context["cl"].result_count for count in mine] == [0, 0, 0]


def test_no_page_needs_inline_script_or_style(
    clara_works: Client, clara: User, marta: Customer, lena: dict[str, Any]
) -> None:
    issued = issued_to(marta, clara)
    views = ("change", "enhanced-verification", "upload-document")
    pages = [page(clara_works, address) for address in (LIST, REGISTER, page_of(issued))]
    pages += [page(clara_works, page_of(marta, view)) for view in views]
    pages.append(clara_works.post(REGISTER, {**lena, "identification_number": "1"}).content.decode())
    assert [INLINE.findall(shown) for shown in pages] == [[]] * len(pages)

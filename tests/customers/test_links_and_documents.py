"""The pages on which links are issued, and documents handed in and got back out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.operations.models import Operation, OperationBatch, State
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from customers.forms import new_submission
from customers.models import Customer, Document, EnhancedVerification

from .conftest import PDF, PNG, upload_of
from .pages import LIST, issued_to, page, page_of, reveal, submission_in

pytestmark = pytest.mark.django_db


def test_a_live_link_is_shown_before_a_second_one_is_issued(
    clara_works: Client, clara: User, sandbox: Sandbox, marta: Customer
) -> None:
    address = page_of(marta, "enhanced-verification")
    assert "There is a live link already" not in page(clara_works, address)
    live = issued_to(marta, clara, expires_at=timezone.now() + timedelta(days=3))
    shown = page(clara_works, address)
    assert "There is a live link already" in shown
    assert page_of(live) in shown
    assert live.link not in shown
    EnhancedVerification.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert "There is a live link already" not in page(clara_works, address)


def test_a_link_is_issued_for_the_days_that_were_asked_for(
    clara_works: Client, sandbox: Sandbox, marta: Customer
) -> None:
    address = page_of(marta, "enhanced-verification")
    assert clara_works.post(address, {"days": "366", "submission": new_submission()}).status_code == 200
    clara_works.post(address, {"days": "30", "submission": new_submission()})
    operation = Operation.objects.get()
    assert operation.request["days"] == 30
    assert perform(operation.pk).state == State.SUCCEEDED
    issued = EnhancedVerification.objects.get()
    assert issued.link not in page(clara_works, page_of(issued))
    assert f'data-copy="{issued.link}"' in reveal(clara_works, issued, "link")


def test_several_selected_customers_are_confirmed_by_their_count_and_become_a_batch(
    clara_works: Client, clara: User, sandbox: Sandbox, at_provider: Callable[..., Customer]
) -> None:
    customers = [at_provider(email=f"customer{number}@example.org") for number in range(12)]
    issued_to(customers[0], clara)
    chosen = [str(customer.pk) for customer in customers]
    confirm = clara_works.post(LIST, {"action": "issue_links", "_selected_action": chosen}).content.decode()
    assert "Issue 12 verification links?" in confirm
    assert "1 of them has a live link already" in confirm
    assert "and 2 more" in confirm
    assert not OperationBatch.objects.exists()
    form = {"customers": ",".join(chosen), "days": "90", "submission": submission_in(confirm)}
    answers = [clara_works.post(f"{LIST}enhanced-verifications/", form) for _ in range(2)]
    batch = OperationBatch.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {
        reverse("admin:operations_operationbatch_change", args=[batch.pk])
    }
    assert batch.operations.count() == 12


@pytest.mark.parametrize("chosen", ["", "x,y", "999999", "9" * 40])
def test_a_batch_for_nobody_is_not_asked_for(clara_works: Client, chosen: str) -> None:
    form = {"customers": chosen, "days": "90", "submission": new_submission()}
    assert clara_works.post(f"{LIST}enhanced-verifications/", form).headers["Location"] == LIST
    assert not OperationBatch.objects.exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "The file is empty"),
        (b"MZ\x90\x00" + b"\x00" * 100, "not PDF, JPEG or PNG"),
        (PNG, "says that it is something else"),
        (PDF[:-10], "its end is missing"),
        (b"%PDF-" + b"0" * 1024 * 1024 + b"%%EOF", "larger than 1 MB"),
    ],
    ids=["empty", "a program", "a picture called PDF", "cut off", "too large"],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_at_its_field(
    clara_works: Client, marta: Customer, settings: Any, content: bytes, complaint: str
) -> None:
    settings.DOCUMENT_SIZE_LIMIT_MEGABYTES = 1
    form = {"type": "payslip", "file": upload_of(content, "payslip.pdf"), "submission": new_submission()}
    answer = clara_works.post(page_of(marta, "upload-document"), form)
    assert complaint in answer.content.decode()
    assert not Operation.objects.exists()
    assert not Document.objects.exists()


def test_a_known_file_is_sent_again_only_when_it_was_ticked(
    clara_works: Client, sandbox: Sandbox, marta: Customer
) -> None:
    address = page_of(marta, "upload-document")

    def hand_in(**more: str) -> Any:
        form = {"type": "payslip", "file": upload_of(PDF), "submission": new_submission()}
        return clara_works.post(address, {**form, **more})

    assert hand_in().status_code == 302
    perform(Operation.objects.get().pk)
    document = Document.objects.get()
    warned = hand_in().content.decode()
    assert "was handed in for this customer before" in warned
    assert document.sha256 in warned
    assert page_of(document) in warned
    assert hand_in(again="0" * 64).status_code == 200, "a tick for another file"
    assert Document.objects.count() == 1
    assert hand_in(again=document.sha256).status_code == 302
    assert Document.objects.count() == 2


def test_a_document_is_served_as_an_attachment_and_never_shown(
    clara_works: Client, clara: User, sandbox: Sandbox, marta: Customer
) -> None:
    form = {"type": "payslip", "file": upload_of(PDF, "Lena's salary.pdf"), "submission": new_submission()}
    clara_works.post(page_of(marta, "upload-document"), form)
    document = Document.objects.get()
    answer = clara_works.get(page_of(document, "download"))
    assert answer.getvalue() == PDF
    assert answer.headers["Content-Disposition"] == f'attachment; filename="payslip-{document.pk}.pdf"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    answer.close()


def test_a_document_whose_file_is_gone_is_not_there(clara_works: Client, clara: User, marta: Customer) -> None:
    document = Document.objects.create(customer=marta, type="other", file="gone.pdf", size=1, uploaded_by=clara)
    assert clara_works.get(page_of(document, "download")).status_code == 404

"""The acts about customers, done against the stand-in provider over HTTP."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from backoffice.operations.models import Operation, State
from backoffice.operations.services import approve_batch, do_again, perform, read_back
from backoffice.sandbox import Sandbox
from backoffice.security.uploads import recognise_file
from customers import services
from customers.models import Customer, Document, EnhancedVerification

from .conftest import JPEG, PDF, PNG, upload_of

pytestmark = pytest.mark.django_db

LENA = {"name": "Lena", "last_name": "Ortega", "email": "lena@example.org"}


def mark() -> str:
    return uuid.uuid4().hex


def register(by: User, **changes: Any) -> Operation:
    asked = services.register_customer(person={**LENA, **changes}, submission=mark(), requested_by=by)
    return perform(asked.operation.pk)


def issue(customer: Customer, by: User, days: int = 90) -> Operation:
    asked = services.issue_enhanced_verification(customer=customer, days=days, submission=mark(), requested_by=by)
    return perform(asked.operation.pk)


def hand_in(customer: Customer, by: User, content: bytes = PDF, **options: Any) -> services.Asked:
    file = upload_of(content, name="upload", media_type="")
    values = {"document_type": "payslip", "submission": mark(), **options}
    return services.upload_document(
        customer=customer, file=file, recognised=recognise_file(file), requested_by=by, **values
    )


# Registering a customer


def test_a_registered_customer_is_in_the_mirror_at_once_with_the_kyc_link(sandbox: Sandbox, clara: User) -> None:
    operation = register(clara, country="Spain", country_code="ESP", dob="1990-05-04")
    assert operation.state == State.SUCCEEDED, operation.error_text
    customer = Customer.objects.get(email="lena@example.org")
    assert (customer.name, customer.last_name, customer.country) == ("Lena", "Ortega", "Spain")
    assert customer.kyc_form_url.startswith("https://")
    assert operation.answer == {"customer_id": customer.remote_id}
    assert operation.subject_id == str(customer.pk)
    assert len(sandbox.control.customers_with_email("lena@example.org")) == 1


def test_what_was_typed_reaches_the_provider(sandbox: Sandbox, clara: User) -> None:
    register(clara, identification_type="GOVERNMENT_ID", identification_number="00000000T", dob="1990-05-04")
    (request,) = sandbox.control.requests("createCustomer")
    assert request.body == {
        **LENA,
        "identification_type": "GOVERNMENT_ID",
        "identification_number": "00000000T",
        "dob": "1990-05-04",
    }


def test_an_e_mail_that_is_taken_is_refused_in_plain_words_and_leads_to_the_customer(
    sandbox: Sandbox, clara: User, marta: Customer
) -> None:
    operation = register(clara, email="Marta@example.org")
    assert (operation.state, operation.error_code) == (State.REFUSED, "user_already_exists")
    assert Customer.objects.count() == 1
    assert sandbox.control.calls("createCustomer") == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "lena@mailinator.com"}, "email_not_allowed"),
        ({"name": "😀" * 256}, "unexpected_error"),
        ({"email": "lena"}, "validation_failed"),
    ],
)
def test_what_the_provider_refuses_is_refused_with_its_code(
    sandbox: Sandbox, clara: User, changes: dict[str, str], code: str
) -> None:
    operation = register(clara, **changes)
    assert (operation.state, operation.error_code) == (State.REFUSED, code)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀" * 255, "לנה אורטגה"])
def test_a_customer_may_have_any_name(sandbox: Sandbox, clara: User, name: str) -> None:
    assert register(clara, name=name).state == State.SUCCEEDED
    assert Customer.objects.get().name == name


@pytest.mark.parametrize("fault", ["drop_after", "error_500_after", "cut_body", "html_body", "nonsense"])
def test_a_customer_whose_answer_was_lost_is_found_by_e_mail_and_not_registered_twice(
    sandbox: Sandbox, clara: User, fault: str
) -> None:
    sandbox.control.fault(fault, "createCustomer")
    operation = register(clara)
    assert operation.state == State.UNKNOWN
    assert read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert Customer.objects.get().email == "lena@example.org"
    assert len(sandbox.control.customers_with_email("lena@example.org")) == 1
    assert sandbox.control.calls("createCustomer") == 1


def test_a_customer_who_was_never_registered_is_registered_after_the_read_back(sandbox: Sandbox, clara: User) -> None:
    sandbox.control.fault("drop_before", "createCustomer")
    operation = register(clara)
    assert operation.state == State.UNKNOWN
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    Operation.objects.filter(pk=operation.pk).update(not_before=None)
    assert perform(operation.pk).state == State.SUCCEEDED
    assert len(sandbox.control.customers_with_email("lena@example.org")) == 1


def test_a_customer_known_before_is_not_taken_for_the_outcome_of_a_lost_answer(
    sandbox: Sandbox, clara: User, marta: Customer
) -> None:
    sandbox.control.fault("cut_body", "createCustomer")
    operation = register(clara, email="marta@example.org")
    assert operation.state == State.UNKNOWN
    settled = read_back(operation_id=operation.pk)
    assert settled.state == State.UNKNOWN
    assert "we knew that customer before" in settled.events.latest("pk").note


def test_a_double_click_registers_once(sandbox: Sandbox, clara: User) -> None:
    submission = mark()
    first = services.register_customer(person=LENA, submission=submission, requested_by=clara)
    second = services.register_customer(person=LENA, submission=submission, requested_by=clara)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.operation == second.operation


def test_a_second_click_after_the_first_has_succeeded_gives_the_first(sandbox: Sandbox, clara: User) -> None:
    submission = mark()
    first = services.register_customer(person=LENA, submission=submission, requested_by=clara)
    perform(first.operation.pk)
    second = services.register_customer(person=LENA, submission=submission, requested_by=clara)
    assert second == services.Asked(operation=first.operation, is_new=False)


def test_two_people_who_register_the_same_e_mail_share_one_operation(sandbox: Sandbox, clara: User, ada: User) -> None:
    first = services.register_customer(person=LENA, submission=mark(), requested_by=clara)
    second = services.register_customer(
        person={**LENA, "email": "LENA@example.org"}, submission=mark(), requested_by=ada
    )
    assert (second.operation, second.is_new) == (first.operation, False)


def test_the_same_form_filled_in_for_somebody_else_is_another_wish(sandbox: Sandbox, clara: User) -> None:
    submission = mark()
    first = services.register_customer(person=LENA, submission=submission, requested_by=clara)
    second = services.register_customer(
        person={**LENA, "email": "marta@example.org"}, submission=submission, requested_by=clara
    )
    assert second.is_new
    assert second.operation != first.operation


def test_finance_may_not_register_a_customer(sandbox: Sandbox, felix: User) -> None:
    with pytest.raises(PermissionDenied):
        register(felix)
    assert not Operation.objects.exists()
    assert sandbox.control.calls() == 0


def test_a_customer_at_the_provider_who_is_not_mirrored_is_fetched_by_e_mail(sandbox: Sandbox) -> None:
    row = sandbox.control.add_customer(email="marta@example.org", name="Marta", last_name="Ruiz")
    found = services.fetch_customer_by_email(email="MARTA@example.org")
    assert found is not None
    assert (found.remote_id, found.name) == (str(row["id"]), "Marta")


def test_nobody_is_fetched_for_an_e_mail_that_the_provider_does_not_know(sandbox: Sandbox) -> None:
    assert services.fetch_customer_by_email(email="nobody@example.org") is None


# Enhanced verification links


def test_an_issued_link_is_kept_encrypted_with_its_end(sandbox: Sandbox, clara: User, marta: Customer) -> None:
    operation = issue(marta, clara, days=30)
    assert operation.state == State.SUCCEEDED, operation.error_text
    issued = EnhancedVerification.objects.get(customer=marta)
    (form,) = sandbox.control.enhanced_verifications()
    assert (issued.link, issued.form_id, issued.status) == (form["onboarding_link"], form["form_id"], "draft")
    assert issued.expires_at is not None
    assert abs(issued.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT link FROM customers_enhancedverification")
        assert "https" not in cursor.fetchone()[0]
    assert issued.link not in str(operation.answer) + str(operation.request)


def test_a_link_for_a_customer_whom_the_provider_does_not_know_is_refused(
    sandbox: Sandbox, clara: User, mirrored: Callable[..., Customer]
) -> None:
    operation = issue(mirrored("999999"), clara)
    assert (operation.state, operation.error_code) == (State.REFUSED, "user_not_found")
    assert not EnhancedVerification.objects.exists()


def test_a_link_whose_answer_was_lost_waits_for_a_person_and_is_not_issued_again_by_itself(
    sandbox: Sandbox, clara: User, marta: Customer
) -> None:
    sandbox.control.fault("drop_after", "createEnhancedVerificationLink")
    operation = issue(marta, clara)
    assert (operation.state, operation.not_before) == (State.UNKNOWN, None)
    assert perform(operation.pk).state == State.UNKNOWN
    assert len(sandbox.control.enhanced_verifications()) == 1


def test_a_person_may_have_a_lost_link_issued_again(sandbox: Sandbox, clara: User, marta: Customer) -> None:
    sandbox.control.fault("drop_after", "createEnhancedVerificationLink")
    operation = issue(marta, clara)
    do_again(operation_id=operation.pk, by=clara, reason="The customer never got the first one.")
    assert perform(operation.pk).state == State.SUCCEEDED
    assert EnhancedVerification.objects.get().link == sandbox.control.enhanced_verifications()[-1]["onboarding_link"]


def test_300_selected_customers_get_one_link_each(
    sandbox: Sandbox, clara: User, sofia: User, at_provider: Callable[..., Customer]
) -> None:
    customers = [at_provider(email=f"customer{number}@example.org") for number in range(300)]
    submission = mark()
    batch = services.issue_enhanced_verifications(
        customers=customers, days=90, submission=submission, requested_by=clara
    )
    again = services.issue_enhanced_verifications(
        customers=customers, days=90, submission=submission, requested_by=clara
    )
    assert again == batch
    approve_batch(batch_id=batch.pk, by=sofia)
    for operation in batch.operations.all():
        perform(operation.pk)
    assert set(batch.operations.values_list("state", flat=True)) == {State.SUCCEEDED}
    assert EnhancedVerification.objects.values("customer").distinct().count() == 300
    assert len(sandbox.control.enhanced_verifications()) == 300


def test_each_link_of_a_batch_has_its_own_outcome(
    sandbox: Sandbox, clara: User, marta: Customer, mirrored: Callable[..., Customer]
) -> None:
    batch = services.issue_enhanced_verifications(
        customers=[marta, mirrored("999999")], days=90, submission=mark(), requested_by=clara
    )
    states = [perform(operation.pk).state for operation in batch.operations.order_by("pk")]
    assert states == [State.SUCCEEDED, State.REFUSED]


# Documents


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")],
    ids=["PDF", "JPEG", "PNG"],
)
def test_a_document_reaches_the_provider_as_it_was_handed_in(
    sandbox: Sandbox, clara: User, marta: Customer, content: bytes, media_type: str
) -> None:
    asked = hand_in(marta, clara, content)
    operation = perform(asked.operation.pk)
    assert operation.state == State.SUCCEEDED, operation.error_text
    document = Document.objects.get(operation=operation)
    (received,) = sandbox.control.documents()
    assert received == {
        "user_id": int(marta.remote_id),
        "type": "payslip",
        "mime": media_type,
        "size": len(content),
        "sha256": document.sha256,
    }
    assert document.sent_at is not None
    with document.file.open("rb") as file:
        assert file.read() == content


def test_nothing_of_the_sender_s_file_name_is_kept(sandbox: Sandbox, clara: User, marta: Customer) -> None:
    file = upload_of(PDF, name="../../Lena's salary <b>.pdf")
    asked = services.upload_document(
        customer=marta,
        document_type="payslip",
        file=file,
        recognised=recognise_file(file),
        submission=mark(),
        requested_by=clara,
    )
    document = Document.objects.get(operation=asked.operation)
    assert "salary" not in str(document.file.name)
    assert "salary" not in str(asked.operation.request)


def test_the_same_file_for_the_same_customer_is_noticed(sandbox: Sandbox, clara: User, marta: Customer) -> None:
    first = hand_in(marta, clara)
    perform(first.operation.pk)
    with pytest.raises(services.KnownDocumentError) as known:
        hand_in(marta, clara)
    assert [document.operation for document in known.value.documents] == [first.operation]
    assert len(stored_files()) == 1
    again = hand_in(marta, clara, send_again=True)
    assert perform(again.operation.pk).state == State.SUCCEEDED
    assert len(sandbox.control.documents()) == 2


def test_the_same_file_for_another_customer_is_no_repetition(
    sandbox: Sandbox, clara: User, marta: Customer, at_provider: Callable[..., Customer]
) -> None:
    hand_in(marta, clara)
    assert hand_in(at_provider(email="lena@example.org"), clara).is_new


def test_a_file_that_was_refused_may_be_handed_in_anew(sandbox: Sandbox, clara: User, marta: Customer) -> None:
    sandbox.control.fault("error_code", "uploadCustomerDocument", code="invalid_file", status=422)
    refused = perform(hand_in(marta, clara).operation.pk)
    assert (refused.state, refused.error_code) == (State.REFUSED, "invalid_file")
    assert hand_in(marta, clara).is_new


def test_a_refused_file_that_may_have_come_by_an_earlier_sending_is_asked_about(
    sandbox: Sandbox, clara: User, marta: Customer
) -> None:
    sandbox.control.fault("drop_after", "uploadCustomerDocument")
    lost = perform(hand_in(marta, clara).operation.pk)
    do_again(operation_id=lost.pk, by=clara, reason="Nobody has seen it")
    sandbox.control.fault("error_code", "uploadCustomerDocument", code="invalid_file", status=422)
    refused = perform(lost.pk)
    assert (refused.state, refused.in_doubt) == (State.REFUSED, True)
    assert len(sandbox.control.documents()) == 1
    with pytest.raises(services.KnownDocumentError):
        hand_in(marta, clara)


def test_a_document_for_a_customer_of_another_integration_is_refused(
    sandbox: Sandbox, clara: User, at_provider: Callable[..., Customer]
) -> None:
    foreign = at_provider(email="foreign@example.org", _foreign=True)
    operation = perform(hand_in(foreign, clara).operation.pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, "user_not_in_integration")
    assert Document.objects.get().sent_at is None


def test_a_document_for_an_unknown_customer_is_refused(
    sandbox: Sandbox, clara: User, mirrored: Callable[..., Customer]
) -> None:
    operation = perform(hand_in(mirrored("999999"), clara).operation.pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, "user_not_found")


def test_a_document_whose_answer_was_lost_waits_for_a_person(sandbox: Sandbox, clara: User, marta: Customer) -> None:
    sandbox.control.fault("drop_after", "uploadCustomerDocument")
    operation = perform(hand_in(marta, clara).operation.pk)
    assert (operation.state, operation.not_before) == (State.UNKNOWN, None)
    assert Document.objects.get().sent_at is None
    assert len(sandbox.control.documents()) == 1
    with pytest.raises(services.KnownDocumentError):
        hand_in(marta, clara)


def test_a_double_click_sends_a_document_once_and_keeps_one_file(
    sandbox: Sandbox, clara: User, marta: Customer
) -> None:
    submission = mark()
    first = hand_in(marta, clara, submission=submission)
    second = hand_in(marta, clara, submission=submission)
    assert (second.operation, second.is_new) == (first.operation, False)
    assert len(stored_files()) == Document.objects.count() == 1


def test_finance_may_not_upload_a_document_and_leaves_no_file_behind(
    sandbox: Sandbox, felix: User, marta: Customer
) -> None:
    with pytest.raises(PermissionDenied):
        hand_in(marta, felix)
    assert stored_files() == []
    assert not Document.objects.exists()


def test_a_file_that_was_changed_or_lost_in_our_storage_is_not_sent(
    sandbox: Sandbox, clara: User, marta: Customer
) -> None:
    changed, lost = hand_in(marta, clara), hand_in(marta, clara, PNG)
    Path(Document.objects.get(operation=changed.operation).file.path).write_bytes(PDF + b"x")
    Path(Document.objects.get(operation=lost.operation).file.path).unlink()
    for asked in (changed, lost):
        operation = perform(asked.operation.pk)
        assert (operation.state, operation.error_code) == (State.REFUSED, "cannot_be_sent")
        assert "Upload it again" in operation.error_text
    assert sandbox.control.calls("uploadCustomerDocument") == 0


def stored_files() -> list[Path]:
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]

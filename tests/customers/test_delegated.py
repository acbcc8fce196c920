"""Delegated KYC: filled step by step, looked at again, approved by a second person, sent once, nothing left over."""

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.operations.models import Operation, State
from backoffice.operations.services import approve, perform, read_back, refuse_approval
from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS
from backoffice.retention.services import purge_due
from backoffice.sandbox import Sandbox
from customers import services
from customers.erasure import restrict_customer
from customers.forms import new_submission
from customers.models import Customer, DelegatedVerification, IdentityCapture
from tests.people import sign_in
from tests.timelines import told_to

from .conftest import JPEG, PDF, PNG, upload_of
from .pages import page, page_of, submission_in

pytestmark = pytest.mark.django_db

DELEGATED = "/admin/customers/delegatedverification/"
NADIA = {
    "kind": "person",
    "name": "Nadia",
    "last_name": "Benali",
    "email": "nadia@example.org",
    "country": "ESP",
    "identification_type": "ESP:DNI",
    "identification_number": "00000000T",
}
AURORA = {**NADIA, "kind": "company", "company_name": "Aurora Textil S.L.", "identification_type": "ESP:CIF"}


def jpeg(name: str = "front.jpg", content: bytes = JPEG) -> Any:
    """A photograph as a browser hands it in."""
    return upload_of(content, name, "image/jpeg")


def begin(browser: Client, **typed: str) -> DelegatedVerification:
    """The first step."""
    answer = browser.post(f"{DELEGATED}begin/", {**NADIA, "submission": new_submission(), **typed})
    draft = DelegatedVerification.objects.latest("pk")
    assert answer.headers["Location"] == page_of(draft, "document")
    return draft


def hand_in_everything(browser: Client, draft: DelegatedVerification) -> None:
    """The second and the third step."""
    back = jpeg("back.jpg", JPEG + b"back")
    answer = browser.post(page_of(draft, "document"), {"document_front": jpeg(), "document_back": back})
    assert answer.headers["Location"] == page_of(draft, "captures")
    face, liveness = jpeg("face.jpg", JPEG + b"face"), upload_of(PNG, "liveness.png", "image/png")
    answer = browser.post(page_of(draft, "captures"), {"face": face, "liveness": liveness})
    assert answer.headers["Location"] == page_of(draft, "confirm")


def confirm(browser: Client, draft: DelegatedVerification, **more: Any) -> Any:
    """The last step, with what its page says."""
    shown = page(browser, page_of(draft, "confirm"))
    seal = re.search(r'name="seal" value="([0-9a-f]{64})"', shown)
    assert seal
    return browser.post(page_of(draft, "confirm"), {"seal": seal[1], "submission": submission_in(shown), **more})


def ask(browser: Client, **typed: str) -> Operation:
    """All four steps."""
    draft = begin(browser, **typed)
    hand_in_everything(browser, draft)
    confirm(browser, draft)
    return Operation.objects.latest("pk")


def stored_files() -> list[Path]:
    """The pictures in our storage."""
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]


# From the first step to the customer


def test_nadia_is_registered_after_four_steps_and_a_second_person(
    clara_works: Client, clara: User, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask(clara_works)
    assert operation.state == State.AWAITING_APPROVAL
    assert perform(operation.pk).state == State.AWAITING_APPROVAL
    assert sandbox.control.calls("createCustomerDelegatedKyc") == 0
    approve(operation_id=operation.pk, by=sofia)
    assert perform(operation.pk).state == State.SUCCEEDED
    nadia = Customer.objects.get()
    assert (nadia.email, nadia.kyc_status) == ("nadia@example.org", "valid")
    draft = DelegatedVerification.objects.get()
    assert (draft.customer, draft.operation, draft.typed) == (nadia, operation, {})
    (received,) = sandbox.control.captures()
    assert received["user_id"] == int(nadia.remote_id)
    for capture in draft.captures.all():
        assert received[capture.kind]["sha256"] == capture.sha256
    assert received["liveness"]["mime"] == "image/png"
    assert page_of(draft) in page(clara_works, page_of(nadia))


def test_a_company_is_registered_with_its_name(clara_works: Client, sofia: User, sandbox: Sandbox) -> None:
    operation = ask(clara_works, **{**AURORA, "identification_number": "B12345674"})
    approve(operation_id=operation.pk, by=sofia)
    assert perform(operation.pk).state == State.SUCCEEDED
    company = Customer.objects.get()
    assert (company.kind, company.company_name) == ("company", "Aurora Textil S.L.")


def test_a_passport_needs_no_back(clara_works: Client, sofia: User, sandbox: Sandbox) -> None:
    draft = begin(clara_works, identification_type="ESP:PASSPORT", identification_number="PAA123456")
    assert "a passport has no back" in page(clara_works, page_of(draft, "document"))
    clara_works.post(page_of(draft, "document"), {"document_front": jpeg()})
    face, liveness = jpeg("face.jpg"), jpeg("liveness.jpg")
    clara_works.post(page_of(draft, "captures"), {"face": face, "liveness": liveness})
    confirm(clara_works, draft)
    operation = Operation.objects.get()
    approve(operation_id=operation.pk, by=sofia)
    assert perform(operation.pk).state == State.SUCCEEDED
    assert "document_back" not in sandbox.control.captures()[0]


def test_a_picture_that_an_approver_looks_at_is_recorded(
    clara_works: Client, client: Client, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask(clara_works)
    draft = DelegatedVerification.objects.get()
    client.force_login(sofia)
    answer = client.get(page_of(draft, "capture"), {"kind": "face"})
    assert answer.content == JPEG + b"face"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    seen = AuditRecord.objects.get(action="capture.viewed")
    assert (seen.actor_name, seen.subject_id, seen.details) == ("sofia", str(draft.pk), {"kind": "face"})
    shown = page(client, page_of(draft))
    assert shown.count("Look at it") == 4
    for nothing in ("", "nose", "face\x00"):
        assert client.get(page_of(draft, "capture"), {"kind": nothing}).status_code == 404
    assert operation.request["verification"] == draft.pk


def test_the_customer_s_history_says_who_saw_the_captures_and_who_approved(
    clara_works: Client, clara: User, sofia: User, aurelio: User, sandbox: Sandbox
) -> None:
    first = ask(clara_works)
    refuse_approval(operation_id=first.pk, by=sofia, reason="The back is blurred")
    draft = DelegatedVerification.objects.get()
    confirm(clara_works, draft)
    operation = Operation.objects.latest("pk")
    sign_in(clara_works, sofia).get(page_of(draft, "capture"), {"kind": "face"})
    approve(operation_id=operation.pk, by=sofia)
    assert perform(operation.pk).state == State.SUCCEEDED
    for row in (Customer.objects.get(), draft):
        to_auditors = told_to(clara_works, aurelio, row)
        assert ("Capture viewed", "sofia") in to_auditors
        assert ("Operation approved", "sofia") in to_auditors
        assert ("Approval refused", "sofia") in to_auditors
        assert to_auditors.count(("Operation asked for", "clara")) == 2
        to_compliance = told_to(clara_works, clara, row)
        assert ("Register with delegated KYC: queued", "sofia") in to_compliance
        assert ("Register with delegated KYC: not approved", "sofia") in to_compliance
        assert sum("succeeded" in title for title, _by in to_compliance) == 1


# Each step keeps what was entered


def test_each_step_keeps_what_was_entered(clara_works: Client, sandbox: Sandbox) -> None:
    draft = begin(clara_works)
    assert 'value="nadia@example.org"' in page(clara_works, page_of(draft, "details"))
    assert 'value="ESP:DNI" selected' in page(clara_works, page_of(draft, "details"))
    answer = clara_works.post(page_of(draft, "document"), {"document_front": jpeg()})
    assert "This field is required" in answer.content.decode()
    assert answer.content.decode().count("Handed in. Choose another one to replace it.") == 1
    assert [capture.kind for capture in draft.captures.all()] == ["document_front"]
    answer = clara_works.post(page_of(draft, "document"), {"document_back": jpeg("back.jpg")})
    assert answer.headers["Location"] == page_of(draft, "captures")
    assert draft.captures.count() == 2


def test_a_wrong_picture_does_not_cost_the_right_one(clara_works: Client) -> None:
    draft = begin(clara_works)
    files = {"document_front": jpeg(), "document_back": upload_of(PDF, "back.pdf")}
    shown = clara_works.post(page_of(draft, "document"), files).content.decode()
    assert "This is a PDF" in shown
    assert [capture.kind for capture in draft.captures.all()] == ["document_front"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "The file is empty"),
        (b"MZ\x90\x00" + b"\x00" * 100, "not PDF, JPEG or PNG"),
        (PNG, "says that it is something else"),
        (JPEG[:-2], "its end is missing"),
        (b"\xff\xd8\xff" + b"0" * 1024 * 1024 + b"\xff\xd9", "larger than 1 MB"),
    ],
    ids=["empty", "a program", "another picture", "cut off", "too large"],
)
def test_what_is_no_picture_is_refused_at_its_field(
    clara_works: Client, settings: Any, content: bytes, complaint: str
) -> None:
    settings.DOCUMENT_SIZE_LIMIT_MEGABYTES = 1
    draft = begin(clara_works)
    answer = clara_works.post(page_of(draft, "captures"), {"face": jpeg("face.jpg", content), "liveness": jpeg()})
    assert complaint in answer.content.decode()
    assert [capture.kind for capture in draft.captures.all()] == ["liveness"]


def test_a_picture_that_is_handed_in_again_replaces_the_first_one_and_its_file(
    clara_works: Client, django_capture_on_commit_callbacks: Any
) -> None:
    draft = begin(clara_works)
    with django_capture_on_commit_callbacks(execute=True):
        hand_in_everything(clara_works, draft)
        clara_works.post(page_of(draft, "captures"), {"face": jpeg("face.jpg", JPEG + b"better")})
    assert draft.captures.count() == 4
    assert len(stored_files()) == 4


def test_nothing_is_asked_for_while_something_is_missing(clara_works: Client) -> None:
    draft = begin(clara_works)
    assert clara_works.get(page_of(draft, "confirm")).headers["Location"] == page_of(draft, "document")
    files = {"document_front": jpeg(), "document_back": jpeg("back.jpg")}
    clara_works.post(page_of(draft, "document"), files)
    assert clara_works.get(page_of(draft, "confirm")).headers["Location"] == page_of(draft, "captures")
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"kind": "company"}, "Give the name of the company"),
        ({"identification_type": "ESP:CIF"}, "This type is for companies"),
        ({"name": ""}, "This field is required"),
        ({"email": "nadia"}, "Enter a valid email address"),
    ],
    ids=["a company without a name", "a person with a company's number", "no name", "no address"],
)
def test_wrong_data_are_not_kept(clara_works: Client, typed: dict[str, str], complaint: str) -> None:
    form = {**NADIA, "submission": new_submission(), **typed}
    assert complaint in clara_works.post(f"{DELEGATED}begin/", form).content.decode()
    assert not DelegatedVerification.objects.exists()


# Twice, changed, somebody else's


def test_the_first_step_sent_twice_makes_one_draft(clara_works: Client) -> None:
    form = {**NADIA, "submission": new_submission()}
    answers = [clara_works.post(f"{DELEGATED}begin/", form) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert DelegatedVerification.objects.count() == 1


def test_confirming_twice_asks_once(clara_works: Client, sandbox: Sandbox) -> None:
    draft = begin(clara_works)
    hand_in_everything(clara_works, draft)
    confirm(clara_works, draft)
    answer = clara_works.post(page_of(draft, "confirm"), {"seal": "0" * 64, "submission": new_submission()})
    assert answer.headers["Location"] == page_of(draft)
    assert Operation.objects.count() == 1


def test_what_was_changed_after_the_look_is_looked_at_again(clara_works: Client, clara: User) -> None:
    draft = begin(clara_works)
    hand_in_everything(clara_works, draft)
    shown = page(clara_works, page_of(draft, "confirm"))
    seal = re.search(r'name="seal" value="([0-9a-f]{64})"', shown)
    assert seal
    clara_works.post(page_of(draft, "captures"), {"face": jpeg("face.jpg", JPEG + b"another")})
    answer = clara_works.post(
        page_of(draft, "confirm"), {"seal": seal[1], "submission": submission_in(shown)}, follow=True
    )
    assert "changed after you looked at it" in answer.content.decode()
    assert not Operation.objects.exists()


def test_what_speaks_against_it_is_ticked(clara_works: Client, mirrored: Callable[..., Customer]) -> None:
    known = mirrored("4711", name="Nadia", email="NADIA@example.org")
    draft = begin(clara_works)
    hand_in_everything(clara_works, draft)
    shown = confirm(clara_works, draft).content.decode()
    assert "Nothing was sent" in shown
    assert page_of(known) in shown
    assert not Operation.objects.exists()
    confirm(clara_works, draft, confirmed=[f"email-{known.pk}"])
    assert Operation.objects.count() == 1


def test_nothing_can_be_changed_once_it_was_asked_for(clara_works: Client, clara: User) -> None:
    ask(clara_works)
    draft = DelegatedVerification.objects.get()
    for step in ("details", "document", "captures", "confirm"):
        assert clara_works.post(page_of(draft, step), {**NADIA, "face": jpeg()}).headers["Location"] == page_of(draft)
    clara_works.post(page_of(draft, "discard"))
    with pytest.raises(services.NotOpenError):
        services.change_details(verification=draft, typed={}, details={}, by=clara)
    assert draft.captures.count() == 4
    assert "Go on" not in page(clara_works, page_of(draft))


def test_a_draft_is_nobody_else_s_business(clara_works: Client, client: Client, ada: User) -> None:
    draft = begin(clara_works)
    client.force_login(ada)
    for view in ("change", "details", "document", "captures", "confirm", "capture"):
        assert client.get(page_of(draft, view)).status_code == 404, view
    assert "Benali" not in page(client, DELEGATED)


@pytest.mark.parametrize("person", ["felix", "sofia", "aurelio"])
def test_only_compliance_starts_delegated_kyc(
    client: Client, clara: User, request: pytest.FixtureRequest, person: str
) -> None:
    client.force_login(clara)
    ask(client)
    draft = DelegatedVerification.objects.get()
    client.force_login(request.getfixturevalue(person))
    assert client.post(f"{DELEGATED}begin/", {**NADIA, "submission": new_submission()}).status_code == 403
    for step in ("details", "document", "captures", "confirm", "discard"):
        assert client.post(page_of(draft, step)).status_code == 403
    looked = client.get(page_of(draft, "capture"), {"kind": "face"})
    assert looked.status_code == (200 if person == "sofia" else 403)
    assert DelegatedVerification.objects.count() == 1


# What goes wrong


def test_a_picture_that_was_changed_or_lost_in_our_storage_is_not_sent(
    clara_works: Client, sofia: User, sandbox: Sandbox
) -> None:
    for spoil in (lambda path: path.write_bytes(b"x"), Path.unlink):
        operation = ask(clara_works, email=f"{new_submission()}@example.org")
        approve(operation_id=operation.pk, by=sofia)
        face = IdentityCapture.objects.get(verification__operation=operation, kind="face")
        spoil(Path(face.file.path))
        operation = perform(operation.pk)
        assert (operation.state, operation.error_code) == (State.REFUSED, "cannot_be_sent")
        assert "Hand it in again" in operation.error_text
    assert sandbox.control.calls("createCustomerDelegatedKyc") == 0


def test_data_that_were_changed_behind_the_approval_are_not_sent(
    clara_works: Client, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask(clara_works)
    approve(operation_id=operation.pk, by=sofia)
    draft = DelegatedVerification.objects.get()
    draft.details = {**draft.details, "email": "somebody@example.org"}
    draft.save()
    operation = perform(operation.pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, "cannot_be_sent")
    assert sandbox.control.calls("createCustomerDelegatedKyc") == 0


def test_an_answer_that_was_lost_is_read_back_by_e_mail(clara_works: Client, sofia: User, sandbox: Sandbox) -> None:
    sandbox.control.fault("drop_after", "createCustomerDelegatedKyc")
    operation = ask(clara_works)
    approve(operation_id=operation.pk, by=sofia)
    assert perform(operation.pk).state == State.UNKNOWN
    assert read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert len(sandbox.control.customers()) == 1
    assert DelegatedVerification.objects.get().customer == Customer.objects.get()


def test_what_the_provider_refuses_can_be_corrected_and_asked_for_again(
    clara_works: Client, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask(clara_works, email="nadia@mailinator.com")
    approve(operation_id=operation.pk, by=sofia)
    operation = perform(operation.pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, "email_not_allowed")
    draft = DelegatedVerification.objects.get()
    assert "Ask the customer for another address" in page(
        clara_works, reverse("admin:operations_operation_change", args=[operation.pk])
    )
    clara_works.post(page_of(draft, "details"), {**NADIA, "submission": new_submission()})
    confirm(clara_works, draft)
    again = Operation.objects.latest("pk")
    assert again.pk != operation.pk
    approve(operation_id=again.pk, by=sofia)
    assert perform(again.pk).state == State.SUCCEEDED


def test_a_refusal_that_repeats_the_data_is_kept_without_them(
    clara_works: Client, client: Client, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask(clara_works, iban="ES9121000418450200051332")
    approve(operation_id=operation.pk, by=sofia)
    said = "00000000T and ES9121000418450200051332 belong to somebody else"
    sandbox.control.fault("error_code", "createCustomerDelegatedKyc", code=said, status=422)
    operation = perform(operation.pk)
    assert operation.state == State.REFUSED
    kept = operation.error_text + " ".join(operation.events.values_list("note", flat=True))
    assert "000T and " in kept
    assert "belong to somebody else" in kept
    assert "00000000T" not in kept
    assert "21000418450200" not in kept


def test_what_was_not_approved_can_be_corrected(clara_works: Client, sofia: User, sandbox: Sandbox) -> None:
    operation = ask(clara_works)
    refuse_approval(operation_id=operation.pk, by=sofia, reason="The face cannot be recognised.")
    draft = DelegatedVerification.objects.get()
    clara_works.post(page_of(draft, "captures"), {"face": jpeg("face.jpg", JPEG + b"sharper")})
    confirm(clara_works, draft)
    assert Operation.objects.count() == 2


# What is kept, and where


def test_pictures_and_data_are_in_no_request_no_log_and_no_column_in_clear(
    clara_works: Client, sofia: User, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    content = JPEG + b"canary of Nadia's face" * 50
    draft = begin(clara_works, identification_number="00000000T", address="Calle del Canario 17")
    hand_in_everything(clara_works, draft)
    clara_works.post(page_of(draft, "captures"), {"face": jpeg("Nadia Benali.jpg", content)})
    confirm(clara_works, draft)
    operation = Operation.objects.get()
    approve(operation_id=operation.pk, by=sofia)
    sandbox.control.fault("error_500", "createCustomerDelegatedKyc")
    perform(operation.pk)
    said = caplog.text + "".join(capfd.readouterr())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            said += repr(cursor.fetchall())
    said += str(operation.request)
    for secret in ("canary", base64.b64encode(content).decode()[40:80], "Calle del Canario", "00000000T"):
        assert secret not in said
    assert not any("Nadia" in str(path) for path in stored_files())


def test_a_draft_that_nobody_touches_is_removed_after_a_day_with_its_files(
    clara_works: Client, django_capture_on_commit_callbacks: Any
) -> None:
    old, new = begin(clara_works), begin(clara_works)
    hand_in_everything(clara_works, old)
    hand_in_everything(clara_works, new)
    DelegatedVerification.objects.filter(pk=old.pk).update(touched_at=timezone.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.remove_abandoned_drafts() == 1
    assert list(DelegatedVerification.objects.all()) == [new]
    assert len(stored_files()) == 4
    removed = AuditRecord.objects.get(action="delegated_verification.removed")
    assert removed.details == {"reason": "abandoned", "captures": 4}


def test_what_was_asked_for_is_not_removed_however_old_it_is(
    clara_works: Client, sofia: User, sandbox: Sandbox
) -> None:
    ask(clara_works)
    DelegatedVerification.objects.update(touched_at=timezone.now() - timedelta(days=400))
    assert services.remove_abandoned_drafts() == 0
    approve(operation_id=Operation.objects.get().pk, by=sofia)
    perform(Operation.objects.get().pk)
    DelegatedVerification.objects.update(touched_at=timezone.now() - timedelta(days=400))
    assert services.remove_abandoned_drafts() == 0


def test_a_discarded_draft_leaves_nothing(clara_works: Client, django_capture_on_commit_callbacks: Any) -> None:
    draft = begin(clara_works)
    hand_in_everything(clara_works, draft)
    with django_capture_on_commit_callbacks(execute=True):
        clara_works.post(page_of(draft, "discard"))
    assert not DelegatedVerification.objects.exists()
    assert stored_files() == []


def test_the_page_on_which_a_supervisor_decides_shows_data_hashes_and_the_way_to_each_picture(
    clara_works: Client, client: Client, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask(clara_works)
    draft = DelegatedVerification.objects.get()
    sign_in(client, sofia)
    shown = page(client, reverse("admin:operations_operation_decide", args=[operation.pk]))
    assert "Nadia Benali" in shown
    for capture in draft.captures.all():
        assert f'<a href="{page_of(draft, "capture")}?kind={capture.kind}"' in shown
        assert capture.sha256 in shown
    assert f'<a href="{page_of(draft)}"' in shown
    answer = client.post(
        reverse("admin:operations_operation_decide", args=[operation.pk]), {"decision": "approve"}, follow=True
    )
    assert answer.status_code == 200
    assert perform(operation.pk).state == State.SUCCEEDED


@pytest.mark.parametrize("step", ["details", "document", "captures", "confirm"])
def test_of_who_asked_to_be_forgotten_nothing_is_shown_to_who_wanted_to_register_them_either(
    clara_works: Client, clara: User, mirrored: Callable[..., Customer], step: str
) -> None:
    ask(clara_works)
    draft = DelegatedVerification.objects.get()
    restrict_customer(mirrored(email=NADIA["email"]), reason="She asked for it.", by=clara)
    answer = clara_works.get(page_of(draft, step))
    assert answer.status_code == 403
    assert "Benali" not in answer.content.decode()
    assert page_of(draft, "details") not in page(clara_works, page_of(draft))


def test_data_and_pictures_are_purged_with_the_customer_and_hidden_before(
    clara_works: Client, clara: User, sofia: User, sandbox: Sandbox, django_capture_on_commit_callbacks: Any
) -> None:
    operation = ask(clara_works)
    approve(operation_id=operation.pk, by=sofia)
    perform(operation.pk)
    draft = DelegatedVerification.objects.get()
    restrict_customer(Customer.objects.get(), reason="She asked for it.", by=clara)
    assert clara_works.get(page_of(draft, "capture"), {"kind": "face"}).status_code == 403
    shown = page(clara_works, page_of(draft))
    for hidden in ("Benali", "Look at it", "DNI", *draft.captures.values_list("sha256", flat=True)):
        assert hidden not in shown
    five_years = timedelta(days=FIVE_YEARS_IN_DAYS)
    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(timezone.now() + five_years):
        assert purge_due()["delegated_verifications"] == 1
    draft.refresh_from_db()
    assert (draft.details, draft.captures.count(), stored_files()) == ({}, 0, [])
    assert draft.purged_at is not None
    assert page(clara_works, page_of(draft))
    assert page(clara_works, reverse("admin:operations_operation_change", args=[operation.pk]))

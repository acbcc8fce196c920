"""The pages of customers, as people see and use them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from backoffice.attention import attention_for
from backoffice.operations.models import Operation, OperationBatch, State
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from customers import services
from customers.forms import new_submission
from customers.models import Customer, Document, EnhancedVerification

from .conftest import PDF, PNG, upload_of

pytestmark = pytest.mark.django_db

LIST = "/admin/customers/customer/"
REGISTER = f"{LIST}register/"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)|\sstyle=|\son[a-z]+=", re.IGNORECASE)


@pytest.fixture
def clara_works(client: Client, clara: User) -> Client:
    """Clara's browser."""
    client.force_login(clara)
    return client


def page(client: Client, address: str, **options: Any) -> str:
    answer = client.get(address, **options)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def page_of(row: Any, view: str = "change") -> str:
    return reverse(f"admin:customers_{row._meta.model_name}_{view}", args=[row.pk])


def issued_to(customer: Customer, by: User, **columns: Any) -> EnhancedVerification:
    operation = Operation.objects.create(
        kind="create_enhanced_verification_link", requested_by=by, dedupe_key=new_submission(), state=State.SUCCEEDED
    )
    values = {"form_id": "form", "status": "draft", "link": "https://b2b.example.com/onboarding/form"}
    return EnhancedVerification.objects.create(customer=customer, operation=operation, **{**values, **columns})


# The list


def test_the_list_shows_who_the_customers_are_and_how_their_verification_stands(
    clara_works: Client, mirrored: Callable[..., Customer]
) -> None:
    mirrored("1", name="Marta", last_name="Ruiz", email="marta@example.org", country="Spain", kyc_status="valid")
    mirrored("2", company_name="Ruiz e Hijos, S.L.", kind="company", kyc_status="on_hold")
    shown = page(clara_works, LIST)
    for text in ("Marta Ruiz", "marta@example.org", "Spain", "verified", "Ruiz e Hijos, S.L.", "company", "on_hold"):
        assert text in shown


@pytest.mark.parametrize("wanted", ["marta@example.org", "MARTA", "ruiz", "Marta Ruiz", "00000000T", "4711", "Hijos"])
def test_people_search_by_what_they_have_in_hand(
    clara_works: Client, mirrored: Callable[..., Customer], wanted: str
) -> None:
    mirrored(
        "4711",
        name="Marta",
        last_name="Ruiz",
        company_name="Ruiz e Hijos" if wanted == "Hijos" else "",
        email="marta@example.org",
        identification_number="00000000T",
    )
    mirrored("4712", name="Lena", last_name="Ortega", email="lena@example.org")
    shown = page(clara_works, LIST, data={"q": wanted})
    assert page_of(Customer.objects.get(remote_id="4711")) in shown
    assert "Ortega" not in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kyc_status": "valid"}, {"1"}),
        ({"kyc_status": "other"}, {"3"}),
        ({"kind": "company"}, {"2"}),
        ({"country": "Spain"}, {"1"}),
        ({"country": "other"}, {"3"}),
        ({"registered_at_after": "2026-05-01", "registered_at_before": "2026-05-31"}, {"1"}),
        ({"waiting": "yes"}, {"2"}),
        ({"waiting": "no"}, {"1", "3"}),
        ({"live_link": "yes"}, {"1"}),
        ({"live_link": "no"}, {"2", "3"}),
        ({"missing": "yes"}, {"3"}),
        ({"missing": "no"}, {"1", "2"}),
        ({"kyc_status": "nonsense"}, set()),
        ({"live_link": "perhaps"}, set()),
        ({"registered_at_after": "yesterday"}, set()),
    ],
)
def test_the_list_is_narrowed_by_filters_and_a_wrong_one_shows_nobody(
    clara_works: Client, clara: User, mirrored: Callable[..., Customer], query: dict[str, str], found: set[str]
) -> None:
    long_ago = timezone.now() - timedelta(days=10)
    first = mirrored("1", name="C1", kyc_status="valid", country="Spain", registered_at="2026-05-04T09:30Z")
    mirrored("2", name="C2", kind="company", kyc_status="processing", changed_at=long_ago)
    third = mirrored("3", name="C3", kyc_status="on_hold", country="France", missing_since=timezone.now())
    issued_to(first, clara, expires_at=timezone.now() + timedelta(days=30))
    issued_to(third, clara, expires_at=timezone.now() - timedelta(days=1))
    shown = page(clara_works, LIST, data=query)
    assert {number for number in "123" if f">C{number}<" in shown} == found


def test_a_customer_seen_for_the_first_time_waits_since_the_registration(
    clara_works: Client, mirrored: Callable[..., Customer]
) -> None:
    now = timezone.now()
    mirrored(
        "1",
        name="C1",
        kyc_status="processing",
        registered_at=now - timedelta(days=5),
        first_seen_at=now,
        changed_at=now,
    )
    mirrored(
        "2",
        name="C2",
        kyc_status="processing",
        registered_at=now - timedelta(hours=5),
        first_seen_at=now,
        changed_at=now,
    )
    mirrored("3", name="C3", kyc_status="processing", registered_at=now - timedelta(days=5), changed_at=now)
    shown = page(clara_works, LIST, data={"waiting": "yes"})
    assert {number for number in "123" if f">C{number}<" in shown} == {"1"}


# A customer's page


def test_a_customer_s_page_holds_everything_that_belongs_to_the_customer(
    clara_works: Client, sandbox: Sandbox, clara: User, marta: Customer
) -> None:
    Customer.objects.filter(pk=marta.pk).update(kyc_form_url="https://forms.kyc.example/1")
    for days in (30, 60):
        asked = services.issue_enhanced_verification(
            customer=marta, days=days, submission=new_submission(), requested_by=clara
        )
        perform(asked.operation.pk)
    shown = page(clara_works, page_of(marta))
    assert 'data-copy="https://forms.kyc.example/1"' in shown
    for issued in EnhancedVerification.objects.all():
        assert f'data-copy="{issued.link}"' in shown
    assert shown.count("Issue an enhanced verification link") >= 2, "the operations"
    for title in ("Enhanced verification links", "Documents", "Operations", "Payments", "Off-ramps"):
        assert title in shown


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_a_customer_s_page_costs_the_same_for_many_rows_as_for_few(
    clara_works: Client, clara: User, marta: Customer, rows: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        issued = issued_to(marta, clara)
        issued.operation.set_subject(marta)
        issued.operation.save()
    with django_assert_max_num_queries(15):
        page(clara_works, page_of(marta))


@pytest.mark.parametrize("rows", [1, 40])
def test_the_lists_cost_the_same_for_many_rows_as_for_few(
    clara_works: Client,
    clara: User,
    mirrored: Callable[..., Customer],
    rows: int,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(rows):
        customer = mirrored(str(number), name="Marta", email=f"marta{number}@example.org")
        issued = issued_to(customer, clara)
        Document.objects.create(
            customer=customer, operation=issued.operation, type="other", file="x.pdf", size=1, uploaded_by=clara
        )
    for address in (LIST, "/admin/customers/enhancedverification/", "/admin/customers/document/"):
        with django_assert_max_num_queries(15):
            page(clara_works, address)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀" * 255, "לנה אורטגה"])
def test_hostile_and_unusual_names_are_shown_as_text_everywhere(
    clara_works: Client, clara: User, mirrored: Callable[..., Customer], name: str
) -> None:
    customer = mirrored("1", name=name, email="lena@example.org")
    issued = issued_to(customer, clara)
    addresses = (LIST, page_of(customer), page_of(issued), page_of(customer, "enhanced-verification"))
    for address in (*addresses, page_of(customer, "upload-document")):
        shown = page(clara_works, address)
        assert "<script>alert" not in shown
        assert escape(name[:20]) in shown


def test_nobody_changes_or_deletes_a_customer_here(
    client: Client, ada: User, mirrored: Callable[..., Customer]
) -> None:
    client.force_login(ada)
    customer = mirrored("1", name="Marta")
    assert client.post(page_of(customer), {"name": "Other"}).status_code == 403
    assert client.post(page_of(customer, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert Customer.objects.get().name == "Marta"


# Registering


def test_lena_is_registered_after_a_second_look(clara_works: Client, sandbox: Sandbox, lena: dict[str, Any]) -> None:
    first = clara_works.post(REGISTER, lena).content.decode()
    assert "Nothing speaks against it" in first
    assert not Operation.objects.exists()
    answer = clara_works.post(REGISTER, {**lena, "submission": submission_in(first), "confirm": "yes"})
    operation = Operation.objects.get()
    assert answer.headers["Location"] == reverse("admin:operations_operation_change", args=[operation.pk])
    assert perform(operation.pk).state == State.SUCCEEDED
    assert Customer.objects.get().email == "lena@example.org"


def test_a_wrong_number_is_sent_only_when_it_was_ticked(
    clara_works: Client, sandbox: Sandbox, lena: dict[str, Any]
) -> None:
    lena["identification_number"] = "00000000A"
    assert "does not look right" in clara_works.post(REGISTER, lena).content.decode()
    unticked = clara_works.post(REGISTER, {**lena, "confirm": "yes"}).content.decode()
    assert "Nothing was sent" in unticked
    assert not Operation.objects.exists()
    clara_works.post(REGISTER, {**lena, "confirm": "yes", "confirmed": ["identification_number"]})
    assert Operation.objects.get().request["identification_number"] == "00000000A"


def test_a_customer_with_the_same_e_mail_is_shown_before_anything_is_sent(
    clara_works: Client, mirrored: Callable[..., Customer], lena: dict[str, Any]
) -> None:
    known = mirrored("4711", name="Lena", email="Lena@Example.org")
    shown = clara_works.post(REGISTER, lena).content.decode()
    assert page_of(known) in shown
    assert f'value="email-{known.pk}"' in shown


def test_going_back_to_correct_keeps_what_was_typed(clara_works: Client, lena: dict[str, Any]) -> None:
    shown = clara_works.post(f"{LIST}correct-registration/", {**lena, "confirm": "yes"}).content.decode()
    assert 'value="lena@example.org"' in shown
    assert 'value="ESP:DNI" selected' in shown
    assert not Operation.objects.exists()


def test_an_error_is_shown_at_its_field_and_nothing_is_sent(clara_works: Client, lena: dict[str, Any]) -> None:
    shown = clara_works.post(REGISTER, {**lena, "email": "lena", "confirm": "yes"}).content.decode()
    assert "Enter a valid email address" in shown
    assert not Operation.objects.exists()


def test_confirming_twice_leads_to_the_same_operation(clara_works: Client, lena: dict[str, Any]) -> None:
    answers = [clara_works.post(REGISTER, {**lena, "confirm": "yes"}) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Operation.objects.count() == 1


def test_an_e_mail_that_is_taken_leads_from_the_operation_to_the_customer(
    clara_works: Client, clara: User, sandbox: Sandbox
) -> None:
    row = sandbox.control.add_customer(email="marta@example.org", name="Marta")
    asked = services.register_customer(
        person={"name": "Marta", "email": "marta@example.org"}, submission=new_submission(), requested_by=clara
    )
    operation = perform(asked.operation.pk)
    assert operation.error_code == "user_already_exists"
    address = f"{LIST}same-email/?operation={operation.pk}"
    assert escape(address) in page(clara_works, reverse("admin:operations_operation_change", args=[operation.pk]))
    assert "not in our list yet" in page(clara_works, address)
    fetched = clara_works.post(address)
    customer = Customer.objects.get(remote_id=str(row["id"]))
    assert fetched.headers["Location"] == page_of(customer)
    assert clara_works.get(address).headers["Location"] == page_of(customer)


@pytest.mark.parametrize("operation", ["", "x", "999999", "9" * 40])
def test_the_way_to_a_customer_by_an_unknown_operation_leads_nowhere(clara_works: Client, operation: str) -> None:
    assert clara_works.get(f"{LIST}same-email/", {"operation": operation}).status_code == 404


# Links


def test_a_live_link_is_shown_before_a_second_one_is_issued(
    clara_works: Client, clara: User, sandbox: Sandbox, marta: Customer
) -> None:
    address = page_of(marta, "enhanced-verification")
    assert "There is a live link already" not in page(clara_works, address)
    live = issued_to(marta, clara, expires_at=timezone.now() + timedelta(days=3))
    shown = page(clara_works, address)
    assert "There is a live link already" in shown
    assert live.link in shown
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
    assert f'data-copy="{issued.link}"' in page(clara_works, page_of(issued))


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


# Documents


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


# Who may do what


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
        assert client.get(address).headers["Location"].startswith("/admin/login/")


# The front page, and the browser's rules


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
    mine = [count for count in attention_for(request) if count.item.name.startswith("customers-")]
    assert [(count.item.name, count.count) for count in mine] == [
        ("customers-kyc-failed", 1),
        ("customers-kyc-waiting", 1),
        ("customers-links-ending", 1),
    ]
    for count, expected in zip(mine, ("C1", "C2", "C3"), strict=True):
        shown = page(clara_works, count.url)
        assert {name for name in ("C1", "C2", "C3", "C4") if f">{name}<" in shown} == {expected}


def test_no_page_needs_inline_script_or_style(
    clara_works: Client, clara: User, marta: Customer, lena: dict[str, Any]
) -> None:
    issued = issued_to(marta, clara)
    views = ("change", "enhanced-verification", "upload-document")
    pages = [page(clara_works, address) for address in (LIST, REGISTER, page_of(issued))]
    pages += [page(clara_works, page_of(marta, view)) for view in views]
    pages.append(clara_works.post(REGISTER, {**lena, "identification_number": "1"}).content.decode())
    assert [INLINE.findall(shown) for shown in pages] == [[]] * len(pages)


def submission_in(shown: str) -> str:
    found = re.search(r'name="submission" value="([0-9a-f]{32})"', shown)
    assert found
    return found.group(1)

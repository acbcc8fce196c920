"""Companies: registered after a second look, their form's link and password kept encrypted, their end warned of."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.attention import attention_for
from backoffice.audit.models import AuditRecord
from backoffice.operations.models import Operation, State
from backoffice.operations.services import perform, read_back
from backoffice.sandbox import Sandbox
from customers import services
from customers.erasure import restrict_customer
from customers.forms import new_submission
from customers.models import CompanyVerification, Customer
from tests.people import sign_in

from .pages import LIST, page, page_of, submission_in

pytestmark = pytest.mark.django_db

REGISTER_COMPANY = f"{LIST}register-company/"
COMPANY_FORMS = "/admin/customers/companyverification/"
AURORA = {"company_name": "Aurora Textil S.L.", "email": "office@aurora.example.org"}


def register(by: User, **fields: str) -> Operation:
    """Register Aurora Textil and let a worker do it."""
    asked = services.register_company(company={**AURORA, **fields}, submission=new_submission(), requested_by=by)
    return perform(asked.operation.pk)


def kept(by: User, company: Customer, **columns: Any) -> CompanyVerification:
    """A form as if the company had been registered from here."""
    operation = Operation.objects.create(
        kind="register_company", requested_by=by, dedupe_key=new_submission(), state=State.SUCCEEDED
    )
    values = {"link": "https://b2b.example.com/kyb/1", "password": "Qw7eRt9yUi2o"}
    ends_at = timezone.now() + timedelta(days=60)
    return CompanyVerification.objects.create(
        **{"customer": company, "operation": operation, "ends_at": ends_at, **values, **columns}
    )


def test_aurora_is_registered_after_a_second_look(clara_works: Client, sandbox: Sandbox) -> None:
    first = clara_works.post(REGISTER_COMPANY, {**AURORA, "submission": new_submission()}).content.decode()
    assert "Nothing speaks against it" in first
    assert not Operation.objects.exists()
    answer = clara_works.post(REGISTER_COMPANY, {**AURORA, "submission": submission_in(first), "confirm": "yes"})
    operation = Operation.objects.get()
    assert answer.headers["Location"] == reverse("admin:operations_operation_change", args=[operation.pk])
    assert perform(operation.pk).state == State.SUCCEEDED
    company = Customer.objects.get()
    assert (company.kind, company.company_name, company.email) == ("company", *AURORA.values())
    (listed,) = sandbox.control.customers()
    assert company.remote_id == str(listed["id"])


def test_link_and_password_are_kept_encrypted_and_nowhere_else(
    clara_works: Client, clara: User, sandbox: Sandbox
) -> None:
    operation = register(clara)
    form = CompanyVerification.objects.get(operation=operation)
    assert form.link.startswith("https://b2b.example.com/kyb/")
    assert len(form.password) == 12
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            stored = repr(cursor.fetchall())
            assert form.password not in stored, table
            assert form.link not in stored, table
    for address in (
        page_of(form.customer),
        reverse("admin:operations_operation_change", args=[operation.pk]),
        COMPANY_FORMS,
    ):
        shown = page(clara_works, address)
        assert form.password not in shown
        assert form.link not in shown


def test_the_form_ends_90_days_after_it_was_made(clara_works: Client, clara: User, sandbox: Sandbox) -> None:
    form = CompanyVerification.objects.get(operation=register(clara))
    assert abs(form.ends_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=5)
    assert "in 89 days" in page(clara_works, page_of(form))
    assert "in 89 days" in page(clara_works, page_of(form.customer))


def test_an_answer_that_was_lost_leaves_the_company_but_plainly_not_its_secrets(
    clara_works: Client, clara: User, sandbox: Sandbox
) -> None:
    sandbox.control.fault("drop_after", "createCompanyCustomer")
    operation = register(clara)
    assert operation.state == State.UNKNOWN
    operation = read_back(operation_id=operation.pk, by=clara)
    assert operation.state == State.SUCCEEDED
    assert len(sandbox.control.customers()) == 1
    form = CompanyVerification.objects.get(operation=operation)
    assert (form.customer.kind, form.customer.company_name) == ("company", "Aurora Textil S.L.")
    assert (form.link, form.password) == ("", "")
    for address in (reverse("admin:operations_operation_change", args=[operation.pk]), page_of(form)):
        assert re.search(r"could\s+not be kept", page(clara_works, address))


def test_a_company_that_was_not_registered_is_sent_again_and_brings_its_secrets(clara: User, sandbox: Sandbox) -> None:
    sandbox.control.fault("drop_before", "createCompanyCustomer")
    operation = register(clara)
    assert read_back(operation_id=operation.pk, by=clara).state == State.QUEUED
    Operation.objects.update(not_before=None)
    assert perform(operation.pk).state == State.SUCCEEDED
    assert CompanyVerification.objects.get().is_complete


def test_a_company_whose_e_mail_is_taken_leads_to_the_customer_who_has_it(
    clara_works: Client, clara: User, sandbox: Sandbox, mirrored: Callable[..., Customer]
) -> None:
    row = sandbox.control.add_customer(email=AURORA["email"], name="Marta")
    operation = register(clara)
    assert (operation.state, operation.error_code) == (State.REFUSED, "user_already_exists")
    known = mirrored(str(row["id"]), email=AURORA["email"])
    address = f"{LIST}same-email/?operation={operation.pk}"
    assert address in page(clara_works, reverse("admin:operations_operation_change", args=[operation.pk]))
    assert clara_works.get(address).headers["Location"] == page_of(known)


def test_a_disposable_address_is_explained_with_what_to_do(clara_works: Client, clara: User, sandbox: Sandbox) -> None:
    operation = register(clara, email="office@mailinator.com")
    assert (operation.state, operation.error_code) == (State.REFUSED, "email_not_allowed")
    shown = page(clara_works, reverse("admin:operations_operation_change", args=[operation.pk]))
    assert "Ask the customer for another address" in shown
    assert not CompanyVerification.objects.exists()


def test_confirming_twice_registers_one_company(clara_works: Client, sandbox: Sandbox) -> None:
    form = {**AURORA, "submission": new_submission(), "confirm": "yes"}
    answers = [clara_works.post(REGISTER_COMPANY, form) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Operation.objects.count() == 1


def test_a_company_of_the_same_name_or_e_mail_is_ticked_before_anything_is_sent(
    clara_works: Client, mirrored: Callable[..., Customer]
) -> None:
    same_name = mirrored("1", kind="company", company_name="AURORA TEXTIL S.L.")
    same_email = mirrored("2", email=AURORA["email"].upper())
    form = {**AURORA, "submission": new_submission(), "confirm": "yes"}
    shown = clara_works.post(REGISTER_COMPANY, form).content.decode()
    assert "Nothing was sent" in shown
    assert page_of(same_name) in shown
    assert page_of(same_email) in shown
    assert not Operation.objects.exists()
    clara_works.post(REGISTER_COMPANY, {**form, "confirmed": [f"name-{same_name.pk}", f"email-{same_email.pk}"]})
    assert Operation.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [{"email": "office"}, {"company_name": ""}, {"company_name": "x" * 256}, {"email": f"{'a' * 250}@example.org"}],
    ids=["no address", "no name", "a name too long", "an address too long"],
)
def test_a_form_that_the_provider_would_refuse_is_not_sent(clara_works: Client, typed: dict[str, str]) -> None:
    form = {**AURORA, **typed, "submission": new_submission(), "confirm": "yes"}
    assert "field-wrong" in clara_works.post(REGISTER_COMPANY, form).content.decode()
    assert not Operation.objects.exists()


@pytest.mark.parametrize("person", ["felix", "sofia", "aurelio"])
def test_only_compliance_registers_companies(client: Client, request: pytest.FixtureRequest, person: str) -> None:
    client.force_login(request.getfixturevalue(person))
    form = {**AURORA, "submission": new_submission(), "confirm": "yes"}
    assert client.get(REGISTER_COMPANY).status_code == 403
    assert client.post(REGISTER_COMPANY, form).status_code == 403
    assert client.post(f"{LIST}correct-company/", form).status_code == 403
    assert not Operation.objects.exists()


def test_what_the_front_page_counts_of_company_forms_is_what_the_list_shows(
    clara_works: Client, clara: User, rf: Any, mirrored: Callable[..., Customer]
) -> None:
    soon = timezone.now() + timedelta(days=5)
    ends_soon, verified, lost, ended, live = (
        mirrored(str(number), kind="company", company_name=f"Company{number}") for number in range(1, 6)
    )
    Customer.objects.filter(pk=verified.pk).update(kyc_status="valid")
    kept(clara, ends_soon, ends_at=soon)
    kept(clara, verified, ends_at=soon)
    kept(clara, lost, password="")
    kept(clara, ended, ends_at=timezone.now() - timedelta(days=1))
    kept(clara, live)
    request = rf.get("/admin/")
    request.user = clara
    counts = {shown.item.name: shown for shown in attention_for(request)}
    for name, expected in (
        ("customers-company-forms-ending", "Company1"),
        ("customers-company-forms-without-secrets", "Company3"),
    ):
        assert counts[name].count == 1
        listed = page(clara_works, counts[name].url)
        assert set(re.findall(r"Company\d", listed)) == {expected}
        restrict_customer(Customer.objects.get(company_name=expected), reason="Letter 17", by=clara)
        assert {shown.item.name: shown.count for shown in attention_for(request)}[name] == 0
        assert clara_works.get(counts[name].url).context["cl"].result_count == 0
    assert set(re.findall(r"Company\d", page(clara_works, f"{COMPANY_FORMS}?state=ended"))) == {"Company4"}
    assert set(re.findall(r"Company\d", page(clara_works, f"{COMPANY_FORMS}?state=live"))) == {"Company2", "Company5"}


def test_only_compliance_reveals_link_and_password(
    client: Client, clara: User, sofia: User, mirrored: Callable[..., Customer]
) -> None:
    form = kept(clara, mirrored("1", kind="company"))
    address = reverse("admin:customers_companyverification_reveal", args=[form.pk, "password"])
    for person, status in ((sofia, 403), (clara, 302)):
        sign_in(client, person)
        assert client.post(address).status_code == status
        assert (form.password in page(client, page_of(form))) is (person is clara)
        assert form.link not in page(client, page_of(form))
    assert AuditRecord.objects.filter(action="field.revealed", actor_name="clara").count() == 1

"""Who approves an act sees whom and what it is about: one value at a time, for a minute, written down."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.face.permission_table import permission_lines
from backoffice.operations.kinds import all_kinds
from backoffice.operations.models import ApprovalPolicy, Operation, State
from backoffice.operations.services import request_operation
from backoffice.operations.services.permissions import revealable
from backoffice.sandbox import Sandbox
from customers.captures import digest_of
from customers.models import Customer, DelegatedVerification
from customers.personal import PERSONAL
from tests.people import sign_in
from tests.timelines import told_to

pytestmark = pytest.mark.django_db

IBAN = "ES9121000418450200051332"
NADIA = {
    "name": "Nadia",
    "last_name": "Benali",
    "last_name2": "Ruiz",
    "email": "nadia@example.org",
    "country": "Spain",
    "country_code": "ESP",
    "identification_type": "DNI",
    "identification_number": "00000000T",
    "dob": "1990-05-04",
    "phone": "+34612345678",
    "address": "Calle Mayor 14",
    "city": "Salamanca",
    "address_state": "Castilla y León",
    "zipcode": "37002",
    "iban": IBAN,
    "professional_activity": "Architect",
}


@pytest.fixture
def lena(make_customer: Callable[..., Customer]) -> Customer:
    """Lena Ortega."""
    return make_customer("4711", name="Lena", last_name="Ortega")


@pytest.fixture
def sale(lena: Customer, felix: User) -> Operation:
    """Felix asked for an off-ramp of Lena's worth 5,000 EUR, which somebody must approve."""
    request = {
        "user_id": "4711",
        "customer": "Lena Ortega",
        "amount": "5000",
        "symbol": "USDT",
        "blockchain": "bsc",
        "iban": IBAN,
        "quoted_amount": "5000.00",
        "quoted_currency": "EUR",
    }
    asked = request_operation(kind="create_off_ramp", request=request, requested_by=felix, subject=lena)
    assert asked.state == State.AWAITING_APPROVAL
    return asked


@pytest.fixture
def delegated(clara: User) -> DelegatedVerification:
    """Clara asked for Nadia Benali to be registered with delegated KYC, which somebody must approve."""
    draft = DelegatedVerification.objects.create(submission="1" * 32, details=NADIA, created_by=clara)
    draft.operation = request_operation(
        kind="create_customer_delegated_kyc",
        request={
            "verification": draft.pk,
            "name": "Nadia Benali",
            "email": "nadia@example.org",
            "details_sha256": digest_of(NADIA),
            "captures": [],
        },
        requested_by=clara,
    )
    draft.save()
    return draft


@pytest.fixture
def registration(clara: User) -> Operation:
    """Clara asked for Nadia Benali to be registered, which somebody must approve."""
    ApprovalPolicy.objects.filter(kind="create_customer").update(active=True, batches_larger_than=None)
    return request_operation(kind="create_customer", request=NADIA, requested_by=clara)


def address_of(row: Any, view: str = "change", *more: str) -> str:
    """The address of a page of the row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{view}", args=[row.pk, *more])


def press(browser: Client, row: Any, name: str, page: str = "") -> Any:
    """Press the button beside the value, on the row's page or on another of its views."""
    return browser.post(address_of(row, "reveal", name), {"page": page} if page else {})


def look(browser: Client, row: Any, view: str = "change") -> str:
    """A page of the row."""
    answer = browser.get(address_of(row, view))
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.content.decode()


def records() -> list[AuditRecord]:
    """What was revealed, in the order of it."""
    return list(AuditRecord.objects.filter(action="field.revealed").order_by("pk"))


def test_sofia_reveals_the_payout_iban_where_she_decides_and_it_hides_again(
    client: Client, sale: Operation, sofia: User
) -> None:
    sign_in(client, sofia)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert IBAN not in look(client, sale, "decide")
        assert "••••1332" in look(client, sale, "decide")
        answer = press(client, sale, "payout_iban", "decide")
        assert answer.headers["Location"] == f"{address_of(sale, 'decide')}#field-payout_iban"
        shown = look(client, sale, "decide")
        assert f'data-copy="{IBAN}"' in shown
        assert 'data-hide-after="60"' in shown
        clock.shift(timedelta(seconds=60))
        assert IBAN not in look(client, sale, "decide")


def test_the_record_says_who_saw_which_value_of_which_operation_and_not_the_value(
    client: Client, sale: Operation, lena: Customer, sofia: User, aurelio: User
) -> None:
    sign_in(client, sofia)
    press(client, sale, "payout_iban", "decide")
    press(client, sale, "payout_iban")
    (said,) = records()
    assert (said.actor_name, said.subject_model, said.subject_id) == ("sofia", "operations.operation", str(sale.pk))
    assert (said.operation_id, said.details) == (sale.pk, {"field": "payout_iban"})
    assert IBAN not in json.dumps([said.before, said.after, said.details])
    assert IBAN not in json.dumps(dict(client.session))
    for row in (sale, lena):
        assert ("Field revealed", "sofia") in told_to(client, aurelio, row)
    page = client.get(address_of(lena)).content.decode()
    assert "Field: payout_iban" in page


@pytest.mark.parametrize("person", ["felix", "fiona", "sofia", "ada"])
def test_who_asks_for_off_ramps_or_approves_them_reveals_it_on_the_operation_s_page(
    client: Client, sale: Operation, request: pytest.FixtureRequest, person: str
) -> None:
    sign_in(client, request.getfixturevalue(person))
    assert IBAN not in look(client, sale)
    assert press(client, sale, "payout_iban").headers["Location"].startswith(address_of(sale))
    assert IBAN in look(client, sale)


@pytest.mark.parametrize("person", ["clara", "aurelio"])
def test_who_neither_asks_for_off_ramps_nor_approves_them_does_not(
    client: Client, sale: Operation, request: pytest.FixtureRequest, person: str
) -> None:
    sign_in(client, request.getfixturevalue(person))
    assert "/reveal/" not in look(client, sale)
    assert press(client, sale, "payout_iban").status_code == 403
    assert IBAN not in look(client, sale)
    assert not records()


@pytest.mark.parametrize("row", ["sale", "delegated"])
def test_an_administrator_reveals_nothing(client: Client, request: pytest.FixtureRequest, adam: User, row: str) -> None:
    asked = request.getfixturevalue(row)
    sign_in(client, adam)
    name = next(iter(revealable(next(kind for kind in all_kinds() if kind.name == "create_off_ramp"))))
    assert press(client, asked, name).status_code in {403, 404}
    assert not records()


def test_the_right_to_see_personal_data_is_not_enough_without_the_one_to_ask_or_approve(
    client: Client, sale: Operation, aurelio: User
) -> None:
    aurelio.user_permissions.add(Permission.objects.get(codename="reveal_payout_iban"))
    sign_in(client, aurelio)
    assert press(client, sale, "payout_iban").status_code == 403
    aurelio.user_permissions.add(Permission.objects.get(codename="approve_operation"))
    assert press(client, sale, "payout_iban").status_code == 302


@pytest.mark.parametrize("name", ["iban", "customer", "request", "nothing"])
def test_only_what_the_kind_names_can_be_revealed(client: Client, sale: Operation, sofia: User, name: str) -> None:
    sign_in(client, sofia)
    assert press(client, sale, name).status_code == 404
    assert not records()


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "//evil.example", "delete", "history", "cancel", "do-again", "../../"]
)
def test_the_way_back_is_only_ever_to_a_page_of_the_operation(
    client: Client, sale: Operation, sofia: User, page: str
) -> None:
    sign_in(client, sofia)
    answer = press(client, sale, "payout_iban", page)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{address_of(sale)}#field-payout_iban")


def test_who_signed_in_long_ago_signs_in_again_first(client: Client, sale: Operation, sofia: User) -> None:
    sign_in(client, sofia, recently=False)
    assert "/account/confirm/" in press(client, sale, "payout_iban", "decide").headers["Location"]
    assert not records()


def test_a_sale_to_the_registered_account_has_no_iban_to_reveal(client: Client, sale: Operation, sofia: User) -> None:
    sale.request = {**sale.request, "iban": "", "bank_name": "Banco Uno"}
    sale.save()
    sign_in(client, sofia)
    shown = look(client, sale)
    assert "Banco Uno" in shown
    assert "Payout IBAN" not in shown
    assert press(client, sale, "payout_iban").status_code == 404
    assert not records()


def test_what_nadia_was_not_asked_for_cannot_be_revealed(
    client: Client, delegated: DelegatedVerification, registration: Operation, sofia: User
) -> None:
    details = {**NADIA, "phone": ""}
    operation = delegated.operation
    assert operation is not None
    operation.request = {**operation.request, "details_sha256": digest_of(details)}
    operation.save()
    registration.request = details
    registration.save()
    DelegatedVerification.objects.update(details=details)
    sign_in(client, sofia)
    for row in (delegated, operation, registration):
        assert press(client, row, "phone").status_code == 404
    assert not records()


def test_what_sofia_has_typed_comes_back_with_the_value_and_decides_nothing(
    client: Client, sale: Operation, sofia: User
) -> None:
    sign_in(client, sofia)
    typed = {"page": "decide", "reason": "Lena did not call", "decision": "refuse"}
    answer = client.post(address_of(sale, "reveal", "payout_iban"), typed, follow=True)
    shown = answer.content.decode()
    assert f'data-copy="{IBAN}"' in shown
    assert ">\nLena did not call</textarea>" in shown
    assert answer.redirect_chain == [(f"{address_of(sale, 'decide')}#field-payout_iban", 307)]
    assert "no-store" in answer.headers["Cache-Control"]
    sale.refresh_from_db()
    assert sale.state == State.AWAITING_APPROVAL


@pytest.mark.parametrize("view", ["change", "decide"])
def test_everything_about_nadia_can_be_seen_before_it_is_approved(
    client: Client, delegated: DelegatedVerification, sofia: User, view: str
) -> None:
    operation = delegated.operation
    assert operation is not None
    sign_in(client, sofia)
    for name in PERSONAL:
        assert NADIA[name] not in look(client, operation, view).replace(str(operation.request["details_sha256"]), "")
        press(client, operation, name, view)
        assert f'data-copy="{NADIA[name]}"' in look(client, operation, view)
    assert [said.details for said in records()] == [{"field": name} for name in PERSONAL]
    decide = look(client, operation, "decide")
    for said in ("Nadia Benali Ruiz", "nadia@example.org", "Spain", "DNI", "Architect"):
        assert said in decide


@pytest.mark.parametrize("person", ["clara", "sofia"])
def test_the_same_can_be_seen_on_the_page_of_the_delegated_verification(
    client: Client, delegated: DelegatedVerification, request: pytest.FixtureRequest, person: str
) -> None:
    sign_in(client, request.getfixturevalue(person))
    for name in PERSONAL:
        assert f">{NADIA[name]}<" not in look(client, delegated)
        press(client, delegated, name)
        assert f'data-copy="{NADIA[name]}"' in look(client, delegated)
    assert {(said.subject_model, said.subject_id) for said in records()} == {
        ("customers.delegatedverification", str(delegated.pk))
    }


@pytest.mark.parametrize("person", ["felix", "aurelio"])
def test_finance_and_auditors_see_no_identity_data(
    client: Client,
    delegated: DelegatedVerification,
    registration: Operation,
    person: str,
    request: pytest.FixtureRequest,
) -> None:
    sign_in(client, request.getfixturevalue(person))
    for row in (delegated, delegated.operation, registration):
        for name in PERSONAL:
            assert press(client, row, name).status_code == 403
            answer = client.get(address_of(row))
            assert answer.status_code == (403 if row is delegated and person == "felix" else 200)
            assert f">{NADIA[name]}<" not in answer.content.decode()
            assert "/reveal/" not in answer.content.decode()
    assert not records()


def test_a_registration_that_awaits_approval_shows_the_same(
    client: Client, registration: Operation, sofia: User
) -> None:
    sign_in(client, sofia)
    for name in PERSONAL:
        assert f">{NADIA[name]}<" not in look(client, registration, "decide")
        press(client, registration, name, "decide")
        assert f'data-copy="{NADIA[name]}"' in look(client, registration, "decide")


@pytest.mark.parametrize("number", [1, 30])
def test_lists_and_pages_make_no_more_queries_however_much_waits(
    client: Client, delegated: DelegatedVerification, sofia: User, django_assert_max_num_queries: Any, number: int
) -> None:
    asked = delegated.operation
    assert asked is not None
    more = {"requested_by": asked.requested_by, "state": State.AWAITING_APPROVAL, "approvals_needed": 1}
    for copy in range(number):
        Operation.objects.create(kind=asked.kind, request=asked.request, dedupe_key=f"copy-{copy}", **more)
    sign_in(client, sofia)
    for address in (
        reverse("admin:operations_operation_approvals"),
        reverse("admin:operations_operation_changelist"),
        address_of(asked),
        address_of(asked, "decide"),
        address_of(delegated),
    ):
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


def test_of_somebody_who_asked_to_be_forgotten_nothing_is_revealed(
    client: Client, sale: Operation, delegated: DelegatedVerification, lena: Customer, sofia: User
) -> None:
    sign_in(client, sofia)
    press(client, sale, "payout_iban")
    earlier = delegated.operation
    Operation.objects.filter(pk=sale.pk).update(subject_is_restricted=True)
    Customer.objects.update(restricted_at=timezone.now())
    DelegatedVerification.objects.update(customer=lena)
    for row in (sale, delegated):
        for name in ("payout_iban", "dob"):
            assert press(client, row, name).status_code in {403, 404}
        assert "/reveal/" not in look(client, row)
    for text in (look(client, sale), look(client, delegated), look(client, earlier)):
        assert not [value for name, value in NADIA.items() if name in PERSONAL and f">{value}<" in text]
    # An attempt that is not known to be about them has nothing to show either.
    assert press(client, earlier, "dob").status_code == 404
    assert NADIA["dob"] not in look(client, earlier)
    assert len(records()) == 1


def test_data_that_were_changed_later_are_not_shown_as_what_was_asked_for(
    client: Client, delegated: DelegatedVerification, sofia: User
) -> None:
    DelegatedVerification.objects.update(details={**NADIA, "dob": "1991-01-01"})
    sign_in(client, sofia)
    assert press(client, delegated.operation, "dob", "decide").status_code == 404
    shown = look(client, delegated.operation, "decide")
    assert "1991-01-01" not in shown
    assert "Date of birth" not in shown
    assert not records()


def test_what_was_purged_is_gone_from_the_pages(
    client: Client, sale: Operation, delegated: DelegatedVerification, sofia: User, sandbox: Sandbox
) -> None:
    DelegatedVerification.objects.update(details={}, purged_at=timezone.now())
    Operation.objects.update(request={})
    sign_in(client, sofia)
    for row in (sale, delegated, delegated.operation):
        assert "/reveal/" not in look(client, row)
        for name in ("payout_iban", "dob"):
            assert press(client, row, name).status_code == 404
    assert not records()


def test_every_personal_value_of_every_kind_is_named_and_given_to_somebody() -> None:
    lines = [line for line in permission_lines() if line.name == "admin:operations_operation_reveal"]
    declared = {(kind.name, name) for kind in all_kinds() for name in kind.personal}
    assert {(line.kind, line.arguments["name"]) for line in lines} == declared
    for line in lines:
        allowed = {group for group, may in line.allowed.items() if may}
        assert allowed == (
            {"Finance", "Supervisor"} if line.kind == "create_off_ramp" else {"Compliance", "Supervisor"}
        )

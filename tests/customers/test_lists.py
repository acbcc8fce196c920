"""The lists and pages of customers, as people read them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from customers import services
from customers.forms import new_submission
from customers.models import Customer, Document, EnhancedVerification

from .pages import LIST, issued_to, page, page_of, reveal

pytestmark = pytest.mark.django_db


def test_the_list_shows_who_the_customers_are_and_how_their_verification_stands(
    clara_works: Client, mirrored: Callable[..., Customer]
) -> None:
    mirrored("1", name="Marta", last_name="Ruiz", email="marta@example.org", country="Spain", kyc_status="valid")
    mirrored("2", company_name="Ruiz e Hijos, S.L.", kind="company", kyc_status="on_hold")
    shown = page(clara_works, LIST)
    for text in ("Marta Ruiz", "marta@example.org", "Spain", "verified", "Ruiz e Hijos, S.L.", "company", "on_hold"):
        assert text in shown


def test_who_was_only_just_registered_is_on_top(clara_works: Client, mirrored: Callable[..., Customer]) -> None:
    mirrored("1", name="Marta", registered_at=timezone.now())
    mirrored("2", name="Lena")
    shown = page(clara_works, LIST)
    assert shown.index(">Lena<") < shown.index(">Marta<")


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
    assert "https://forms.kyc.example/1" not in shown
    assert 'data-copy="https://forms.kyc.example/1"' in reveal(clara_works, marta, "kyc_form_url")
    for issued in EnhancedVerification.objects.all():
        assert page_of(issued) in shown
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

"""Reveal shows one field of one object for a minute, to those who may, and leaves a record without the value."""

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
from customers.models import Customer
from tests.people import sign_in

pytestmark = pytest.mark.django_db
NUMBER = "00000000T"


@pytest.fixture
def lena(make_customer: Callable[..., Customer]) -> Customer:
    """Lena Ortega, with a number and a link."""
    return make_customer("4711", name="Lena", identification_number=NUMBER, kyc_form_url="https://kyc.example/secret-1")


@pytest.fixture
def at_claras(client: Client, clara: User) -> Client:
    """A browser in which Clara is signed in."""
    sign_in(client, clara)
    return client


def press(browser: Client, row: Customer, field: str = "identification_number") -> Any:
    """Press the button beside the field."""
    return browser.post(reverse("admin:customers_customer_reveal", args=[row.pk, field]))


def look(browser: Client, row: Customer) -> str:
    """The row's page."""
    return browser.get(reverse("admin:customers_customer_change", args=[row.pk])).content.decode()


def test_it_is_masked_until_the_button_is_pressed_and_masked_again_a_minute_later(
    at_claras: Client, lena: Customer
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert NUMBER not in look(at_claras, lena)
        assert press(at_claras, lena).status_code == 302
        shown = look(at_claras, lena)
        assert f'data-copy="{NUMBER}"' in shown
        assert 'data-hide-after="60"' in shown
        clock.shift(timedelta(seconds=59))
        assert NUMBER in look(at_claras, lena)
        clock.shift(timedelta(seconds=1))
        assert NUMBER not in look(at_claras, lena)


def test_it_is_recorded_once_and_without_the_value(at_claras: Client, clara: User, lena: Customer) -> None:
    press(at_claras, lena)
    record = AuditRecord.objects.get(action="field.revealed")
    assert (record.actor_id, record.subject_model, record.subject_id) == (
        clara.pk,
        "customers.customer",
        str(lena.pk),
    )
    assert record.details == {"field": "identification_number"}
    assert NUMBER not in json.dumps([record.before, record.after, record.details])


def test_pressing_twice_neither_lengthens_it_nor_records_it_twice(at_claras: Client, lena: Customer) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        press(at_claras, lena)
        clock.shift(timedelta(seconds=40))
        press(at_claras, lena)
        assert 'data-hide-after="20"' in look(at_claras, lena)
        assert AuditRecord.objects.filter(action="field.revealed").count() == 1
        clock.shift(timedelta(seconds=20))
        press(at_claras, lena)
        assert AuditRecord.objects.filter(action="field.revealed").count() == 2


def test_nothing_else_is_revealed_with_it(
    at_claras: Client, lena: Customer, make_customer: Callable[..., Customer]
) -> None:
    other = make_customer("4712", name="Marta", identification_number="11111111H")
    press(at_claras, lena)
    assert "secret-1" not in look(at_claras, lena)
    assert "11111111H" not in look(at_claras, other)
    assert NUMBER not in at_claras.get(reverse("admin:customers_customer_changelist")).content.decode()


def test_another_session_of_the_same_person_sees_nothing(at_claras: Client, clara: User, lena: Customer) -> None:
    press(at_claras, lena)
    elsewhere = Client()
    sign_in(elsewhere, clara)
    assert NUMBER not in look(elsewhere, lena)


def test_the_session_holds_no_value(at_claras: Client, lena: Customer) -> None:
    press(at_claras, lena)
    assert NUMBER not in json.dumps(dict(at_claras.session))


def test_who_loses_the_right_meanwhile_sees_nothing(at_claras: Client, clara: User, lena: Customer) -> None:
    press(at_claras, lena)
    permission = Permission.objects.get(codename="reveal_personal_data")
    clara.groups.get().permissions.remove(permission)
    assert NUMBER not in look(at_claras, lena)


@pytest.mark.parametrize("person", ["felix", "aurelio"])
def test_who_may_not_has_no_button_and_is_refused(
    client: Client, lena: Customer, request: pytest.FixtureRequest, person: str
) -> None:
    sign_in(client, request.getfixturevalue(person))
    assert "/reveal/" not in look(client, lena)
    assert press(client, lena).status_code == 403
    assert NUMBER not in look(client, lena)
    assert not AuditRecord.objects.filter(action="field.revealed").exists()


def test_a_forged_or_plain_request_reveals_nothing(clara: User, lena: Customer) -> None:
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, clara)
    assert press(strict, lena).status_code == 403
    assert strict.get(reverse("admin:customers_customer_reveal", args=[lena.pk, "email"])).status_code == 405
    assert NUMBER not in look(strict, lena)


@pytest.mark.parametrize("field", ["name", "payload", "nothing", "pk"])
def test_only_what_is_masked_can_be_revealed(at_claras: Client, lena: Customer, field: str) -> None:
    assert press(at_claras, lena, field).status_code == 404
    assert not AuditRecord.objects.filter(action="field.revealed").exists()


@pytest.mark.parametrize("field", ["identification_number", "kyc_form_url", "email"])
def test_what_is_empty_cannot_be_revealed(at_claras: Client, lena: Customer, field: str) -> None:
    Customer.objects.update(**{field: ""})
    assert press(at_claras, lena, field).status_code == 404
    assert not AuditRecord.objects.filter(action="field.revealed").exists()


def test_a_row_that_is_gone_is_said_to_be(at_claras: Client, lena: Customer) -> None:
    assert at_claras.post("/admin/customers/customer/424242/reveal/identification_number/").status_code == 404


def test_who_signed_in_long_ago_signs_in_again_first(client: Client, clara: User, lena: Customer) -> None:
    sign_in(client, clara, recently=False)
    assert "/account/confirm/" in press(client, lena).headers["Location"]
    assert NUMBER not in look(client, lena)
    assert not AuditRecord.objects.filter(action="field.revealed").exists()


def test_the_page_is_kept_by_nobody(at_claras: Client, lena: Customer) -> None:
    press(at_claras, lena)
    answer = at_claras.get(reverse("admin:customers_customer_change", args=[lena.pk]))
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://bank.example@evil.example/", "http://kyc.example/1"]
)
def test_an_address_that_is_not_safe_to_send_on_is_called_out_and_never_a_link(
    at_claras: Client, lena: Customer, address: str
) -> None:
    Customer.objects.update(kyc_form_url=address)
    press(at_claras, lena, "kyc_form_url")
    shown = look(at_claras, lena)
    assert f'data-copy="{address}"' in shown
    assert f'href="{address}' not in shown
    assert "This is no safe https address" in shown
    Customer.objects.update(kyc_form_url="https://forms.kyc.example/1")
    assert "This is no safe https address" not in look(at_claras, lena)

"""The pages on which a customer is registered."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from backoffice.operations.models import Operation, State
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from customers import services
from customers.forms import new_submission
from customers.models import Customer

from .pages import LIST, REGISTER, page, page_of, submission_in

pytestmark = pytest.mark.django_db


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


def test_of_two_operations_in_the_address_the_first_leads_to_its_customer(
    clara_works: Client, clara: User, sandbox: Sandbox
) -> None:
    numbers = []
    for name in ("marta", "lena"):
        sandbox.control.add_customer(email=f"{name}@example.org", name=name)
        person = {"name": name, "email": f"{name}@example.org"}
        asked = services.register_customer(person=person, submission=new_submission(), requested_by=clara)
        numbers.append(perform(asked.operation.pk).pk)
    marta, lena = numbers
    assert "marta@example.org" in page(clara_works, f"{LIST}same-email/?operation={marta},{lena}")
    assert "lena@example.org" in page(clara_works, f"{LIST}same-email/?operation={lena},{marta}")


@pytest.mark.parametrize("operation", ["", "x", "999999", "9" * 40])
def test_the_way_to_a_customer_by_an_unknown_operation_leads_nowhere(clara_works: Client, operation: str) -> None:
    assert clara_works.get(f"{LIST}same-email/", {"operation": operation}).status_code == 404

"""What can be typed into the form for a new customer, and what is sent of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customers.cautions import Caution, registration_cautions
from customers.forms import CreateCustomerForm, EnhancedVerificationForm, UploadDocumentForm
from customers.models import Customer


def filled(data: dict[str, Any], **changes: Any) -> CreateCustomerForm:
    return CreateCustomerForm({**data, **changes})


def cautions(data: dict[str, Any], **changes: Any) -> list[Caution]:
    form = filled(data, **changes)
    assert form.is_valid(), form.errors
    return registration_cautions(form.cleaned_data)


def test_what_was_filled_in_is_sent_under_the_names_of_the_contract(lena: dict[str, Any]) -> None:
    form = filled(lena)
    assert form.is_valid(), form.errors
    assert form.to_request() == {
        "name": "Lena",
        "last_name": "Ortega",
        "email": "lena@example.org",
        "phone": "+34612345678",
        "dob": "1990-05-04",
        "country": "Spain",
        "country_code": "ESP",
        "identification_type": "GOVERNMENT_ID",
        "identification_number": "00000000T",
    }


def test_a_name_and_an_e_mail_are_enough(lena: dict[str, Any]) -> None:
    form = CreateCustomerForm({key: lena[key] for key in ("submission", "name", "email")})
    assert form.is_valid(), form.errors
    assert form.to_request() == {"name": "Lena", "email": "lena@example.org"}


def test_no_password_is_asked_for() -> None:
    assert "password" not in CreateCustomerForm().fields


def test_an_argentine_cuil_is_sent_as_cuit(lena: dict[str, Any]) -> None:
    form = filled(lena, country="ARG", identification_type="ARG:CUIL", identification_number="20-05536168-2")
    assert form.is_valid(), form.errors
    assert form.to_request()["identification_type"] == "CUIT"


def test_an_identification_type_of_another_country_is_refused(lena: dict[str, Any]) -> None:
    form = filled(lena, country="PER", identification_type="ESP:DNI")
    assert "not used in the chosen country" in str(form.errors["identification_type"])


def test_an_invented_identification_type_is_refused(lena: dict[str, Any]) -> None:
    assert "identification_type" in filled(lena, identification_type="ESP:DRIVING_LICENCE").errors
    assert "identification_type" in filled(lena, identification_type="ESP:CIF").errors, "a company's, not a person's"


def test_a_number_without_its_type_is_refused_and_so_is_a_type_without_a_number(lena: dict[str, Any]) -> None:
    assert "Say what kind" in str(filled(lena, identification_type="").errors["identification_type"])
    assert "Give the number" in str(filled(lena, identification_number="").errors["identification_number"])


def test_a_country_outside_the_list_is_given_by_name_and_code(lena: dict[str, Any]) -> None:
    form = filled(lena, country="other", other_country_name="France", other_country_code="fra", identification_type="")
    assert form.is_valid(), form.errors
    request = form.to_request()
    assert (request["country"], request["country_code"]) == ("France", "FRA")
    assert request["identification_number"] == "00000000T"
    assert "identification_type" not in request


@pytest.mark.parametrize(
    ("name", "code", "complaint"),
    [
        ("France", "", "name and the code"),
        ("", "FRA", "name and the code"),
        ("Spain", "ESP", "by its name in the list"),
    ],
)
def test_another_country_needs_both_its_name_and_a_code_that_is_not_listed(
    lena: dict[str, Any], name: str, code: str, complaint: str
) -> None:
    form = filled(lena, country="other", other_country_name=name, other_country_code=code, identification_type="")
    assert complaint in str(form.errors["country"])


def test_a_code_of_two_letters_is_explained(lena: dict[str, Any]) -> None:
    form = filled(lena, country="other", other_country_name="France", other_country_code="FR", identification_type="")
    assert "Three letters" in str(form.errors["other_country_code"])


def test_a_leftover_of_another_country_is_not_sent(lena: dict[str, Any]) -> None:
    form = filled(lena, other_country_name="France", other_country_code="FRA")
    assert form.is_valid(), form.errors
    assert form.to_request()["country"] == "Spain"


@pytest.mark.parametrize("phone", ["call me", "1", "+"])
def test_what_is_no_phone_number_is_refused(lena: dict[str, Any], phone: str) -> None:
    assert "not a phone number" in str(filled(lena, phone=phone).errors["phone"])


def test_a_phone_number_is_read_as_one_of_the_chosen_country(lena: dict[str, Any]) -> None:
    form = filled(lena, phone="612 345 678")
    assert form.is_valid(), form.errors
    assert form.to_request()["phone"] == "+34612345678"


@pytest.mark.django_db
def test_a_phone_number_that_nobody_can_have_is_to_be_confirmed(lena: dict[str, Any]) -> None:
    assert [caution.name for caution in cautions(lena, phone="+34 112 345 678")] == ["phone"]


@pytest.mark.parametrize("email", ["lena", "lena@", "lena@example", "lena@example.org\nBcc: x@example.org", ""])
def test_what_is_no_e_mail_address_is_refused(lena: dict[str, Any], email: str) -> None:
    assert "email" in filled(lena, email=email).errors


def test_a_date_of_birth_lies_in_the_past(lena: dict[str, Any]) -> None:
    for day in (timezone.localdate(), timezone.localdate() + timedelta(days=1), "1899-12-31", "30 February"):
        assert "dob" in filled(lena, dob=str(day)).errors


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://example.org/back", "ftp://example.org"])
def test_a_return_address_is_one_that_a_browser_may_be_sent_to(lena: dict[str, Any], address: str) -> None:
    assert "callback_url" in filled(lena, callback_url=address).errors


def test_an_iban_is_sent_without_spaces(lena: dict[str, Any]) -> None:
    form = filled(lena, iban="es91 2100 0418 4502 0005 1332")
    assert form.is_valid(), form.errors
    assert form.to_request()["iban"] == "ES9121000418450200051332"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀" * 255, "לנה אורטגה", "O'Brien-Ñandú"])
def test_every_name_that_people_have_is_taken_as_it_is(lena: dict[str, Any], name: str) -> None:
    form = filled(lena, name=name)
    assert form.is_valid(), form.errors
    assert form.to_request()["name"] == name


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "Le\x00na"])
def test_a_name_that_cannot_be_kept_is_refused(lena: dict[str, Any], name: str) -> None:
    assert "name" in filled(lena, name=name).errors


@pytest.mark.django_db
def test_nothing_speaks_against_lena(lena: dict[str, Any]) -> None:
    assert cautions(lena) == []


@pytest.mark.django_db
def test_a_wrong_number_and_a_wrong_iban_are_to_be_confirmed_and_do_not_forbid(lena: dict[str, Any]) -> None:
    found = cautions(lena, identification_number="00000000A", iban="ES00 2100 0418 4502 0005 1332")
    assert [caution.name for caution in found] == ["identification_number", "iban"]
    assert "check digit or letter" in str(found[0].text)


def test_customers_with_the_same_e_mail_or_number_are_named(
    lena: dict[str, Any], mirrored: Callable[..., Customer]
) -> None:
    same_email = mirrored("1", email="LENA@example.org")
    same_number = mirrored("2", email="someone@example.org", identification_number="00000000t")
    mirrored("3", email="marta@example.org", identification_number="11111111H")
    assert [(caution.name, caution.customer) for caution in cautions(lena)] == [
        (f"email-{same_email.pk}", same_email),
        (f"number-{same_number.pk}", same_number),
    ]


def test_customers_without_a_number_are_not_alike(lena: dict[str, Any], mirrored: Callable[..., Customer]) -> None:
    mirrored("1", email="marta@example.org", identification_number="")
    assert cautions(lena, identification_number="", identification_type="") == []


@pytest.mark.parametrize(
    ("days", "is_taken"), [(0, False), (1, True), (90, True), (365, True), (366, False), ("", False)]
)
def test_a_verification_link_is_good_for_1_to_365_days(days: Any, is_taken: bool) -> None:
    form = EnhancedVerificationForm({"days": days, "submission": "0" * 32})
    assert form.is_valid() is is_taken


def test_a_document_has_one_of_the_23_types() -> None:
    offered = [value for value, _ in UploadDocumentForm().fields["type"].choices if value]  # type: ignore[attr-defined]  # a choice field
    assert len(offered) == len(set(offered)) == 23

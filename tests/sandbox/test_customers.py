"""Registering and finding customers; contract 3.1 to 3.5 and 3.8."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.conftest import Caller

LENA = {"name": "Lena", "last_name": "Ortega", "email": "lena@example.org", "country": "Spain"}


def test_a_registered_person_gets_a_form_whose_address_has_no_scheme(empty: Caller) -> None:
    data = empty.post("/registerUser", LENA).json()["data"]
    assert isinstance(data["id"], int)
    assert "://" not in data["kyc_form_url"]
    assert data["kyc_valid"] is False
    assert "kyc_status" not in data


def test_a_registered_person_is_in_the_list_and_can_be_found(empty: Caller) -> None:
    created = empty.post("/registerUser", LENA).json()["data"]
    (listed,) = empty.list("/customers/list")
    found = empty.get("/users/find", email="LENA@example.org").json()["data"]
    assert listed["id"] == found["id"] == created["id"]
    assert listed["kyc_status"] == "unused"


def test_a_list_does_not_show_account_and_birth_date_of_a_registered_person(empty: Caller) -> None:
    empty.post("/registerUser", LENA | {"iban": "ES9121000418450200051332", "dob": "1990-02-03", "password": "hidden"})
    (listed,) = empty.list("/customers/list")
    assert not {"iban", "dob", "password", "last_name2"} & listed.keys()
    assert not any(name.startswith("_") for name in listed)


def test_an_email_is_registered_once_whatever_its_case(empty: Caller) -> None:
    empty.post("/registerUser", LENA)
    for path, body in (
        ("/registerUser", LENA | {"email": "Lena@Example.org"}),
        ("/register/company", {"email": "lena@example.org", "company_name": "Aurora S.L."}),
    ):
        assert empty.post(path, body).json() == {"status": "error", "error": "user_already_exists"}
    assert len(empty.sandbox.control.customers()) == 1


def test_a_generated_customer_is_found_by_email_and_cannot_register_again(caller: Caller) -> None:
    somebody = caller.list("/customers/list")[7]
    assert caller.get("/users/find", email=somebody["email"]).json()["data"]["id"] == somebody["id"]
    answer = caller.post("/registerUser", {"name": "Twice", "email": somebody["email"]})
    assert answer.json()["error"] == "user_already_exists"


def test_the_same_email_at_the_same_time_is_registered_once(empty: Caller) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: empty.post("/registerUser", LENA).json()["status"], range(8)))
    assert sorted(answers) == ["error"] * 7 + ["ok"]
    assert len(empty.sandbox.control.customers_with_email("lena@example.org")) == 1


@pytest.mark.parametrize("path", ["/registerUser", "/register/company"])
def test_a_disposable_domain_is_refused(empty: Caller, path: str) -> None:
    body = {"name": "Lena", "company_name": "Aurora S.L.", "email": "lena@mailinator.com"}
    assert empty.post(path, body).json() == {"status": "error", "error": "email_not_allowed"}


@pytest.mark.parametrize(("path", "body", "fields"), [
    ("/registerUser", {}, {"name", "email"}),
    ("/registerUser", {"name": "Lena"}, {"email"}),
    ("/registerUser", {"name": "Lena", "email": "lena@"}, {"email"}),
    ("/registerUser", LENA | {"dob": "yesterday"}, {"dob"}),
    ("/registerUser", LENA | {"identification_type": "LIBRARY_CARD"}, {"identification_type"}),
    ("/registerUser", LENA | {"country_code": "ES"}, {"country_code"}),
    ("/registerUser", LENA | {"callback_url": "javascript:alert(1)"}, {"callback_url"}),
    ("/register/company", {}, {"email", "company_name"}),
    ("/register/company", {"email": "a@example.org", "company_name": "x" * 256}, {"company_name"}),
    ("/register/company", {"email": "a" * 250 + "@example.org", "company_name": "x"}, {"email"}),
    ("/registerUser/kyc-delegated", LENA, {"document_front", "document_back", "face", "liveness"}),
])  # fmt: skip
def test_a_wrong_body_is_answered_as_laravel_does(
    empty: Caller, path: str, body: dict[str, Any], fields: set[str]
) -> None:
    answer = empty.post(path, body, wrong=True)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == fields
    assert "status" not in answer.json()
    assert empty.sandbox.control.customers() == []


def test_the_message_of_a_wrong_body_counts_the_other_errors(empty: Caller) -> None:
    answer = empty.post("/registerUser", {}, wrong=True)
    assert answer.json()["message"] == "The name field is required. (and 1 more error)"


def test_a_body_that_is_no_json_is_an_empty_one(empty: Caller) -> None:
    answer = empty.session.post(empty.sandbox.base_url + "/registerUser", data="{not json", timeout=10)
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀" * 255, "لينا أورتيغا", "O'Ortega; DROP TABLE"])
def test_a_hostile_name_is_kept_as_it_is(empty: Caller, name: str) -> None:
    assert empty.post("/registerUser", LENA | {"name": name}).json()["data"]["name"] == name
    assert empty.list("/customers/list")[0]["name"] == name


def test_a_name_too_long_for_the_database_is_an_unexpected_error(empty: Caller) -> None:
    answer = empty.post("/registerUser", LENA | {"name": "x" * 256})
    assert answer.json() == {"status": "error", "error": "unexpected_error"}


CAPTURES = ("document_front", "document_back", "face", "liveness")
PICTURE = "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8\xff\xe0 a picture \xff\xd9").decode()


def test_delegated_kyc_is_valid_at_once_and_has_no_form(empty: Caller) -> None:
    captures = dict.fromkeys(CAPTURES, PICTURE)
    data = empty.post("/registerUser/kyc-delegated", LENA | captures).json()["data"]
    assert data["kyc_valid"] is True
    assert "kyc_form_url" not in data
    assert empty.get("/kyc/check", user_id=data["id"]).json()["data"]["kyc_status"] == "valid"


def test_a_delegated_company_is_listed_as_one_with_its_captures_counted(empty: Caller) -> None:
    body = LENA | dict.fromkeys(CAPTURES, PICTURE) | {"company_name": "Aurora Textil S.L."}
    data = empty.post("/registerUser/kyc-delegated", body).json()["data"]
    (listed,) = empty.list("/customers/list")
    assert (listed["type"], listed["company_name"]) == ("company", "Aurora Textil S.L.")
    (received,) = empty.sandbox.control.captures()
    assert received["user_id"] == data["id"]
    assert {received[capture]["mime"] for capture in CAPTURES} == {"image/jpeg"}


def test_only_a_passport_has_no_back(empty: Caller) -> None:
    captures = dict.fromkeys(("document_front", "face", "liveness"), PICTURE)
    answer = empty.post("/registerUser/kyc-delegated", LENA | captures | {"identification_type": "DNI"}, wrong=True)
    assert set(answer.json()["errors"]) == {"document_back"}
    data = empty.post("/registerUser/kyc-delegated", LENA | captures | {"identification_type": "PASSPORT"}).json()[
        "data"
    ]
    assert data["kyc_valid"] is True


@pytest.mark.parametrize(
    "capture",
    ["%%%", base64.b64encode(b"a text").decode(), base64.b64encode(b"%PDF-1.7 ... %%EOF").decode()],
    ids=["no base64", "a text", "a PDF"],
)
def test_a_capture_that_is_no_picture_is_refused(empty: Caller, capture: str) -> None:
    answer = empty.post("/registerUser/kyc-delegated", LENA | dict.fromkeys(CAPTURES, capture))
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == set(CAPTURES)
    assert empty.sandbox.control.customers() == []


@pytest.mark.parametrize(
    ("email", "code"), [("lena@mailinator.com", "email_not_allowed"), ("marta@example.org", "user_already_exists")]
)
def test_delegated_kyc_is_refused_for_its_e_mail_as_any_registration_is(empty: Caller, email: str, code: str) -> None:
    empty.sandbox.control.add_customer(email="marta@example.org")
    answer = empty.post("/registerUser/kyc-delegated", LENA | dict.fromkeys(CAPTURES, PICTURE) | {"email": email})
    assert answer.json() == {"status": "error", "error": code}


def test_a_company_gets_a_link_and_a_password_of_12_characters_this_once(empty: Caller) -> None:
    body = {"email": "office@example.org", "company_name": "Aurora Textil S.L."}
    data = empty.post("/register/company", body).json()["data"]
    assert data["kyb_link"].startswith("https://")
    assert len(data["password"]) == 12
    (listed,) = empty.list("/customers/list")
    assert (listed["type"], listed["company_name"]) == ("company", "Aurora Textil S.L.")
    assert data["password"] not in str(listed)


def test_the_verification_status_of_nobody_is_an_error_at_http_200(empty: Caller) -> None:
    assert empty.get("/kyc/check", wrong=True).json()["error"] == "fail_mandatory_field"
    assert empty.get("/kyc/check", user_id=1).json()["error"] == "user_not_found"
    assert empty.get("/users/find", email="nobody@example.org").json()["error"] == "user_not_found"
    assert empty.get("/users/find", wrong=True).json()["error"] == "fail_mandatory_field"

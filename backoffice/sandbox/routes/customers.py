"""Customers and their verification status; contract 3.1 to 3.5 and 3.8."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backoffice.sandbox import validation
from backoffice.sandbox.answers import Answer, fail, fail_validation, succeed
from backoffice.sandbox.call import Call
from backoffice.sandbox.data.calendar import iso_text
from backoffice.sandbox.data.customers import FIRST_ID
from backoffice.sandbox.data.mixing import scramble, uuid_from
from backoffice.sandbox.data.reference import DISPOSABLE_DOMAINS, IDENTIFICATION_TYPES
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.files import describe_picture
from backoffice.sandbox.paging import answer_page
from backoffice.sandbox.state import State

_ANSWER_FIELDS = ("id", "email", "name", "last_name", "identification_number", "country", "kyc_valid")
_LISTED_FIELDS = (
    "email", "name", "last_name", "identification_number", "identification_type", "country", "country_code", "phone",
    "city", "address", "zipcode",
)  # fmt: skip
_UNLISTED_FIELDS = ("last_name2", "address_state", "iban")
_PERSON_RULES: dict[str, tuple[validation.Rule, ...]] = {
    **dict.fromkeys((*_LISTED_FIELDS, *_UNLISTED_FIELDS), (validation.text,)),
    "email": (validation.email, validation.at_most(254)),
    "country_code": (validation.text, validation.exactly(3)),
    "identification_type": (validation.one_of(IDENTIFICATION_TYPES),),
    "dob": (validation.date,),
    "callback_url": (validation.url,),
}
_COMPANY_RULES: dict[str, tuple[validation.Rule, ...]] = {
    "email": (validation.email, validation.at_most(254)),
    "company_name": (validation.text, validation.at_most(255)),
}
_DELEGATED_RULES = _PERSON_RULES | {"company_name": (validation.text, validation.at_most(255))}
_CAPTURES = ("document_front", "document_back", "face", "liveness")
_PASSPORTS = ("PASSPORT", "PASS")
_DATABASE_COLUMN = 255
_FAILING = re.compile(r"\+fail@")


def list_customers(call: Call) -> Answer:
    """List customers, people and companies together, newest first."""
    return answer_page(call, call.state.customers, range(len(call.state.customers)))


def create_customer(call: Call) -> Answer:
    """Register a person; the form's address comes without a scheme (contract 3.2)."""
    errors = validation.check(call.body, _PERSON_RULES, required=("name", "email"))
    refusal = fail_validation(errors) if errors else _refuse_email(call)
    if refusal:
        return refusal
    if len(call.body["name"]) > _DATABASE_COLUMN:
        return fail("unexpected_error")
    row = _add_person(call, kyc_status="unused")
    form = f"forms.kyc.example/{scramble(call.state.number('kyc-forms', row['id'])):016x}"
    return succeed(_created(row) | {"kyc_form_url": form})


def create_customer_delegated_kyc(call: Call) -> Answer:
    """Register a person or company whose KYC the integrator did; valid at once (contract 3.3).

    Every capture must be a picture; only a passport has no back.
    """
    has_back = call.body.get("identification_type") not in _PASSPORTS or bool(call.body.get("document_back"))
    captures = [capture for capture in _CAPTURES if has_back or capture != "document_back"]
    errors = validation.check(call.body, _DELEGATED_RULES, required=("name", "email", *captures))
    pictures = {capture: describe_picture(call.body[capture]) for capture in captures if capture not in errors}
    for capture, picture in pictures.items():
        if picture is None:
            errors[capture] = [f"The {capture.replace('_', ' ')} field must be an image."]
    refusal = fail_validation(errors) if errors else _refuse_email(call)
    if refusal:
        return refusal
    row = _add_person(call, kyc_status="valid")
    call.state.record("captures", {"user_id": row["id"], **pictures})
    return succeed(_created(row))


def create_company_customer(call: Call) -> Answer:
    """Register a company; link and password of its form are answered this once (contract 3.4)."""
    errors = validation.check(call.body, _COMPANY_RULES, required=("email", "company_name"))
    refusal = fail_validation(errors) if errors else _refuse_email(call)
    if refusal:
        return refusal
    state = call.state
    number = scramble(state.number("companies", len(state.customers)))
    password = f"{number:016x}"[:11] + "K"
    link = f"https://b2b.example.com/kyb/{uuid_from(number + 2)}"
    row = add_customer(
        state,
        {
            "email": call.body["email"],
            "company_name": call.body["company_name"],
            "type": "company",
            "uuid": uuid_from(number),
            "_kyb_password": password,
            "_kyb_link": link,
        },
    )
    return succeed({"id": row["id"], "uuid": row["uuid"], "kyb_link": link, "password": password})


def get_kyc_status(call: Call) -> Answer:
    """Answer how far the verification of a customer is (contract 3.5)."""
    if not call.query.get("user_id"):
        return fail("fail_mandatory_field")
    index = call.state.find_customer(call.query["user_id"])
    if index is None:
        return fail("user_not_found")
    row = call.state.customers.row(index)
    return succeed({"user_id": row["id"], "kyc_status": row["kyc_status"], "kyc_valid": row["kyc_valid"]})


def find_user(call: Call) -> Answer:
    """Answer the customer of an e-mail address (contract 3.8)."""
    if not call.query.get("email"):
        return fail("fail_mandatory_field")
    index = call.state.find_customer_by_email(call.query["email"])
    if index is None:
        return fail("user_not_found")
    return succeed(call.state.customers.public(index))


def add_customer(state: State, fields: Mapping[str, Any]) -> Row:
    """Add a customer with the given fields over the usual ones; return the row."""
    customers = state.customers
    index = len(customers)
    row: Row = {
        "id": FIRST_ID + index,
        "email": f"customer.{index}@example.org",
        "name": None,
        "last_name": None,
        "identification_number": None,
        "country": None,
        "kyc_valid": False,
        "kyc_status": "unused",
        "created_at": iso_text(state.clock.now()),
        "type": "person",
        **fields,
    }
    return customers.row(customers.add(row))


def _add_person(call: Call, *, kyc_status: str) -> Row:
    fields = {field: call.body[field] for field in _LISTED_FIELDS if field in call.body}
    fields |= {f"_{field}": call.body[field] for field in _UNLISTED_FIELDS if field in call.body}
    if call.body.get("company_name"):
        fields |= {"company_name": call.body["company_name"], "type": "company"}
    fails = bool(_FAILING.search(call.body["email"]))
    return add_customer(call.state, fields | {"kyc_status": kyc_status, "_fails": fails})


def _created(row: Row) -> Row:
    return {field: row[field] for field in _ANSWER_FIELDS}


def _refuse_email(call: Call) -> Answer | None:
    address = call.body["email"]
    if address.rpartition("@")[2].lower() in DISPOSABLE_DOMAINS:
        return fail("email_not_allowed")
    if call.state.find_customer_by_email(address) is not None:
        return fail("user_already_exists")
    return None

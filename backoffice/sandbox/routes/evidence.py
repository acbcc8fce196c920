"""Enhanced verification links and documents; contract 3.6 and 3.7."""

from __future__ import annotations

from typing import Any

from backoffice.sandbox import validation
from backoffice.sandbox.answers import Answer, fail, fail_validation, succeed, succeed_bare
from backoffice.sandbox.call import Call
from backoffice.sandbox.data.calendar import iso_text
from backoffice.sandbox.data.customers import FOREIGN_IDS
from backoffice.sandbox.data.mixing import uuid_from
from backoffice.sandbox.data.reference import DOCUMENT_TYPES
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.files import describe_file

_FORM_HOST = "https://b2b.example.com/onboarding/"
_DEFAULT_DAYS = 90
_FORM_RULES: dict[str, tuple[validation.Rule, ...]] = {
    "user_id": (validation.whole_number,),
    "expires_in_days": (validation.whole_number, validation.between(1, 365)),
}
_DOCUMENT_RULES: dict[str, tuple[validation.Rule, ...]] = {
    "type": (validation.one_of(DOCUMENT_TYPES),),
    "file": (validation.text,),
}


def create_enhanced_verification_link(call: Call) -> Answer:
    """Make a form in state ``draft`` with its link."""
    errors = validation.check(call.body, _FORM_RULES, required=("user_id",))
    if errors:
        return fail_validation(errors)
    index = call.state.find_customer(call.body["user_id"])
    if index is None:
        return fail("user_not_found", status=404)
    return succeed(_add_form(call, customer=call.state.customers.row(index)))


def upload_customer_document(call: Call) -> Answer:
    """Take a document; nothing but ``ok`` is answered."""
    customer_id = call.path["user_id"]
    index = call.state.find_customer(customer_id)
    if index is None:
        foreign = customer_id.isdecimal() and int(customer_id) in FOREIGN_IDS
        return fail("user_not_in_integration", status=403) if foreign else fail("user_not_found", status=404)
    if call.state.customers.row(index).get("_foreign"):
        return fail("user_not_in_integration", status=403)
    errors = validation.check(call.body, _DOCUMENT_RULES, required=("type", "file"))
    if errors:
        return fail_validation(errors)
    found = describe_file(call.body["file"])
    if found is None:
        return fail("invalid_file", status=422)
    document = {"user_id": int(customer_id), "type": call.body["type"], **found}
    call.state.record("documents", document)
    return succeed_bare()


def _add_form(call: Call, *, customer: Row) -> dict[str, Any]:
    state = call.state
    days = int(call.body.get("expires_in_days") or _DEFAULT_DAYS)
    form_id = uuid_from(state.number("forms", len(state.forms)))
    form = {
        "id": len(state.forms) + 1,
        "form_id": form_id,
        "user_id": customer["id"],
        "status": "draft",
        "onboarding_link": _FORM_HOST + form_id,
        "expires_at": iso_text(state.clock.in_days(days)),
    }
    state.record("forms", {**form, "_step": state.clock.step})
    return form

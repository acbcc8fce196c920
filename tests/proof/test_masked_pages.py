"""A known person's data and secrets, wherever they can stand, looked for on every page of who may not see them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.test import Client

from tests.people import sign_in

from .addresses import every_address
from .filling import Filler, operations_of_every_kind

pytestmark = pytest.mark.django_db

NUMBER, EMAIL, IBAN = "48213907K", "lena.canary@canaries.example", "ES4721000813610123456789"
PHONE, BORN, SECRET = "+34699123987", "1987-02-13", "https://b2b.example/kyb/canary-4711"
PASSWORD, STREET = "canary-password-77", "Calle del Canario 13"
RAW = (NUMBER, EMAIL, IBAN, PHONE, BORN, SECRET, "canary-4711", PASSWORD, STREET)
OBJECT: dict[str, Any] = {
    "identification_number": NUMBER, "email": EMAIL, "counterparty_iban": IBAN, "payout_iban": IBAN, "phone": PHONE,
    "dob": BORN, "kyc_form_url": SECRET, "onboarding_link": SECRET, "kyb_link": SECRET, "link": SECRET,
    "kyb_password": PASSWORD, "password": PASSWORD, "address": {"street": STREET},
    "note": f"{EMAIL} {NUMBER} {IBAN} {PHONE} {SECRET}", "customer": "Lena", "name": "Lena", "user_id": "1",
}  # fmt: skip
VALUES = {"identification_number": NUMBER, "email": EMAIL, "counterparty_iban": IBAN, "password": PASSWORD}
SECRETS = {"kyc_form_url", "link", "url"}
OUR_OWN_ADDRESSES = {"webhooks.WebhookSubscription.url", "webhooks.LiveCheck.url"}


def known(name: str, longest: int | None) -> str:
    """The known value of a field, an ordinary word for any other."""
    field = "" if name in OUR_OWN_ADDRESSES else name.rpartition(".")[2]
    return (SECRET if field in SECRETS else VALUES.get(field, "word"))[:longest]


@pytest.fixture
def rows(ada: User) -> dict[type[models.Model], list[models.Model]]:
    """A row of every table about the same person, whose objects as received hold everything."""
    made = {model: [row] for model, row in Filler(known, ada).fill().items()}
    for model, (row,) in made.items():
        named = {field.name: field for field in model._meta.concrete_fields}
        if "payload" in named:
            model._default_manager.filter(pk=row.pk).update(payload=json.dumps(OBJECT))
        if model._meta.label == "customers.Customer":
            # Nobody has a name here: what stands for it must not be the e-mail.
            model._default_manager.update(name="", last_name="", company_name="")
        if model._meta.label == "customers.DelegatedVerification":
            setattr(row, "details", {**OBJECT, "address": STREET, "iban": IBAN})  # noqa: B010 - a row of whichever table
            row.save()
        if model._meta.label == "sync.RecordedChange":
            changed = {name: [value, value] for name, value in {**VALUES, "kyc_form_url": SECRET}.items()}
            model._default_manager.update(resource="customers", columns=changed, remote_id="word")
        if model._meta.label == "sync.Quarantine":
            model._default_manager.update(reason=f"identification_number: {NUMBER} of {EMAIL} cannot be read")
    approver = User.objects.get(username="approver")
    for operation in operations_of_every_kind(lambda _name, _longest: "word", ada):
        operation.request = {**operation.request, **OBJECT, "iban": IBAN}
        operation.error_text = f"The provider said: {EMAIL} has {NUMBER} already"
        operation.error_code = "refused"
        operation.save()
        operation.events.create(to_state="refused", note=f"read back by {EMAIL}")
        decided = operation.approvals.create(
            requested_by=ada, by=approver, decision="refused", reason=f"{NUMBER} of {EMAIL} is not who has {IBAN}"
        )
        made[type(decided)] = [decided]
        made.setdefault(type(operation), []).append(operation)
    return made


@pytest.fixture
def found_by(client: Client, rows: dict[type[models.Model], list[models.Model]]) -> Callable[[User], dict[str, Any]]:
    """Reads every page as somebody: which raw values stand where, and how many pages there were."""

    def read(person: User) -> dict[str, Any]:
        sign_in(client, person)
        client.raise_request_exception = False
        found, pages = {}, 0
        for address in every_address(rows):
            if "logout" in address.name:
                continue
            answer = client.get(address.path)
            assert answer.status_code < 500 or address.name == "health", address.path
            shown = "" if answer.streaming else answer.content.decode()
            pages += answer.status_code == 200
            if here := [raw for raw in RAW if raw in shown]:
                found[address.path] = here
        return {"found": found, "pages": pages}

    return read


@pytest.mark.parametrize(
    ("person", "pages"), [("aurelio", 60), ("felix", 60), ("adam", 60), ("sofia", 60), ("clara", 60), ("ada", 90)]
)
def test_nothing_is_clear_on_any_page_but_to_those_who_may_see_it(
    found_by: Callable[[User], dict[str, Any]], request: pytest.FixtureRequest, person: str, pages: int
) -> None:
    result = found_by(request.getfixturevalue(person))
    sees_email = person in {"sofia", "clara", "ada"}
    wrong = {path: [raw for raw in raws if not (raw == EMAIL and sees_email)] for path, raws in result["found"].items()}
    print(f"masks: {person} read {result['pages']} pages")  # noqa: T201
    assert {path: raws for path, raws in wrong.items() if raws} == {}
    assert result["pages"] >= pages
    assert bool(result["found"]) == sees_email


@pytest.mark.parametrize("person", ["aurelio", "felix", "adam"])
@pytest.mark.parametrize("words", [NUMBER, EMAIL, "canaries", NUMBER[:4], IBAN])
def test_a_search_tells_nobody_what_is_masked(
    client: Client,
    rows: dict[type[models.Model], list[models.Model]],
    request: pytest.FixtureRequest,
    *,
    person: str,
    words: str,
) -> None:
    sign_in(client, request.getfixturevalue(person))
    may_reveal_iban = person == "felix"
    for address in every_address(rows):
        if not address.name.endswith("_changelist"):
            continue
        answer = client.get(address.path, {"q": words})
        if answer.status_code != 200 or (words == IBAN and may_reveal_iban) or "cl" not in (answer.context or {}):
            continue
        assert answer.context["cl"].result_count == 0 or not answer.context["cl"].search_fields, address.path

"""The history of a payment and of an off-ramp begins with who asked for it and who approved it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.calls.recording import call_log
from backoffice.operations.models import ApprovalPolicy, Operation
from backoffice.operations.services import approve, perform
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from customers.models import Customer
from payments.models import OffRamp, Payment
from tests.payments.creating import OFF_RAMP, PAYMENT, SALE, TRANSFER, confirm
from tests.timelines import told_to

pytestmark = pytest.mark.django_db

CREATED = [
    (PAYMENT, TRANSFER, "create_payment", "Create a payment", Payment),
    (OFF_RAMP, SALE, "create_off_ramp", "Create an off-ramp", OffRamp),
]


@pytest.fixture
def created(at_felixs: Client, lena: Customer, sofia: User, request: pytest.FixtureRequest) -> Any:
    """What Felix asked for and Sofía approved, twice: the first one is given back."""
    address, order, kind, _label, model = request.param
    ApprovalPolicy.objects.filter(kind=kind).update(amount_from=None, active=True)
    for amount in ("100", "200"):
        confirm(at_felixs, address, lena, {**order, "amount": amount})
        asked = Operation.objects.latest("pk")
        approve(operation_id=asked.pk, by=sofia)
        assert perform(asked.pk).state == "succeeded"
    call_log.write(inside_a_transaction=True)
    return model.objects.earliest("pk")


@pytest.mark.parametrize("created", CREATED, indirect=True)
def test_the_auditor_reads_who_asked_for_it_and_who_approved_it(client: Client, created: Any, aurelio: User) -> None:
    told = told_to(client, aurelio, created)
    assert ("Operation asked for", "felix") in told
    assert ("Operation approved", "sofia") in told
    assert sum(title == "Operation succeeded" for title, _by in told) == 1
    assert sum(title.startswith("Call to the provider: create") for title, _by in told) == 1


@pytest.mark.parametrize(("created", "label"), [(each, each[3]) for each in CREATED], indirect=["created"])
def test_who_may_not_read_the_audit_record_reads_the_steps(
    client: Client, created: Any, clara: User, label: str
) -> None:
    told = told_to(client, clara, created)
    assert (f"{label}: awaiting approval", "felix") in told
    assert (f"{label}: queued", "sofia") in told
    assert sum(title == f"{label}: succeeded" for title, _by in told) == 1


def test_a_payment_that_was_not_created_here_has_no_such_steps(client: Client, offers: Sandbox, aurelio: User) -> None:
    offers.control.add_payment(user_id="1", fiat_amount=100)
    sync_resource(name="payments", mode="full")
    assert {title for title, _by in told_to(client, aurelio, Payment.objects.get())} <= {"First seen", "Sent"}

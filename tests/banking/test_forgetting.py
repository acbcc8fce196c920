"""A pairing says whose payment it was, and so it keeps back and forgets like everything about a customer."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.operations import services
from backoffice.operations.models import State
from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS
from backoffice.retention.services import purge_due
from banking.models import Reconciliation
from banking.services import request_reconciliation
from customers.erasure import lift_restriction, restrict_customer
from customers.models import Customer
from tests.banking.conftest import Arrive
from tests.people import sign_in

pytestmark = pytest.mark.django_db

PERIOD = timedelta(days=FIVE_YEARS_IN_DAYS)


def page_of(pairing: Reconciliation) -> str:
    return reverse("admin:banking_reconciliation_change", args=[pairing.pk])


def page_to_decide(pairing: Reconciliation) -> str:
    return reverse("admin:operations_operation_decide", args=[pairing.operation_id])


@pytest.fixture
def pairings(arrive: Arrive, felix: User) -> list[Reconciliation]:
    """Felix's two of 12,000 EUR: one names its customer in the reasons, one where the two differ."""
    asked, came = {"fiat_amount": 1_200_000}, {"amount": "12000.00"}
    same = arrive(payment=asked, line=came)
    other = arrive(payment=asked, line={**came, "counterparty_name": "Iker Sanz"})
    for transfer in (same, other):
        request_reconciliation(line=transfer.line, payment=transfer.payment, requested_by=felix)
    return list(Reconciliation.objects.order_by("pk"))


def test_neither_the_page_nor_who_decides_is_shown_the_name_of_who_asked_to_be_forgotten(
    client: Client, sofia: User, clara: User, pairings: list[Reconciliation]
) -> None:
    sign_in(client, sofia)
    addresses = [address(pairing) for pairing in pairings for address in (page_of, page_to_decide)]

    def told() -> list[str]:
        return [address for address in addresses if "Lena Ortega" in client.get(address).content.decode()]

    assert told() == addresses
    for customer in Customer.objects.all():
        restrict_customer(customer, reason="Letter 17", by=clara)
    assert all(client.get(address).status_code == 200 for address in addresses)
    assert told() == []
    for customer in Customer.objects.all():
        lift_restriction(customer, reason="A mistake", by=sofia)
    assert told() == addresses


def test_the_purge_of_a_customer_takes_the_names_out_of_pairings_and_leaves_those_of_others(
    client: Client, sofia: User, clara: User, pairings: list[Reconciliation]
) -> None:
    forgotten, other = pairings
    for pairing in pairings:
        services.refuse_approval(operation_id=pairing.operation_id, by=sofia, reason="Not the one")
    customer = forgotten.payment.customer
    assert customer is not None
    restrict_customer(customer, reason="Letter 17", by=clara)

    with time_machine.travel(timezone.now() + PERIOD, tick=False):
        purge_due()

    for pairing in pairings:
        pairing.refresh_from_db()
    assert (forgotten.reasons, forgotten.differences) == ([], [])
    assert forgotten.operation.state == State.NOT_APPROVED
    assert "Lena Ortega" in str(other.differences)
    assert sign_in(client, sofia).get(page_of(forgotten)).status_code == 200

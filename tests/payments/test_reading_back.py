"""The answer to a creation was lost: what is found of it at the provider, and what is left to a person."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice import provider
from backoffice.operations.models import ApprovalPolicy, Operation, OperationEvent, State
from backoffice.operations.services import approve, do_again, perform, read_back
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from customers.models import Customer
from payments.models import OffRamp, OffRampInstructions, Payment, PaymentInstructions
from tests.payments.creating import GUIDED, GUIDED_ORDER, OFF_RAMP, PAYMENT, SALE, TRANSFER, confirm, create

pytestmark = pytest.mark.django_db

LONG_AGO = "2026-01-02T09:30:00.000000Z"


def lose(
    client: Client, offers: Sandbox, customer: Customer, errand: tuple[str, dict[str, str]], fault: str
) -> Operation:
    """Ask for it with its answer lost."""
    call = {PAYMENT: "createPayment", GUIDED: "createGuidedPayment", OFF_RAMP: "createOffRamp"}[errand[0]]
    offers.control.fault(fault, call)
    operation = create(client, errand[0], customer, errand[1])
    assert operation.state == State.UNKNOWN
    return operation


def last_note(operation: Operation) -> str:
    return str(OperationEvent.objects.filter(operation=operation).latest("pk").note)


@pytest.mark.parametrize("errand", [(PAYMENT, TRANSFER), (GUIDED, GUIDED_ORDER), (OFF_RAMP, SALE)])
@pytest.mark.parametrize("fault", ["drop_after", "error_500_after", "cut_body", "html_body", "nonsense"])
def test_what_was_done_is_found_and_not_done_twice(
    at_felixs: Client, offers: Sandbox, lena: Customer, errand: Any, fault: str
) -> None:
    operation = lose(at_felixs, offers, lena, errand, fault)
    assert read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert len(offers.control.payments()) + len(offers.control.offramps()) == 1
    assert Payment.objects.count() + OffRamp.objects.count() == 1


@pytest.mark.parametrize("errand", [(PAYMENT, TRANSFER), (GUIDED, GUIDED_ORDER), (OFF_RAMP, SALE)])
def test_what_was_proven_not_done_is_sent_again(
    at_felixs: Client, offers: Sandbox, lena: Customer, errand: Any
) -> None:
    operation = lose(at_felixs, offers, lena, errand, "drop_before")
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    Operation.objects.update(not_before=None)
    assert perform(operation.pk).state == State.SUCCEEDED
    assert len(offers.control.payments()) + len(offers.control.offramps()) == 1


@pytest.mark.parametrize("errand", [(PAYMENT, TRANSFER), (GUIDED, GUIDED_ORDER)])
def test_a_payment_that_came_late_of_what_was_read_back_as_not_done_is_ours_and_not_refused(
    at_felixs: Client, offers: Sandbox, lena: Customer, errand: Any
) -> None:
    operation = lose(at_felixs, offers, lena, errand, "drop_before")
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    late = offers.control.add_payment(user_id=lena.remote_id, external_id=operation.request["external_id"])
    sync_resource(name="payments", mode="full")
    Operation.objects.update(not_before=None)
    again = perform(operation.pk)
    assert (again.state, again.error_code) == (State.UNKNOWN, "cannot_be_sent")
    assert again.sent_at is not None, "an earlier attempt was"
    assert read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert PaymentInstructions.objects.get().payment.remote_id == str(late["id"])
    assert len(offers.control.payments()) == 1


def test_a_payment_that_was_found_again_says_what_is_known_and_what_was_lost(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    operation = lose(at_felixs, offers, lena, (PAYMENT, TRANSFER), "drop_after")
    read_back(operation_id=operation.pk)
    payment, instructions = Payment.objects.get(), PaymentInstructions.objects.get()
    assert instructions.concept == payment.transfer_concept == str(offers.control.payments()[0]["concept"])
    page = at_felixs.get(reverse("admin:payments_payment_change", args=[payment.pk])).content.decode()
    assert "answer was lost" in page
    assert instructions.concept in page


def test_an_off_ramp_that_was_found_again_warns_that_the_wallet_is_not_known(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    operation = lose(at_felixs, offers, lena, (OFF_RAMP, SALE), "drop_after")
    read_back(operation_id=operation.pk)
    off_ramp = OffRamp.objects.get()
    assert OffRampInstructions.objects.get().wallet == ""
    page = at_felixs.get(reverse("admin:payments_offramp_change", args=[off_ramp.pk])).content.decode()
    assert "Do not let the customer send anything" in page
    assert at_felixs.get(reverse("admin:payments_offramp_wallet-code", args=[off_ramp.pk])).status_code == 404


def test_a_provider_that_does_not_know_the_filter_is_read_from_its_newest_end(
    at_felixs: Client, offers: Sandbox, lena: Customer, settings: Any, tmp_path: Path
) -> None:
    contract = tmp_path / "contract.toml"
    contract.write_text('[endpoints.list_payments.request]\nexternal_id = "no_such_filter"\n')
    settings.CRYPTOPOCKET_CONTRACT = str(contract)
    settings.CRYPTOPOCKET_PAGE_SIZE = 2
    provider.reset_client()
    operation = lose(at_felixs, offers, lena, (PAYMENT, TRANSFER), "drop_after")
    for _ in range(5):
        offers.control.add_payment(user_id=lena.remote_id)
    assert read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert PaymentInstructions.objects.get().payment_id == offers.control.payments()[0]["id"]


def test_two_payments_of_one_external_id_are_named_and_left_to_a_person(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    operation = lose(at_felixs, offers, lena, (PAYMENT, {**TRANSFER, "external_id": "remit-1"}), "drop_after")
    offers.control.add_payment(user_id=lena.remote_id, external_id="remit-1")
    assert read_back(operation_id=operation.pk).state == State.UNKNOWN
    for payment in offers.control.payments():
        assert payment["id"] in last_note(operation)


def test_an_older_payment_of_the_same_external_id_is_not_taken_for_the_new_one(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    old = offers.control.add_payment(user_id=lena.remote_id, external_id="remit-2", created_at=LONG_AGO)
    operation = lose(at_felixs, offers, lena, (PAYMENT, {**TRANSFER, "external_id": "remit-2"}), "drop_before")
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    assert not PaymentInstructions.objects.filter(payment_id=old["id"]).exists()


def test_a_list_that_is_too_long_to_be_read_to_the_request_proves_nothing(
    at_felixs: Client, offers: Sandbox, lena: Customer, settings: Any
) -> None:
    settings.CRYPTOPOCKET_PAGE_SIZE = 1
    provider.reset_client()
    operation = lose(at_felixs, offers, lena, (PAYMENT, TRANSFER), "drop_before")
    for _ in range(25):
        offers.control.add_payment(user_id=lena.remote_id)
    assert read_back(operation_id=operation.pk).state == State.UNKNOWN
    assert "could not be read far enough" in last_note(operation)


def test_two_off_ramps_alike_are_left_to_a_person(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    operation = lose(at_felixs, offers, lena, (OFF_RAMP, SALE), "drop_after")
    (first,) = offers.control.offramps()
    offers.control.add_offramp(**{name: first[name] for name in first if name != "id"})
    assert read_back(operation_id=operation.pk).state == State.UNKNOWN
    assert first["id"] in last_note(operation)


@pytest.mark.parametrize("change", [{"user_id": "1"}, {"amount": "1"}, {"crypto": "USDC"}, {"blockchain": "tron"}])
def test_an_off_ramp_that_differs_is_not_taken_for_ours(
    at_felixs: Client, offers: Sandbox, lena: Customer, change: dict[str, str]
) -> None:
    operation = lose(at_felixs, offers, lena, (OFF_RAMP, SALE), "drop_before")
    alike = {"user_id": lena.remote_id, "amount": "250500000000000000000", "decimals": 18, "crypto": "USDT"}
    offers.control.add_offramp(**{**alike, "blockchain": "bsc", **change})
    assert read_back(operation_id=operation.pk).state == State.QUEUED


def test_off_ramps_that_say_neither_whose_nor_when_prove_nothing(
    start_provider: Callable[..., Sandbox], at_felixs: Client
) -> None:
    offers = start_provider(customers=0, payments=0, offramps=0, bank_transactions=0, inferred_fields=False)
    offers.control.add_customer(name="Lena", email="lena@example.org", kyc_status="valid", kyc_valid=True)
    for name in ("assets", "customers"):
        sync_resource(name=name, mode="full")
    Customer.objects.update(kyc_status="valid")
    operation = lose(at_felixs, offers, Customer.objects.get(), (OFF_RAMP, SALE), "drop_after")
    assert read_back(operation_id=operation.pk).state == State.UNKNOWN
    assert "does not say enough" in last_note(operation)


def test_a_provider_that_is_down_leaves_it_unknown(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    operation = lose(at_felixs, offers, lena, (PAYMENT, TRANSFER), "drop_after")
    offers.control.fault("error_500", "listOnRampTransactions", count=None)
    assert read_back(operation_id=operation.pk).state == State.UNKNOWN
    assert not Payment.objects.exists()


# What others created between the asking and the sending

EXTERNAL_ID = "remit-9"
ORDERS = [
    (PAYMENT, {**TRANSFER, "external_id": EXTERNAL_ID}),
    (GUIDED, {**GUIDED_ORDER, "external_id": EXTERNAL_ID}),
    (OFF_RAMP, SALE),
]
every_creation = pytest.mark.parametrize("errand", ORDERS)


def ask_two_days_ago(client: Client, customer: Customer, errand: tuple[str, dict[str, str]]) -> Operation:
    """Felix asks for it, and nothing is sent yet."""
    assert confirm(client, errand[0], customer, errand[1]).status_code == 302
    Operation.objects.update(created_at=timezone.now() - timedelta(days=2))
    return Operation.objects.get()


def create_alike(offers: Sandbox, customer: Customer, at: str) -> None:
    """Somebody else creates both, a payment and an off-ramp that look like what Felix asked for."""
    offers.control.add_payment(user_id=customer.remote_id, external_id=EXTERNAL_ID, created_at=at)
    alike = {"user_id": customer.remote_id, "amount": "250500000000000000000", "decimals": 18, "crypto": "USDT"}
    offers.control.add_offramp(**alike, blockchain="bsc", created_at=at)


def hours_ago(hours: int) -> str:
    return (timezone.now() - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def send(operation: Operation, offers: Sandbox, fault: str) -> None:
    """Send it, and lose the answer."""
    calls = {"create_payment": "createPayment", "create_guided_payment": "createGuidedPayment"}
    offers.control.fault(fault, calls.get(operation.kind, "createOffRamp"))
    Operation.objects.update(not_before=None)
    assert perform(operation.pk).state == State.UNKNOWN


def assert_nothing_is_taken_for_ours(operation: Operation) -> None:
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    assert not PaymentInstructions.objects.exists()
    assert not OffRampInstructions.objects.exists()


@every_creation
def test_what_another_created_while_it_waited_for_approval_is_not_taken_for_ours(
    at_felixs: Client, offers: Sandbox, lena: Customer, sofia: User, errand: Any
) -> None:
    ApprovalPolicy.objects.exclude(kind="").update(amount_from=1, active=True)
    operation = ask_two_days_ago(at_felixs, lena, errand)
    create_alike(offers, lena, hours_ago(5))
    approve(operation_id=operation.pk, by=sofia)
    send(operation, offers, "drop_before")
    assert_nothing_is_taken_for_ours(operation)


@every_creation
def test_what_another_created_while_the_provider_was_down_is_not_taken_for_ours(
    at_felixs: Client, offers: Sandbox, lena: Customer, settings: Any, errand: Any
) -> None:
    operation = ask_two_days_ago(at_felixs, lena, errand)
    settings.CRYPTOPOCKET_BASE_URL = "http://127.0.0.1:9/api"
    provider.reset_client()
    assert perform(operation.pk).state == State.QUEUED
    settings.CRYPTOPOCKET_BASE_URL = offers.base_url
    provider.reset_client()
    create_alike(offers, lena, hours_ago(5))
    send(operation, offers, "drop_before")
    assert_nothing_is_taken_for_ours(operation)


def test_an_off_ramp_that_the_mirror_had_before_the_sending_is_not_taken_for_ours(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    operation = ask_two_days_ago(at_felixs, lena, (OFF_RAMP, SALE))
    create_alike(offers, lena, hours_ago(0))
    sync_resource(name="offramps", mode="full")
    send(operation, offers, "drop_before")
    assert_nothing_is_taken_for_ours(operation)


def test_an_off_ramp_of_an_earlier_attempt_is_ours_although_the_mirror_saw_it_before_the_last_one(
    at_felixs: Client, offers: Sandbox, lena: Customer, felix: User
) -> None:
    operation = ask_two_days_ago(at_felixs, lena, (OFF_RAMP, SALE))
    send(operation, offers, "drop_after")
    sync_resource(name="offramps", mode="full")
    do_again(operation_id=operation.pk, by=felix, reason="Nothing was to be seen of it")
    send(operation, offers, "drop_before")
    assert read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert OffRampInstructions.objects.get().off_ramp == OffRamp.objects.get()

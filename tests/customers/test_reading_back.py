"""A registration waited before it was sent, and its answer was lost: who came meanwhile by themselves is not ours."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice import provider
from backoffice.operations.models import ApprovalPolicy, Operation, State
from backoffice.operations.services import approve, do_again, perform, read_back
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from customers import services
from customers.forms import new_submission
from customers.models import Customer, DelegatedVerification

from .test_delegated import ask as ask_delegated

pytestmark = pytest.mark.django_db

ANA = {"name": "Ana", "last_name": "Serrano", "email": "ana@example.org"}
CALLS = {
    "create_customer": "createCustomer",
    "create_customer_delegated_kyc": "createCustomerDelegatedKyc",
    "register_company": "createCompanyCustomer",
}
every_registration = pytest.mark.parametrize("kind", CALLS)

AskFor = Callable[[str], Operation]


@pytest.fixture
def ask_for(clara_works: Client, clara: User) -> AskFor:
    """Clara asks for Ana to be registered, two days ago, in one of the three ways."""

    def ask(kind: str) -> Operation:
        mark: dict[str, Any] = {"submission": new_submission(), "requested_by": clara}
        if kind == "create_customer":
            services.register_customer(person=ANA, **mark)
        elif kind == "register_company":
            services.register_company(company={"company_name": "Ana S.L.", "email": ANA["email"]}, **mark)
        else:
            ask_delegated(clara_works, **ANA)
        Operation.objects.update(created_at=timezone.now() - timedelta(days=2))
        return Operation.objects.get()

    return ask


def registers_herself(sandbox: Sandbox) -> Customer:
    """Ana registers in the integrator's app, and the mirror sees her."""
    sandbox.control.add_customer(**ANA)
    sync_resource(name="customers", mode="full")
    return Customer.objects.get()


def send_in_vain(operation: Operation, sandbox: Sandbox) -> None:
    """Send it: the connection is closed, and nothing was done."""
    sandbox.control.fault("drop_before", CALLS[operation.kind])
    Operation.objects.update(not_before=None)
    assert perform(operation.pk).state == State.UNKNOWN


def assert_left_to_a_person(operation: Operation, ana: Customer) -> None:
    """Nothing was taken for ours, and nothing is attached to Ana."""
    operation = read_back(operation_id=operation.pk)
    assert operation.state == State.UNKNOWN
    assert "we knew that customer before this was sent" in operation.events.latest("pk").note
    assert operation.subject_id == ""
    assert not DelegatedVerification.objects.filter(customer=ana).exists()
    assert not ana.company_verifications.exists()


@every_registration
def test_who_registered_herself_while_it_waited_for_approval_is_not_taken_for_ours(
    sandbox: Sandbox, ask_for: AskFor, sofia: User, kind: str
) -> None:
    ApprovalPolicy.objects.update_or_create(kind=kind, defaults={"active": True})
    operation = ask_for(kind)
    ana = registers_herself(sandbox)
    approve(operation_id=operation.pk, by=sofia)
    send_in_vain(operation, sandbox)
    assert_left_to_a_person(operation, ana)


@every_registration
@pytest.mark.parametrize("absence", ["unreachable", "not authorised"])
def test_who_registered_herself_while_the_provider_did_not_answer_us_is_not_taken_for_ours(
    sandbox: Sandbox, ask_for: AskFor, settings: Any, kind: str, absence: str
) -> None:
    ApprovalPolicy.objects.all().delete()
    operation = ask_for(kind)
    if absence == "unreachable":
        settings.CRYPTOPOCKET_BASE_URL = "http://127.0.0.1:9/api"
    else:
        sandbox.control.fault("refuse_address", CALLS[kind], count=2)
    provider.reset_client()
    assert perform(operation.pk).state == State.QUEUED
    settings.CRYPTOPOCKET_BASE_URL = sandbox.base_url
    provider.reset_client()
    ana = registers_herself(sandbox)
    send_in_vain(operation, sandbox)
    assert_left_to_a_person(operation, ana)


@every_registration
def test_who_registered_herself_after_it_was_read_back_as_not_done_is_not_taken_for_ours(
    sandbox: Sandbox, ask_for: AskFor, kind: str
) -> None:
    ApprovalPolicy.objects.all().delete()
    operation = ask_for(kind)
    send_in_vain(operation, sandbox)
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    ana = registers_herself(sandbox)
    send_in_vain(operation, sandbox)
    assert_left_to_a_person(operation, ana)


def send_again(operation: Operation) -> Operation:
    """Send what was read back as not done."""
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    Operation.objects.update(not_before=None)
    return perform(operation.pk)


@every_registration
def test_who_was_registered_late_by_an_attempt_read_back_as_not_done_is_found_and_not_told_as_refused(
    sandbox: Sandbox, ask_for: AskFor, kind: str
) -> None:
    ApprovalPolicy.objects.all().delete()
    operation = ask_for(kind)
    send_in_vain(operation, sandbox)
    first_sent_at = Operation.objects.get().first_sent_at
    assert read_back(operation_id=operation.pk).state == State.QUEUED
    sandbox.control.add_customer(**ANA)
    Operation.objects.update(not_before=None)
    again = perform(operation.pk)
    assert (again.state, again.error_code) == (State.UNKNOWN, "user_already_exists")
    assert again.earlier_sent_at == first_sent_at
    assert "an earlier one may have been done" in again.events.latest("pk").note
    operation = read_back(operation_id=operation.pk)
    assert operation.state == State.SUCCEEDED
    assert operation.subject_id == str(Customer.objects.get().pk)
    if kind == "create_customer_delegated_kyc":
        assert DelegatedVerification.objects.get().customer == Customer.objects.get()


@every_registration
def test_a_refusal_after_a_read_back_stands_where_the_provider_shows_no_trace_of_ours(
    sandbox: Sandbox, ask_for: AskFor, kind: str
) -> None:
    ApprovalPolicy.objects.all().delete()
    operation = ask_for(kind)
    send_in_vain(operation, sandbox)
    sandbox.control.fault("error_code", CALLS[kind], code="email_not_allowed")
    assert send_again(operation).state == State.UNKNOWN
    refused = read_back(operation_id=operation.pk)
    assert (refused.state, refused.error_code) == (State.REFUSED, "email_not_allowed")
    assert refused.finished_at is not None
    assert sandbox.control.calls(CALLS[kind]) == 2


@every_registration
def test_an_attempt_that_was_proven_to_have_sent_nothing_leaves_a_refusal_what_it_is(
    sandbox: Sandbox, ask_for: AskFor, settings: Any, kind: str
) -> None:
    ApprovalPolicy.objects.all().delete()
    operation = ask_for(kind)
    settings.CRYPTOPOCKET_BASE_URL = "http://127.0.0.1:9/api"
    provider.reset_client()
    assert perform(operation.pk).state == State.QUEUED
    settings.CRYPTOPOCKET_BASE_URL = sandbox.base_url
    provider.reset_client()
    sandbox.control.add_customer(**ANA)
    Operation.objects.update(not_before=None)
    assert perform(operation.pk).state == State.REFUSED


@every_registration
def test_what_carries_files_is_read_back_later_because_the_provider_takes_longer(
    sandbox: Sandbox, ask_for: AskFor, settings: Any, kind: str
) -> None:
    ApprovalPolicy.objects.all().delete()
    settings.OPERATIONS_SETTLE_SECONDS, settings.OPERATIONS_SETTLE_SLOW_SECONDS = 60, 240
    operation = ask_for(kind)
    send_in_vain(operation, sandbox)
    operation.refresh_from_db()
    assert operation.not_before is not None
    is_later = operation.not_before > timezone.now() + timedelta(seconds=200)
    assert is_later == (kind == "create_customer_delegated_kyc")


@every_registration
def test_who_was_registered_by_an_earlier_attempt_of_ours_is_found_however_often_it_was_sent(
    sandbox: Sandbox, ask_for: AskFor, clara: User, kind: str
) -> None:
    ApprovalPolicy.objects.all().delete()
    operation = ask_for(kind)
    sandbox.control.fault("drop_after", CALLS[kind])
    assert perform(operation.pk).state == State.UNKNOWN
    sync_resource(name="customers", mode="full")
    do_again(operation_id=operation.pk, by=clara, reason="The list did not show her")
    send_in_vain(operation, sandbox)
    operation = read_back(operation_id=operation.pk)
    assert operation.state == State.SUCCEEDED
    assert operation.subject_id == str(Customer.objects.get().pk)

"""Who asked to be forgotten: what waited about them is not sent any more, and nobody approves it blind."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.operations.errors import NotPossible
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import ApprovalPolicy, Operation, OperationBatch, State
from backoffice.operations.services import (
    approve,
    approve_batch,
    do_again,
    perform,
    refuse_approval,
    request_operation,
    sweep,
)
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from customers import services
from customers.erasure import lift_restriction, restrict_customer
from customers.models import Customer
from tests.people import sign_in

pytestmark = pytest.mark.django_db

LINKS = "createEnhancedVerificationLink"
AskFor = Callable[..., Operation]
Forget = Callable[[], None]


@pytest.fixture
def lena(sandbox: Sandbox) -> Customer:
    """Lena, whom the provider knows."""
    sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org")
    sync_resource(name="customers", mode="full")
    return Customer.objects.get()


def approve_always() -> None:
    """Every verification link needs approval."""
    ApprovalPolicy.objects.update_or_create(kind="create_enhanced_verification_link", defaults={"active": True})


@pytest.fixture
def ask_for_link(lena: Customer, clara: User) -> AskFor:
    """Clara asks for a verification link for Lena."""

    def ask(*, needs_approval: bool = False) -> Operation:
        if needs_approval:
            approve_always()
        asked = services.issue_enhanced_verification(customer=lena, days=7, submission="1", requested_by=clara)
        return asked.operation

    return ask


@pytest.fixture
def forget(lena: Customer, clara: User) -> Forget:
    """Enters Lena's request."""

    def restrict() -> None:
        restrict_customer(lena, reason="Letter 17", by=clara)

    return restrict


@pytest.fixture
def at_claras(client: Client, clara: User) -> Client:
    """Clara's browser."""
    sign_in(client, clara)
    return client


def sent(sandbox: Sandbox) -> int:
    return sandbox.control.calls(LINKS)


def page_of(operation: Operation) -> str:
    return reverse("admin:operations_operation_change", args=[operation.pk])


# What had not gone out when the customer was restricted


@pytest.mark.parametrize("needs_approval", [True, False])
def test_what_waited_is_ended_and_never_sent(
    at_claras: Client, sandbox: Sandbox, ask_for_link: AskFor, forget: Forget, needs_approval: bool
) -> None:
    operation = ask_for_link(needs_approval=needs_approval)
    forget()
    operation = perform(operation.pk)
    assert (operation.state, operation.error_code) == (State.CANCELLED, "asked_to_be_forgotten")
    assert operation.events.latest("pk").by == operation.requested_by
    assert sent(sandbox) == 0
    shown = at_claras.get(page_of(operation)).content.decode()
    assert "It was ended before it was done." in shown
    assert "The customer asked to be forgotten, so it was ended" in shown


def test_the_page_that_restricts_names_what_it_ends_and_what_was_sent_before(
    at_claras: Client, sandbox: Sandbox, ask_for_link: AskFor, lena: Customer, clara: User
) -> None:
    sandbox.control.fault("drop_after", LINKS)
    unknown = perform(ask_for_link().pk)
    awaiting = Operation.objects.create(
        kind="create_payment", state=State.AWAITING_APPROVAL, dedupe_key="1", requested_by=clara,
        subject_model="customers.customer", subject_id=str(lena.pk),
    )  # fmt: skip
    shown = at_claras.get(f"/admin/customers/customer/{lena.pk}/restrict/").content.decode()
    ended, before = shown.index("Ended by this"), shown.index("Taken up before")
    assert ended < shown.index(f"Create a payment #{awaiting.pk} (awaiting approval)") < before
    assert before < shown.index(f"Issue an enhanced verification link #{unknown.pk} (unknown)")


def test_what_a_worker_had_taken_up_is_not_sent_either(
    sandbox: Sandbox, ask_for_link: AskFor, forget: Forget, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    operation = ask_for_link()
    kind = type(get_kind(operation.kind))
    monkeypatch.setattr(kind, "prepare", lambda _kind, _operation: forget())
    assert perform(operation.pk).state == State.SENDING
    assert sent(sandbox) == 0
    monkeypatch.undo()
    settings.OPERATIONS_LEASE_SECONDS = 0
    sweep()
    note = operation.events.latest("pk").note
    assert note == "This attempt ended before the call: it has sent nothing.", "and no worker was lost"
    operation = perform(operation.pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, "asked_to_be_forgotten")
    assert sent(sandbox) == 0


def test_what_is_in_doubt_is_not_sent_a_second_time(
    at_claras: Client, sandbox: Sandbox, ask_for_link: AskFor, forget: Forget, clara: User
) -> None:
    sandbox.control.fault("drop_after", LINKS)
    operation = perform(ask_for_link().pk)
    do_again(operation_id=operation.pk, by=clara, reason="It never came")
    forget()
    operation = perform(operation.pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, "asked_to_be_forgotten")
    assert sent(sandbox) == 1
    shown = at_claras.get(page_of(operation)).content.decode()
    assert "This attempt has sent nothing. An earlier attempt may have been done as well." in shown
    assert "Nothing was sent." not in shown


def test_nobody_does_it_again_for_a_restricted_customer(
    sandbox: Sandbox, ask_for_link: AskFor, forget: Forget, clara: User
) -> None:
    sandbox.control.fault("drop_after", LINKS)
    operation = perform(ask_for_link().pk)
    forget()
    with pytest.raises(NotPossible, match="asked to be forgotten"):
        do_again(operation_id=operation.pk, by=clara, reason="It never came")


def test_after_the_restriction_is_lifted_it_can_be_asked_anew(
    sandbox: Sandbox, ask_for_link: AskFor, lena: Customer, clara: User, sofia: User
) -> None:
    ask_for_link()
    restrict_customer(lena, reason="Letter 17", by=clara)
    lift_restriction(lena, reason="Wrong Lena", by=sofia)
    again = services.issue_enhanced_verification(customer=lena, days=7, submission="2", requested_by=clara)
    assert perform(again.operation.pk).state == State.SUCCEEDED


# What awaited approval from before


@pytest.mark.parametrize("decide", ["approve", "refuse"])
def test_what_awaits_approval_ends_whatever_is_decided_and_the_page_says_so(
    client: Client, sandbox: Sandbox, ask_for_link: AskFor, sofia: User, decide: str
) -> None:
    operation = ask_for_link(needs_approval=True)
    Operation.objects.update(subject_is_restricted=True)
    sign_in(client, sofia)
    page = reverse("admin:operations_operation_decide", args=[operation.pk])
    assert "it cannot be approved" in client.get(page).content.decode()
    decision = approve if decide == "approve" else partial(refuse_approval, reason="No need")
    with pytest.raises(NotPossible, match="asked to be forgotten"):
        decision(operation_id=operation.pk, by=sofia)
    assert perform(operation.pk).state == State.CANCELLED
    assert not operation.approvals.exists()
    assert sent(sandbox) == 0


def test_of_a_batch_only_those_end_who_asked_to_be_forgotten(
    client: Client, sandbox: Sandbox, lena: Customer, clara: User, sofia: User
) -> None:
    approve_always()
    sandbox.control.add_customer(name="Marta", email="marta@example.org")
    sync_resource(name="customers", mode="full")
    everybody = list(Customer.objects.order_by("pk"))
    batch = services.issue_enhanced_verifications(customers=everybody, days=7, submission="1", requested_by=clara)
    Operation.objects.filter(subject_id=str(lena.pk)).update(subject_is_restricted=True)
    sign_in(client, sofia)
    page = reverse("admin:operations_operationbatch_decide", args=[batch.pk])
    assert "The customer of 1 act asked to be forgotten" in client.get(page).content.decode()
    decided = approve_batch(batch_id=batch.pk, by=sofia)
    assert (len(decided.queued), len(decided.void)) == (1, 1)
    assert {perform(row.pk).state for row in batch.operations.all()} == {State.SUCCEEDED, State.CANCELLED}
    assert sent(sandbox) == 1


# Who was restricted after the page was opened


@pytest.mark.parametrize("together", [True, False])
def test_nothing_is_asked_about_a_customer_who_was_restricted_a_moment_ago(
    lena: Customer, clara: User, together: bool
) -> None:
    Customer.objects.update(restricted_at=timezone.now())
    assert lena.restricted_at is None
    asked: dict[str, Any] = {"days": 7, "submission": "1", "requested_by": clara}
    issue = (
        partial(services.issue_enhanced_verifications, customers=[lena])
        if together
        else partial(services.issue_enhanced_verification, customer=lena)
    )
    with pytest.raises(PermissionDenied):
        issue(**asked)
    assert not Operation.objects.exists()
    assert not OperationBatch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_is_restricted_while_something_is_written_down_about_them_is_restricted_after_it(
    lena: Customer, clara: User, forget: Forget
) -> None:
    def restrict() -> None:
        forget()
        connection.close()

    restricting = threading.Thread(target=restrict)

    def restrict_meanwhile(_operation: Operation) -> None:
        restricting.start()
        restricting.join(timeout=0.5)
        assert restricting.is_alive()

    operation = request_operation(
        kind="create_enhanced_verification_link",
        request={"user_id": lena.remote_id, "customer": "Lena Ortega", "days": 7, "submission": "1"},
        requested_by=clara,
        subject=lena,
        before_commit=restrict_meanwhile,
    )
    restricting.join(timeout=30)
    operation.refresh_from_db()
    assert (operation.subject_is_restricted, operation.state) == (True, State.CANCELLED)

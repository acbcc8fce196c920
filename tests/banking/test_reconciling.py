"""Reconciling: the pair reaches the provider exactly once, or is shown as what it is."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client

from backoffice.operations import services
from backoffice.operations.errors import AlreadyRequested
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import ApprovalPolicy, Operation, State
from backoffice.operations.standing import standing_of
from backoffice.sandbox import Sandbox
from backoffice.sync.models import RecordedChange
from backoffice.sync.services import sync_resource
from banking.errors import AlreadyPaired, BankingError, CannotReconcile
from banking.matching import find_candidates, find_lines
from banking.models import BankTransaction, Reconciliation
from banking.services import request_reconciliation
from payments.models import Payment
from tests.banking.conftest import Arrive, Ask, Transfer
from tests.timelines import told_to

pytestmark = pytest.mark.django_db

RECONCILE = "reconcilePayment"


def perform(operation: Operation) -> Operation:
    return services.perform(operation.pk)


def wait_and_read_back(operation: Operation) -> Operation:
    return services.read_back(operation_id=operation.pk)


def test_the_payment_moves_on_and_the_mirror_is_fresh_at_once(sandbox: Sandbox, transfer: Transfer, ask: Ask) -> None:
    operation = perform(ask())
    assert operation.state == State.SUCCEEDED
    assert sandbox.control.reconciliations() == [
        {
            "payment_id": transfer.payment.remote_id,
            "bank_transaction_id": int(transfer.line.remote_id),
            "status": "payment_received",
        }
    ]
    now = transfer.stood()
    assert (now.payment.status, now.payment.holder) == ("payment_received", "LENA ORTEGA")
    assert (now.line.reconciled, now.line.payment_id) == (True, transfer.payment.remote_id)
    assert operation.answer == {
        "payment_id": transfer.payment.remote_id,
        "bank_transaction_id": transfer.line.remote_id,
        "status": "payment_received",
    }


def test_the_next_sync_finds_nothing_to_change(transfer: Transfer, ask: Ask) -> None:
    perform(ask())
    changes = RecordedChange.objects.count()
    for name in ("payments", "bank_transactions"):
        sync_resource(name=name, mode="full")
    assert RecordedChange.objects.count() == changes


def test_why_the_two_belong_together_and_where_they_differed_is_kept(arrive: Arrive, felix: User) -> None:
    transfer = arrive(line={"amount": "125.00"})
    request_reconciliation(line=transfer.line, payment=transfer.payment, requested_by=felix)
    pairing = Reconciliation.objects.get()
    assert f"The text is the concept {transfer.payment.transfer_concept}" in pairing.reasons
    assert pairing.differences == [{"label": "Amount", "of_line": "125.00", "of_payment": "125.50"}]


def test_a_payment_that_cannot_be_read_afterwards_is_reconciled_all_the_same(
    sandbox: Sandbox, transfer: Transfer, ask: Ask
) -> None:
    sandbox.control.fault("error_code", "getPayment", code="unexpected_error", count=None)
    assert perform(ask()).state == State.SUCCEEDED
    now = transfer.stood()
    assert (now.payment.status, now.line.payment_id) == ("payment_received", transfer.payment.remote_id)


def test_a_pair_that_somebody_else_reconciled_with_another_is_refused_in_plain_words(
    sandbox: Sandbox, transfer: Transfer, ask: Ask
) -> None:
    operation = ask()
    sandbox.control.change_bank_transaction(int(transfer.line.remote_id), reconciled=True, payment_id="another")
    operation = perform(operation)
    assert (operation.state, operation.error_code) == (State.REFUSED, "already_reconciled")
    explanation = get_kind(operation.kind).explain_refusal(operation.error_code, operation.error_text)
    assert "reconciled before" in explanation
    assert not Reconciliation.objects.get().is_live


def test_a_pair_that_was_reconciled_in_the_providers_panel_counts_as_done(
    sandbox: Sandbox, transfer: Transfer, ask: Ask
) -> None:
    operation = ask()
    sandbox.control.change_bank_transaction(
        int(transfer.line.remote_id), reconciled=True, payment_id=transfer.payment.remote_id
    )
    sandbox.control.change_payment(transfer.payment.remote_id, status="payment_received")
    assert perform(operation).state == State.SUCCEEDED
    assert transfer.stood().line.payment_id == transfer.payment.remote_id


@pytest.mark.parametrize("fault", ["drop_after", "error_500_after", "cut_body", "html_body", "nonsense"])
def test_a_lost_answer_is_found_again_and_nothing_is_done_twice(
    sandbox: Sandbox, transfer: Transfer, ask: Ask, fault: str
) -> None:
    sandbox.control.fault(fault, RECONCILE)
    operation = perform(ask())
    assert operation.state == State.UNKNOWN
    assert Reconciliation.objects.get().is_live
    operation = wait_and_read_back(operation)
    assert operation.state == State.SUCCEEDED
    assert len(sandbox.control.reconciliations()) == 1
    assert sandbox.control.calls(RECONCILE) == 1
    now = transfer.stood()
    assert (now.payment.status, now.line.payment_id) == ("payment_received", transfer.payment.remote_id)


def test_a_call_that_was_lost_on_the_way_is_made_again_after_the_read_back(
    sandbox: Sandbox, transfer: Transfer, ask: Ask
) -> None:
    sandbox.control.fault("drop_before", RECONCILE)
    operation = perform(ask())
    assert operation.state == State.UNKNOWN
    operation = wait_and_read_back(operation)
    assert operation.state == State.QUEUED
    Operation.objects.update(not_before=None)
    assert perform(operation).state == State.SUCCEEDED
    assert len(sandbox.control.reconciliations()) == 1


def test_what_cannot_be_told_is_left_to_a_person(sandbox: Sandbox, transfer: Transfer, ask: Ask) -> None:
    sandbox.control.fault("drop_after", RECONCILE)
    operation = perform(ask())
    sandbox.control.change_bank_transaction(int(transfer.line.remote_id), reconciled=False, payment_id=None)
    operation = wait_and_read_back(operation)
    assert operation.state == State.UNKNOWN
    last = operation.events.last()
    assert last is not None
    assert "The two do not agree" in last.note


def test_leaving_it_frees_both_for_another_pairing(sandbox: Sandbox, transfer: Transfer, ask: Ask, felix: User) -> None:
    sandbox.control.fault("drop_before", RECONCILE)
    operation = perform(ask())
    services.leave(operation_id=operation.pk, by=felix, reason="Done in the provider's panel")
    assert not Reconciliation.objects.get().is_live
    assert perform(ask()).state == State.SUCCEEDED


def test_cancelling_frees_both_for_another_pairing(ask: Ask, felix: User) -> None:
    services.cancel(operation_id=ask().pk, by=felix, reason="The wrong one")
    assert not Reconciliation.objects.get().is_live
    assert ask().state == State.QUEUED


def test_a_double_click_is_one_operation(ask: Ask) -> None:
    first = ask()
    with pytest.raises(AlreadyRequested) as caught:
        ask()
    assert caught.value.operation == first
    assert Reconciliation.objects.count() == 1


def test_the_same_line_for_another_payment_names_who_was_first(
    sandbox: Sandbox, transfer: Transfer, ask: Ask, fiona: User
) -> None:
    ask()
    sandbox.control.add_payment(fiat_amount=12_550)
    sync_resource(name="payments", mode="full")
    other = Payment.objects.select_related("customer").exclude(pk=transfer.payment.pk).get()
    with pytest.raises(AlreadyPaired, match=r"felix paired bank transaction .* already\. Nothing was sent\."):
        ask(payment=other, requested_by=fiona)
    assert Operation.objects.count() == 1


def test_the_same_payment_for_another_line_names_who_was_first(
    sandbox: Sandbox, transfer: Transfer, ask: Ask, fiona: User
) -> None:
    ask()
    sandbox.control.add_bank_transaction(amount="125.50")
    sync_resource(name="bank_transactions", mode="full")
    other = BankTransaction.objects.exclude(pk=transfer.line.pk).get()
    with pytest.raises(AlreadyPaired, match="felix paired"):
        ask(line=other, requested_by=fiona)


def test_a_pair_stays_locked_after_it_succeeded(ask: Ask, fiona: User) -> None:
    perform(ask())
    BankTransaction.objects.update(reconciled=False, payment=None)
    with pytest.raises((AlreadyPaired, CannotReconcile)):
        ask(requested_by=fiona)


@pytest.mark.parametrize("who", ["clara", "sofia", "aurelio"])
def test_only_finance_may_reconcile(ask: Ask, who: str, request: pytest.FixtureRequest) -> None:
    person: Any = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        ask(requested_by=person)
    assert not Operation.objects.exists()
    assert not Reconciliation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"direction": "debit"}, "outgoing"),
        ({"direction": "sideways"}, "Nobody knows that word"),
        ({"amount": "0.00"}, "brought no money"),
        ({"amount": "-125.50"}, "brought no money"),
        ({"reconciled": True, "payment_id": "another"}, "reconciled at the provider already"),
        ({"id": None}, "no id"),
    ],
)
def test_a_line_that_cannot_be_reconciled_says_why(
    sandbox: Sandbox, arrive: Arrive, felix: User, fields: dict[str, Any], why: str
) -> None:
    transfer = arrive()
    sandbox.control.add_bank_transaction(**{"amount": "9.99", **fields})
    sync_resource(name="bank_transactions", mode="full")
    line = BankTransaction.objects.exclude(pk=transfer.line.pk).get()
    with pytest.raises(CannotReconcile, match=why):
        request_reconciliation(line=line, payment=transfer.payment, requested_by=felix)
    assert not Operation.objects.exists()


def test_a_line_that_a_sync_shows_as_reconciled_before_the_call_is_not_sent(
    sandbox: Sandbox, transfer: Transfer, ask: Ask
) -> None:
    operation = ask()
    sandbox.control.change_bank_transaction(int(transfer.line.remote_id), reconciled=True, payment_id="another")
    sync_resource(name="bank_transactions", mode="full")
    operation = perform(operation)
    assert operation.state == State.REFUSED
    assert "Nothing was sent." in standing_of(operation, get_kind(operation.kind)).sent
    assert sandbox.control.calls(RECONCILE) == 0


@pytest.mark.parametrize("cents", [1, 999_999_999_900])
def test_very_small_and_very_large_amounts_are_reconciled_alike(
    sandbox: Sandbox, arrive: Arrive, felix: User, sofia: User, cents: int
) -> None:
    transfer = arrive(payment={"fiat_amount": cents}, line={"amount": f"{cents // 100}.{cents % 100:02d}"})
    operation = request_reconciliation(line=transfer.line, payment=transfer.payment, requested_by=felix)
    if operation.state == State.AWAITING_APPROVAL:
        services.approve(operation_id=operation.pk, by=sofia)
    assert perform(operation).state == State.SUCCEEDED


@pytest.mark.parametrize(
    ("line", "payment", "state"),
    [
        ({"amount": "9999.99"}, {"fiat_amount": 999_999}, State.QUEUED),
        ({"amount": "10000.00"}, {"fiat_amount": 999_999}, State.AWAITING_APPROVAL),
        ({"amount": "9999.99"}, {"fiat_amount": 1_000_000}, State.AWAITING_APPROVAL),
        ({"amount": "5.00"}, {"fiat_amount": 500, "fiat_symbol": "USD"}, State.AWAITING_APPROVAL),
    ],
)
def test_the_larger_of_the_two_amounts_says_whether_a_second_person_must_agree(
    arrive: Arrive, felix: User, line: dict[str, Any], payment: dict[str, Any], state: State
) -> None:
    transfer = arrive(payment=payment, line=line)
    asked = request_reconciliation(line=transfer.line, payment=transfer.payment, requested_by=felix)
    assert asked.state == state


@pytest.mark.django_db(transaction=True)
def test_two_people_reconciling_the_same_line_in_the_same_second_make_one_pair(
    sandbox: Sandbox, arrive: Arrive, felix: User, fiona: User
) -> None:
    transfer = arrive()
    sandbox.control.add_payment(fiat_amount=12_550)
    sync_resource(name="payments", mode="full")
    other = Payment.objects.select_related("customer").exclude(pk=transfer.payment.pk).get()
    outcomes = at_the_same_time(
        lambda: request_reconciliation(line=transfer.line, payment=transfer.payment, requested_by=felix),
        lambda: request_reconciliation(line=transfer.line, payment=other, requested_by=fiona),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyPaired", "Operation"]
    assert Reconciliation.objects.count() == Operation.objects.count() == 1
    perform(Operation.objects.get())
    assert len(sandbox.control.reconciliations()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_in_the_same_second_make_one_operation(sandbox: Sandbox, arrive: Arrive, felix: User) -> None:
    transfer = arrive()

    def click() -> Operation:
        return request_reconciliation(line=transfer.line, payment=transfer.payment, requested_by=felix)

    outcomes = at_the_same_time(click, click)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyRequested", "Operation"]
    assert Operation.objects.count() == 1


def at_the_same_time(*wishes: Any) -> list[Any]:
    """Do everything in threads of their own, begun together; give what each returned or raised."""
    barrier, outcomes = threading.Barrier(len(wishes)), []

    def do(wish: Any) -> None:
        barrier.wait(timeout=10)
        try:
            outcomes.append(wish())
        except (AlreadyRequested, BankingError) as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(wish,)) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def test_what_is_being_paired_is_offered_to_nobody_else(sandbox: Sandbox, transfer: Transfer, ask: Ask) -> None:
    sandbox.control.add_bank_transaction(amount="125.50", concept=transfer.payment.transfer_concept)
    sync_resource(name="bank_transactions", mode="full")
    second = BankTransaction.objects.exclude(pk=transfer.line.pk).get()
    assert [candidate.payment for candidate in find_candidates(second).ranked] == [transfer.payment]
    ask()
    assert find_candidates(second).ranked == ()
    assert transfer.line not in [candidate.transaction for candidate in find_lines(transfer.payment).ranked]


def test_the_history_of_the_payment_says_who_reconciled_it_and_who_approved_that(
    client: Client, transfer: Transfer, ask: Ask, sofia: User, aurelio: User
) -> None:
    ApprovalPolicy.objects.filter(kind="reconcile_payment").update(amount_from=None, active=True)
    operation = ask()
    services.approve(operation_id=operation.pk, by=sofia)
    assert perform(operation).state == State.SUCCEEDED
    for row in (transfer.payment, transfer.line):
        to_auditors = told_to(client, aurelio, row)
        assert ("Operation asked for", "felix") in to_auditors
        assert ("Operation approved", "sofia") in to_auditors
        to_finance = told_to(client, operation.requested_by, row)
        assert ("Reconcile a payment: queued", "sofia") in to_finance
        assert sum(title == "Reconcile a payment: succeeded" for title, _by in to_finance) == 1

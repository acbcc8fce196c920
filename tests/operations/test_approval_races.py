"""Two people who decide in the same second: one after the other, and nothing goes out twice."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection

from backoffice.operations import services
from backoffice.operations.errors import OperationError
from backoffice.operations.models import Operation, OperationApproval, State
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, set_policy, stood

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(ask: Ask) -> Operation:
    """Clara's wish, which needs one approval."""
    set_policy()
    return ask(kind="test_transfer")


@pytest.fixture
def simon(sofia: User) -> User:
    """Simon is a supervisor beside Sofía."""
    simon = User.objects.create_user(username="simon", is_staff=True)
    simon.groups.add(Group.objects.get(name="Supervisor"))
    return simon


def at_the_same_time(*wishes: Callable[[], Any]) -> list[str]:
    """Do everything in threads of their own, begun together; tell what each came to."""
    barrier, outcomes = threading.Barrier(len(wishes)), []

    def do(wish: Callable[[], Any]) -> None:
        barrier.wait(timeout=10)
        try:
            wish()
            outcomes.append("done")
        except OperationError as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(wish,)) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


def test_of_two_approvers_one_lets_it_go_out(waiting: Operation, sofia: User, simon: User, sandbox: Sandbox) -> None:
    outcomes = at_the_same_time(
        lambda: services.approve(operation_id=waiting.pk, by=sofia),
        lambda: services.approve(operation_id=waiting.pk, by=simon),
    )
    assert outcomes == ["NotPossible", "done"]
    assert OperationApproval.objects.count() == 1
    assert waiting.events.filter(to_state=State.QUEUED).count() == 1
    services.perform(waiting.pk)
    assert sandbox.control.calls("createCustomer") == 1


def test_two_of_two_approvals_in_the_same_second_let_it_go_out_once(
    waiting: Operation, sofia: User, simon: User
) -> None:
    Operation.objects.update(approvals_needed=2)
    outcomes = at_the_same_time(
        lambda: services.approve(operation_id=waiting.pk, by=sofia),
        lambda: services.approve(operation_id=waiting.pk, by=simon),
    )
    assert outcomes == ["done", "done"]
    assert stood(waiting).state == State.QUEUED
    assert waiting.events.filter(to_state=State.QUEUED).count() == 1


def test_the_same_person_clicking_twice_approves_once(waiting: Operation, sofia: User) -> None:
    Operation.objects.update(approvals_needed=2)
    outcomes = at_the_same_time(*[lambda: services.approve(operation_id=waiting.pk, by=sofia)] * 2)
    assert outcomes == ["NotPossible", "done"]
    assert stood(waiting).state == State.AWAITING_APPROVAL


def test_of_approving_and_taking_back_one_wins_and_the_other_is_told(
    waiting: Operation, clara: User, sofia: User, sandbox: Sandbox
) -> None:
    outcomes = at_the_same_time(
        lambda: services.approve(operation_id=waiting.pk, by=sofia),
        lambda: services.refuse_approval(operation_id=waiting.pk, by=sofia, reason="No"),
        lambda: services.cancel(operation_id=waiting.pk, by=clara, reason="Never mind"),
    )
    # Taking back what was approved a moment before is possible as long as nothing was sent.
    assert outcomes in (["NotPossible", "NotPossible", "done"], ["NotPossible", "done", "done"])
    ended = services.perform(waiting.pk).state
    assert sandbox.control.calls("createCustomer") == (1 if ended == State.SUCCEEDED else 0)

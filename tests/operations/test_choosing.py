"""What people decide: with a reason, with the permission, and only where it is possible."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from backoffice.operations import services
from backoffice.operations.errors import NotPossible, ReasonMissing
from backoffice.operations.models import Operation, State
from backoffice.operations.standing import standing_of
from backoffice.sandbox import Sandbox
from tests.operations import kinds
from tests.operations.conftest import Ask, let_time_pass, stood

pytestmark = pytest.mark.django_db

WITH_A_REASON = [services.cancel, services.leave, services.do_again]


@pytest.fixture
def unknown_link(ask: Ask, sandbox: Sandbox) -> Operation:
    """A link for Lena whose answer was lost after it had been issued."""
    lena = sandbox.control.add_customer(email="lena@example.org")
    sandbox.control.fault("drop_after", "createEnhancedVerificationLink")
    return services.perform(ask(kind="test_link", user_id=str(lena["id"])).pk)


def test_a_link_whose_answer_was_lost_waits_for_a_person_with_what_is_known(unknown_link: Operation) -> None:
    assert unknown_link.state == State.UNKNOWN
    assert unknown_link.not_before is None
    assert unknown_link.sent_at is not None
    with pytest.raises(NotPossible):
        services.read_back(operation_id=unknown_link.pk)


def test_clara_lets_it_be_done_again_and_says_why(unknown_link: Operation, clara: User, sandbox: Sandbox) -> None:
    services.do_again(operation_id=unknown_link.pk, by=clara, reason="Lena got no link")
    assert unknown_link.events.get(from_state=State.UNKNOWN, to_state=State.QUEUED).note == "Lena got no link"
    done = services.perform(unknown_link.pk)
    assert done.state == State.SUCCEEDED
    assert done.in_doubt, "the first attempt may have been done as well, and was"
    assert "An earlier attempt may have been done" in standing_of(done, None).sent
    assert len(sandbox.control.enhanced_verifications()) == 2


def test_an_only_attempt_that_was_found_to_be_done_is_not_told_as_two(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("drop_after", "createCustomer")
    operation = services.perform(ask().pk)
    done = services.read_back(operation_id=operation.pk)
    assert (done.state, done.attempts) == (State.SUCCEEDED, 1)
    assert standing_of(done, None).sent == "It was sent and done."


def test_clara_leaves_it_and_what_it_held_is_free(unknown_link: Operation, clara: User) -> None:
    left = services.leave(operation_id=unknown_link.pk, by=clara, reason="Lena has another one")
    assert left.state == State.ABANDONED
    assert left.finished_at is not None
    assert left.events.get(to_state=State.ABANDONED).by == clara


def test_clara_takes_back_what_was_not_sent(ask: Ask, clara: User, sandbox: Sandbox) -> None:
    operation = ask()
    assert services.cancel(operation_id=operation.pk, by=clara, reason="Typed the wrong name").state == State.CANCELLED
    services.perform(operation.pk)
    assert sandbox.control.calls("createCustomer") == 0
    assert [operation.pk] == kinds.RELEASED


def test_taking_back_what_may_have_been_done_before_is_not_called_cancelled(
    unknown_link: Operation, clara: User
) -> None:
    services.do_again(operation_id=unknown_link.pk, by=clara, reason="Once more")
    ended = services.cancel(operation_id=unknown_link.pk, by=clara, reason="No, rather not")
    assert ended.state == State.ABANDONED


@pytest.mark.parametrize("choose", WITH_A_REASON)
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_each_of_these_asks_why(ask: Ask, clara: User, choose: Callable[..., Any], reason: str) -> None:
    operation = ask()
    with pytest.raises(ReasonMissing):
        choose(operation_id=operation.pk, by=clara, reason=reason)
    assert stood(operation).state == State.QUEUED


@pytest.mark.parametrize("choose", WITH_A_REASON)
def test_felix_of_finance_decides_nothing_about_it(ask: Ask, felix: User, choose: Callable[..., Any]) -> None:
    operation = ask()
    with pytest.raises(PermissionDenied):
        choose(operation_id=operation.pk, by=felix, reason="I want to")
    for choose_without in (services.try_now, services.read_back):
        with pytest.raises(PermissionDenied):
            choose_without(operation_id=operation.pk, by=felix)


@pytest.mark.parametrize("choose", WITH_A_REASON)
def test_what_has_ended_stays_as_it_ended(ask: Ask, clara: User, choose: Callable[..., Any]) -> None:
    operation = services.perform(ask().pk)
    with pytest.raises(NotPossible):
        choose(operation_id=operation.pk, by=clara, reason="Changed my mind")
    assert stood(operation).state == State.SUCCEEDED


def test_what_is_known_to_be_done_is_neither_sent_again_nor_left(ask: Ask, clara: User) -> None:
    operation = services.perform(ask(broken_apply=True).pk)
    for choose in (services.do_again, services.leave):
        with pytest.raises(NotPossible, match="The provider has done it"):
            choose(operation_id=operation.pk, by=clara, reason="It hangs")


def test_a_second_attempt_that_is_refused_because_the_first_was_done_ends_as_done(
    ask: Ask, clara: User, sandbox: Sandbox
) -> None:
    sandbox.control.fault("drop_after", "createCustomer")
    operation = services.perform(ask().pk)
    services.do_again(operation_id=operation.pk, by=clara, reason="I was impatient")
    again = services.perform(operation.pk)
    assert again.state == State.UNKNOWN
    assert again.error_code == "user_already_exists"
    assert services.read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert len(sandbox.control.customers_with_email("marta@example.org")) == 1


def test_clara_ends_a_pause(ask: Ask, clara: User, sandbox: Sandbox) -> None:
    sandbox.control.fault("refuse_address", "createCustomer", count=2)
    operation = services.perform(ask().pk)
    services.perform(operation.pk)
    assert sandbox.control.calls("createCustomer") == 2
    assert services.try_now(operation_id=operation.pk, by=clara).not_before is None
    assert services.perform(operation.pk).state == State.SUCCEEDED
    with pytest.raises(NotPossible):
        services.try_now(operation_id=operation.pk, by=clara)


def test_a_read_back_that_cannot_tell_leaves_it_unknown_and_says_why(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("drop_after", "createCustomer")
    operation = services.perform(ask(kind="test_oracle").pk)
    assert services.read_back(operation_id=operation.pk).state == State.UNKNOWN
    note = operation.events.latest("pk").note
    assert "The list is not up to date yet." in note


def test_a_read_back_while_the_provider_is_away_proves_nothing(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("drop_after", "createCustomer")
    operation = services.perform(ask().pk)
    sandbox.control.fault("error_500", "findUser", count=None)
    assert services.read_back(operation_id=operation.pk).state == State.UNKNOWN
    sandbox.control.clear_faults()
    assert services.read_back(operation_id=operation.pk).state == State.SUCCEEDED


def test_an_act_that_leaves_no_trace_again_and_again_is_not_sent_for_ever(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("drop_before", "createCustomer", count=None)
    operation = ask()
    for _round in range(12):
        services.perform(operation.pk)
        if stood(operation).state == State.UNKNOWN:
            services.read_back(operation_id=operation.pk)
        let_time_pass(operation, days=1)
    assert stood(operation).state == State.UNKNOWN
    assert sandbox.control.calls("createCustomer") == 8

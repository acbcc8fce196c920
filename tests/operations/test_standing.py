"""Where an operation stands: whether anything was sent is said in one place, and never more than is known."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from backoffice.operations import services
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import Operation, State
from backoffice.operations.refusals import INVALID_REQUEST, NOT_SENT_BY_US
from backoffice.operations.standing import standing_of
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, stood

pytestmark = pytest.mark.django_db


def words_of(operation: Operation) -> str:
    """All that is said of it."""
    standing = standing_of(operation, get_kind(operation.kind))
    return f"{standing.headline} {standing.sent} {standing.advice}"


@pytest.mark.parametrize("code", ["", INVALID_REQUEST, NOT_SENT_BY_US])
@pytest.mark.parametrize("state", State)
def test_what_may_have_been_done_by_an_earlier_attempt_is_never_called_not_sent(
    ask: Ask, state: State, code: str
) -> None:
    operation = ask()
    operation.state, operation.error_code = state, code
    operation.in_doubt, operation.attempts = True, 2
    said = words_of(operation)
    assert "Nothing was sent." not in said
    assert "may have been done" in said


@pytest.mark.parametrize("state", [State.REFUSED, State.CANCELLED, State.NOT_APPROVED, State.ABANDONED])
def test_what_had_ended_when_a_late_answer_came_says_that_it_was_done(ask: Ask, state: State) -> None:
    operation = ask()
    operation.state, operation.in_doubt, operation.attempts = state, True, 2
    operation.kept_answer = '{"user_id": 4711}'
    said = words_of(operation)
    assert "It was ended; later it turned out to be done." in said
    assert "Tell an administrator" in said
    assert "done nothing" not in said


def test_what_was_refused_by_our_own_check_says_so_once(ask: Ask) -> None:
    operation = ask()
    operation.state, operation.error_code, operation.attempts = State.REFUSED, NOT_SENT_BY_US, 1
    assert words_of(operation).count("Nothing was sent.") == 1


def test_what_the_provider_turned_away_is_not_called_unsent(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("too_many_requests", "createCustomer", seconds=1)
    operation = services.perform(ask().pk)
    assert operation.state == State.QUEUED
    assert sandbox.control.calls("createCustomer") == 1
    assert standing_of(operation, get_kind(operation.kind)).sent == "It was tried; the provider has done nothing."


def test_clara_who_cancels_what_may_have_been_done_is_not_told_that_she_took_it_back(
    ask: Ask, sandbox: Sandbox, clara: User, client: Client
) -> None:
    lena = sandbox.control.add_customer(email="lena@example.org")
    sandbox.control.fault("drop_after", "createEnhancedVerificationLink")
    unknown = services.perform(ask(kind="test_link", user_id=str(lena["id"])).pk)
    services.do_again(operation_id=unknown.pk, by=clara, reason="Lena got no link")
    client.force_login(clara)
    cancel = reverse("admin:operations_operation_cancel", args=[unknown.pk])
    said = client.post(cancel, {"reason": "Lena has it after all"}, follow=True).content.decode()
    assert stood(unknown).state == State.ABANDONED
    assert "It was left: whether it was done stays open." in said
    assert "taken back" not in said

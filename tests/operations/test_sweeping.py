"""The sweeper finds what was lost, and a worker that comes back late overwrites nothing."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from backoffice.operations import queries, services
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import Operation, State
from backoffice.operations.nudging import PERFORM, READ_BACK
from backoffice.operations.services.outcomes import Declined, NothingSent, Succeeded, Unclear
from backoffice.operations.services.performing import _claim
from backoffice.operations.services.settling import settle
from backoffice.operations.states import move
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, let_the_lease_end, let_time_pass, messages, stood, taken_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_real_is_nudged(broker: Any) -> None:
    """Messages stay in this process."""


def test_a_worker_that_died_before_the_call_is_proven_not_to_have_sent_anything(ask: Ask) -> None:
    operation = taken_up(ask(), sent=False)
    let_the_lease_end(operation)
    assert services.sweep().returned_to_queue == 1
    assert stood(operation).state == State.QUEUED
    assert not stood(operation).in_doubt
    assert operation.events.latest("pk").note == "This attempt ended before the call: it has sent nothing."


def test_a_worker_that_died_during_the_call_leaves_it_unknown_and_it_is_read_back_by_itself(
    ask: Ask, broker: Any
) -> None:
    operation = taken_up(ask(), sent=True)
    let_the_lease_end(operation)
    result = services.sweep()
    assert (result.marked_unknown, result.read_backs_nudged) == (1, 0), "the provider may still be at it"
    assert stood(operation).state == State.UNKNOWN
    assert stood(operation).in_doubt
    let_time_pass(operation, seconds=settings.OPERATIONS_SETTLE_SECONDS + 1)
    assert services.sweep().read_backs_nudged == 1
    assert (READ_BACK, operation.pk) in messages(broker)
    assert services.read_back_if_due(operation_id=operation.pk).state == State.QUEUED


@pytest.mark.parametrize("sent", [True, False])
def test_a_worker_that_is_still_at_it_is_left_alone(ask: Ask, sent: bool) -> None:
    operation = taken_up(ask(), sent=sent)
    let_time_pass(operation, seconds=settings.OPERATIONS_LEASE_SECONDS - 1)
    services.sweep()
    assert stood(operation).state == State.SENDING


def test_what_the_broker_lost_is_nudged_again_but_not_at_every_sweep(ask: Ask, broker: Any) -> None:
    operation = ask()
    assert services.sweep().nudged == 0
    let_time_pass(operation, seconds=31)
    assert services.sweep().nudged == 1
    assert services.sweep().nudged == 0
    assert messages(broker) == [(PERFORM, operation.pk)]


def test_what_waits_for_its_time_is_nudged_when_it_has_come(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("too_many_requests", "createCustomer", seconds=600)
    operation = services.perform(ask().pk)
    assert services.sweep().nudged == 0
    let_time_pass(operation, seconds=601)
    assert services.sweep().nudged == 1


def test_a_read_back_waits_until_the_provider_may_have_settled(ask: Ask, sandbox: Sandbox, settings: Any) -> None:
    settings.OPERATIONS_SETTLE_SECONDS = 60
    sandbox.control.fault("drop_after", "createCustomer")
    operation = services.perform(ask().pk)
    assert services.sweep().read_backs_nudged == 0
    assert services.read_back_if_due(operation_id=operation.pk).state == State.UNKNOWN
    assert sandbox.control.calls("findUser") == 0
    let_time_pass(operation, seconds=61)
    assert services.sweep().read_backs_nudged == 1
    assert services.read_back_if_due(operation_id=operation.pk).state == State.SUCCEEDED


def test_after_some_read_backs_that_cannot_tell_a_person_is_asked(ask: Ask, sandbox: Sandbox, settings: Any) -> None:
    settings.OPERATIONS_READ_BACK_LIMIT = 3
    sandbox.control.fault("drop_after", "createCustomer")
    operation = services.perform(ask(kind="test_oracle").pk)
    assert not queries.needing_a_person().exists()
    for _round in range(5):
        let_time_pass(operation, days=1)
        services.read_back_if_due(operation_id=operation.pk)
    assert stood(operation).read_backs == 3
    assert list(queries.needing_a_person()) == [operation]


def test_the_queue_of_three_hundred_is_nudged_in_few_queries(
    clara: User, sofia: User, django_assert_max_num_queries: Any, sandbox: Sandbox
) -> None:
    requests = [{"name": "P", "email": f"{number}@example.org"} for number in range(300)]
    batch = services.request_batch(kind="test_register", requests=requests, requested_by=clara)
    services.approve_batch(batch_id=batch.pk, by=sofia)
    Operation.objects.update(nudged_at=None)
    with django_assert_max_num_queries(9):
        assert services.sweep().nudged == 300


# A worker that comes back after its row was taken for lost.


def _taken_for_lost(ask: Ask) -> Operation:
    operation = taken_up(ask(), sent=True)
    let_the_lease_end(operation)
    services.sweep()
    return operation


def test_a_late_answer_settles_what_was_unknown(ask: Ask) -> None:
    late = _taken_for_lost(ask)
    settle(late, get_kind("test_register"), Succeeded(answer={"id": "4711"}))
    assert stood(late).state == State.SUCCEEDED
    assert stood(late).answer == {"customer_id": "4711"}


def test_a_late_answer_settles_what_was_queued_again_before_it_is_sent_twice(ask: Ask, sandbox: Sandbox) -> None:
    late = _taken_for_lost(ask)
    services.read_back(operation_id=late.pk)
    assert stood(late).state == State.QUEUED
    settle(late, get_kind("test_register"), Succeeded(answer={"id": "4711"}))
    assert stood(late).state == State.SUCCEEDED
    assert services.perform(late.pk).attempts == 1


def test_a_late_refusal_ends_what_was_unknown(ask: Ask) -> None:
    late = _taken_for_lost(ask)
    settle(late, get_kind("test_register"), Declined(code="email_not_allowed", text=""))
    assert stood(late).state == State.REFUSED
    assert not stood(late).in_doubt


def test_a_late_proof_that_nothing_was_sent_queues_it_again(ask: Ask) -> None:
    late = _taken_for_lost(ask)
    settle(late, get_kind("test_register"), NothingSent(code="", text="No connection."))
    assert stood(late).state == State.QUEUED
    assert not stood(late).in_doubt


@pytest.mark.parametrize(
    "outcome",
    [
        Succeeded(answer={"id": "4711"}),
        Declined(code="email_not_allowed", text="no"),
        NothingSent(code="", text="No connection."),
        Unclear(code="", text="The connection was dropped."),
    ],
)
def test_a_late_worker_overwrites_nothing_of_the_one_that_took_over(ask: Ask, clara: User, outcome: Any) -> None:
    late = _taken_for_lost(ask)
    services.do_again(operation_id=late.pk, by=clara, reason="Nothing came")
    assert _claim(stood(late))
    taken_over = stood(late)
    settle(late, get_kind("test_register"), outcome)
    now = stood(late)
    assert (now.state, now.claim_token, now.answer) == (State.SENDING, taken_over.claim_token, None)
    assert "came back late" in late.events.latest("pk").note


def test_a_late_answer_after_the_operation_was_left_is_noted_and_kept(ask: Ask, clara: User) -> None:
    late = _taken_for_lost(ask)
    services.leave(operation_id=late.pk, by=clara, reason="Enough")
    settle(late, get_kind("test_register"), Succeeded(answer={"id": "4711"}))
    now = stood(late)
    assert now.state == State.ABANDONED
    assert now.in_doubt
    assert "4711" in now.kept_answer
    assert "the provider had done it" in now.events.latest("pk").note


def test_a_worker_whose_claim_was_taken_before_the_call_sends_nothing(
    ask: Ask, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = ask()
    kind = get_kind("test_register")

    def lose_the_claim(claimed: Operation) -> None:
        move(
            operation_id=claimed.pk,
            from_state=State.SENDING,
            to_state=State.QUEUED,
            condition=Q(claim_token=claimed.claim_token),
            claim_token=uuid.uuid4(),
        )

    monkeypatch.setattr(kind, "prepare", lose_the_claim)
    assert services.perform(operation.pk).state == State.QUEUED
    assert sandbox.control.calls("createCustomer") == 0


# Whether background work runs at all.


def test_a_worker_that_was_never_seen_is_not_alive() -> None:
    assert not queries.is_worker_alive()
    assert queries.worker_seen_at() is None


def test_a_worker_is_alive_for_a_while_after_its_last_beat() -> None:
    from backoffice.operations.models import Heartbeat
    from backoffice.operations.tasks import note_passage

    note_passage()
    assert queries.is_worker_alive()
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=50))
    assert not queries.is_worker_alive()
    note_passage()
    assert queries.is_worker_alive()

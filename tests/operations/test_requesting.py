"""Asking: who may, once, together with rows of the caller's own, and many at once."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from backoffice.celery import app
from backoffice.operations import queries, services
from backoffice.operations.errors import AlreadyRequested, BatchTooLarge, UnknownKind
from backoffice.operations.models import Operation, OperationBatch, State
from backoffice.operations.nudging import PERFORM, nudge
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, stood, use_broker

pytestmark = pytest.mark.django_db

MARTA = {"name": "Marta", "email": "marta@example.org"}


def test_felix_of_finance_may_not_register_anybody(felix: User) -> None:
    with pytest.raises(PermissionDenied):
        services.request_operation(kind="test_register", request=MARTA, requested_by=felix)
    with pytest.raises(PermissionDenied):
        services.request_batch(kind="test_register", requests=[MARTA], requested_by=felix)
    assert not Operation.objects.exists()


def test_a_kind_that_nobody_registered_cannot_be_asked_for(clara: User) -> None:
    with pytest.raises(UnknownKind, match="'teleport'"):
        services.request_operation(kind="teleport", request={}, requested_by=clara)


def test_the_same_wish_twice_is_shown_the_first_one(ask: Ask) -> None:
    first = ask()
    with pytest.raises(AlreadyRequested) as refusal:
        ask()
    assert refusal.value.operation == first
    assert Operation.objects.count() == 1


def test_the_same_wish_is_free_again_once_the_first_has_ended(ask: Ask, clara: User) -> None:
    services.cancel(operation_id=ask().pk, by=clara, reason="Wrong name")
    assert ask().state == State.QUEUED


def test_rows_of_the_caller_are_written_together_with_the_operation_or_not_at_all(clara: User, felix: User) -> None:
    def write(operation: Operation) -> None:
        OperationBatch.objects.create(kind=f"about {operation.pk}", requested_by=felix)
        raise RuntimeError("The pair is taken.")

    with pytest.raises(RuntimeError):
        services.request_operation(kind="test_register", request=MARTA, requested_by=clara, before_commit=write)
    assert not Operation.objects.exists()
    assert not OperationBatch.objects.exists()


def test_what_it_is_about_can_be_found_again(clara: User) -> None:
    operation = services.request_operation(kind="test_register", request=MARTA, requested_by=clara, subject=clara)
    assert list(queries.operations_about(clara)) == [operation]


def test_a_key_longer_than_the_column_still_tells_wishes_apart(ask: Ask) -> None:
    long = "marta" * 60
    ask(email=f"{long}1@example.org")
    ask(email=f"{long}2@example.org")
    with pytest.raises(AlreadyRequested):
        ask(email=f"{long}1@example.org")


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_told_after_the_commit_and_only_the_number(ask: Ask, broker: Any) -> None:
    operation = ask()
    message = broker.SimpleQueue("operations").get_nowait()
    assert message.headers["task"] == PERFORM
    assert message.payload[0] == [operation.pk]
    assert "marta" not in str(message.body) + str(message.headers)


def test_a_broker_that_is_down_loses_nothing(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    use_broker(monkeypatch, app.connection_for_write("redis://127.0.0.1:9/0"))
    with django_capture_on_commit_callbacks(execute=True):
        operation = ask()
    assert stood(operation).state == State.QUEUED
    assert nudge(PERFORM, [operation.pk, operation.pk]) == 0


def _register(count: int) -> list[dict[str, str]]:
    return [{"name": f"Person {number}", "email": f"{number}@example.org"} for number in range(count)]


def test_three_hundred_at_once_are_a_batch_and_each_has_its_own_outcome(
    sandbox: Sandbox, clara: User, sofia: User, django_assert_max_num_queries: Any
) -> None:
    sandbox.control.add_customer(email="1@example.org")
    with django_assert_max_num_queries(40):
        batch = services.request_batch(kind="test_register", requests=_register(300), requested_by=clara)
    services.approve_batch(batch_id=batch.pk, by=sofia)
    for operation in batch.operations.filter(dedupe_key__in=["0@example.org", "1@example.org"]):
        services.perform(operation.pk)
    progress = queries.batch_progress(batch)
    assert progress.total == 300
    assert progress.by_state == {State.QUEUED: 298, State.SUCCEEDED: 1, State.REFUSED: 1}
    assert progress.finished == 2
    assert not progress.is_final


def test_a_batch_names_what_was_on_its_way_before_and_asks_it_once(ask: Ask, clara: User) -> None:
    first = ask(email="0@example.org")
    batch = services.request_batch(
        kind="test_register", requests=[*_register(3), *_register(2)], requested_by=clara, subjects=[clara] * 5
    )
    assert batch.already_requested == [first.pk]
    assert sorted(batch.operations.values_list("dedupe_key", flat=True)) == ["1@example.org", "2@example.org"]


@pytest.mark.parametrize("count", [0, 6])
def test_none_at_all_or_more_than_the_limit_is_said_and_nothing_is_asked(
    clara: User, settings: Any, count: int
) -> None:
    settings.OPERATIONS_BATCH_LIMIT = 5
    with pytest.raises(BatchTooLarge, match="Nothing was asked"):
        services.request_batch(kind="test_register", requests=_register(count), requested_by=clara)
    assert not OperationBatch.objects.exists()

"""The state machine has one table, and no step leads around it."""

import itertools

import pytest

from backoffice.operations.errors import IllegalTransition
from backoffice.operations.models import FINAL_STATES, LIVE_STATES, State
from backoffice.operations.states import TRANSITIONS, move
from tests.operations.conftest import Ask, stood

pytestmark = pytest.mark.django_db

ILLEGAL = [pair for pair in itertools.product(State, State) if pair[1] not in TRANSITIONS[pair[0]]]


def test_every_state_is_in_the_table_and_is_either_live_or_final() -> None:
    assert set(TRANSITIONS) == set(State) == {*LIVE_STATES, *FINAL_STATES}
    assert not set(LIVE_STATES) & set(FINAL_STATES)


def test_nothing_leads_out_of_an_end() -> None:
    assert all(not TRANSITIONS[state] for state in FINAL_STATES)


def test_nothing_unknown_is_sent_without_being_queued_by_somebody() -> None:
    assert [state for state in State if State.SENDING in TRANSITIONS[state]] == [State.QUEUED]


@pytest.mark.parametrize(("from_state", "to_state"), ILLEGAL)
def test_a_step_that_the_table_does_not_know_raises(from_state: State, to_state: State) -> None:
    with pytest.raises(IllegalTransition):
        move(operation_id=1, from_state=from_state, to_state=to_state)


def test_a_step_from_where_the_operation_no_longer_stands_changes_nothing(ask: Ask) -> None:
    operation = ask()
    assert not move(operation_id=operation.pk, from_state=State.SENDING, to_state=State.UNKNOWN)
    assert stood(operation).state == State.QUEUED
    assert operation.events.count() == 2

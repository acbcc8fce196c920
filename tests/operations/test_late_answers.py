"""A worker that was taken for lost comes back with the answer, while another attempt is made: that is used."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User

from backoffice.operations import services
from backoffice.operations.errors import NotPossible
from backoffice.operations.kinds import OperationKind, get_kind
from backoffice.operations.models import Operation, State
from backoffice.operations.nudging import READ_BACK
from backoffice.operations.services import choosing
from backoffice.operations.services.outcomes import Declined, NothingSent, Succeeded, Unclear
from backoffice.operations.services.settling import settle
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, let_the_lease_end, messages, stood, taken_up

pytestmark = pytest.mark.django_db

CAN_BE_READ_BACK = ({"kind": "test_register"}, Succeeded(answer={"id": "4711"}))
CANNOT = ({"kind": "test_link", "user_id": "7"}, Succeeded(answer={"link": "https://provider.example/1"}))
LOST = Unclear(code="", text="The connection was dropped.")
TURNED_AWAY = NothingSent(code="", text="No connection.")


@dataclass(frozen=True, kw_only=True)
class Race:
    """Two attempts at one act: the one that was taken for lost, and the one that Clara had made after it."""

    late: Operation
    again: Operation
    kind: OperationKind
    answer: Succeeded

    def end(self, outcome: Any) -> None:
        """The second attempt ends."""
        settle(self.again, self.kind, outcome)

    def come_back(self) -> None:
        """The first one does after all, with the answer."""
        settle(self.late, self.kind, self.answer)


@pytest.fixture(params=[CAN_BE_READ_BACK, CANNOT], ids=["can be read back", "cannot be read back"])
def race(request: pytest.FixtureRequest, ask: Ask, clara: User, broker: Any) -> Race:
    """An act whose worker was taken for lost; Clara had it done again."""
    wish, answer = request.param
    late = taken_up(ask(**wish), sent=True)
    let_the_lease_end(late)
    services.sweep()
    services.do_again(operation_id=late.pk, by=clara, reason="Nothing came")
    return Race(late=late, again=taken_up(stood(late), sent=False), kind=get_kind(late.kind), answer=answer)


def assert_it_is_written_down_and_not_sent_again(race: Race, sandbox: Sandbox, broker: Any) -> None:
    """The sweeper sees to it, and nobody has to press anything."""
    assert (stood(race.late).state, stood(race.late).in_doubt) == (State.UNKNOWN, True)
    services.sweep()
    assert (READ_BACK, race.late.pk) in messages(broker)
    done = services.read_back_if_due(operation_id=race.late.pk)
    assert (done.state, done.kept_answer) == (State.SUCCEEDED, "")
    assert sandbox.control.calls("createCustomer") == sandbox.control.calls("createEnhancedVerificationLink") == 0


@pytest.mark.parametrize("outcome", [Declined(code="email_not_allowed", text="No."), TURNED_AWAY, LOST])
def test_an_answer_that_came_while_another_attempt_was_made_is_written_down_when_that_one_ends(
    race: Race, sandbox: Sandbox, broker: Any, outcome: Any
) -> None:
    race.come_back()
    race.end(outcome)
    assert outcome.text in race.late.events.latest("pk").note
    assert_it_is_written_down_and_not_sent_again(race, sandbox, broker)


@pytest.mark.parametrize(("outcome", "state"), [(TURNED_AWAY, State.QUEUED), (LOST, State.UNKNOWN)])
def test_an_answer_that_came_after_another_attempt_had_ended_is_written_down(
    race: Race, sandbox: Sandbox, broker: Any, outcome: Any, state: State
) -> None:
    race.end(outcome)
    assert stood(race.late).state == state
    race.come_back()
    assert_it_is_written_down_and_not_sent_again(race, sandbox, broker)


@pytest.mark.parametrize("sent", [False, True])
def test_an_answer_that_came_is_written_down_where_the_worker_of_another_attempt_died(
    race: Race, sandbox: Sandbox, broker: Any, sent: bool
) -> None:
    race.come_back()
    if sent:
        Operation.objects.update(sent_at=race.again.claimed_at)
    let_the_lease_end(race.late)
    services.sweep()
    assert_it_is_written_down_and_not_sent_again(race, sandbox, broker)


@pytest.mark.parametrize("choose", [services.do_again, services.leave])
def test_an_answer_that_comes_while_clara_decides_is_not_decided_away(
    race: Race, clara: User, monkeypatch: pytest.MonkeyPatch, choose: Any
) -> None:
    race.end(LOST)
    decide = choosing._decided

    def decide_slowly(*asked: Any) -> Any:
        decided = decide(*asked)
        race.come_back()
        return decided

    monkeypatch.setattr(choosing, "_decided", decide_slowly)
    with pytest.raises(NotPossible):
        choose(operation_id=race.late.pk, by=clara, reason="Enough")
    assert stood(race.late).state == State.UNKNOWN
    assert services.read_back(operation_id=race.late.pk).state == State.SUCCEEDED


@pytest.mark.parametrize("race", [CAN_BE_READ_BACK], indirect=True)
def test_an_answer_that_comes_while_it_is_read_back_as_not_done_is_not_sent_again(
    race: Race, sandbox: Sandbox, broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    race.end(LOST)
    look = race.kind.read_back

    def look_slowly(operation: Operation, client: Any) -> Any:
        found = look(operation, client)
        race.come_back()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(race.kind, "read_back", look_slowly)
        services.read_back(operation_id=race.late.pk)
    assert_it_is_written_down_and_not_sent_again(race, sandbox, broker)

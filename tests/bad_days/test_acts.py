"""The stories about bad days are told of every kind of operation there is."""

import pytest

from backoffice.operations.kinds import OperationKind, all_kinds
from backoffice.operations.models import Operation
from backoffice.provider import get_catalogue
from tests.bad_days.acts import ACTS, Desk, press

pytestmark = pytest.mark.django_db


def kinds_of_the_product() -> dict[str, OperationKind]:
    """All registered kinds but those that other tests have registered."""
    return {kind.name: kind for kind in all_kinds() if not type(kind).__module__.startswith("tests.")}


def test_every_kind_of_operation_is_asked_for_by_one_of_the_acts(desk: Desk) -> None:
    asked_for = {}
    for act in ACTS:
        press(act, desk)
        asked_for[act] = Operation.objects.latest("pk").kind
    assert sorted(asked_for.values()) == sorted(kinds_of_the_product())


def test_an_act_is_read_back_in_the_stories_where_its_kind_can_be(desk: Desk) -> None:
    kinds = kinds_of_the_product()
    for act, story in ACTS.items():
        press(act, desk)
        assert kinds[Operation.objects.latest("pk").kind].can_read_back == story.can_be_read_back, act


def test_of_the_acts_whose_calls_carry_files_the_provider_is_given_more_time() -> None:
    slow = {endpoint.name for endpoint in get_catalogue().endpoints.values() if endpoint.slow}
    assert {name for name, kind in kinds_of_the_product().items() if kind.is_slow} == slow

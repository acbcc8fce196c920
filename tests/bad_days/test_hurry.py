"""Clicks that come twice, one after the other and in the same moment: one operation, done once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from customers.forms import new_submission
from tests.bad_days.acts import ACTS, Desk, press

CLICKS = 4


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
def test_a_double_click_on_any_act_leads_to_one_operation_done_once(desk: Desk, sandbox: Sandbox, act: str) -> None:
    submission = new_submission()
    first, second = (press(act, desk, submission) for _ in range(2))
    assert first.status_code == 302
    assert second.headers["Location"] == first.headers["Location"]
    services.perform(Operation.objects.get().pk)
    third = press(act, desk, submission)
    assert third.status_code in {200, 302}
    for operation in Operation.objects.all():
        services.perform(operation.pk)
    assert Operation.objects.get().state == State.SUCCEEDED
    assert ACTS[act].times_done(sandbox) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ACTS)
def test_clicks_in_the_same_moment_lead_to_one_operation_done_once(desk: Desk, sandbox: Sandbox, act: str) -> None:
    submission, together = new_submission(), Barrier(CLICKS)

    def click(_number: int) -> Any:
        together.wait(timeout=10)
        try:
            return press(act, desk, submission)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLICKS) as people:
        answers = list(people.map(click, range(CLICKS)))
    assert len({answer.headers["Location"] for answer in answers}) == 1
    services.perform(Operation.objects.get().pk)
    assert ACTS[act].times_done(sandbox) == 1

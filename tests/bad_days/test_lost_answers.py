"""The answer is lost after the work was done: nothing is done twice, and nothing that was done is shown as failed."""

import pytest
from django.urls import reverse

from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from tests.bad_days.acts import ACTS, Desk, browser_for, page_of, press

pytestmark = pytest.mark.django_db

LOST_AFTER_THE_WORK = ["drop_after", "error_500_after", "cut_body", "html_body", "nonsense"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fault", LOST_AFTER_THE_WORK)
def test_an_act_whose_answer_was_lost_is_done_once_and_not_shown_as_failed(
    desk: Desk, sandbox: Sandbox, act: str, fault: str
) -> None:
    sandbox.control.fault(fault, ACTS[act].call)
    press(act, desk)
    operation = services.perform(Operation.objects.get().pk)
    assert operation.state == State.UNKNOWN
    page = page_of(operation, desk, act)
    assert "may have been done" in page
    assert "said no" not in page
    if ACTS[act].can_be_read_back:
        assert services.read_back(operation_id=operation.pk).state == State.SUCCEEDED
    services.sweep()
    assert services.perform(operation.pk).state in {State.SUCCEEDED, State.UNKNOWN}
    assert (sandbox.control.calls(ACTS[act].call), ACTS[act].times_done(sandbox)) == (1, 1)


@pytest.mark.parametrize("act", ["link", "document", "subscribe", "change address"])
def test_a_person_who_is_told_what_is_known_decides_where_nothing_can_be_read_back(
    desk: Desk, sandbox: Sandbox, act: str
) -> None:
    sandbox.control.fault("drop_after", ACTS[act].call)
    press(act, desk)
    operation = services.perform(Operation.objects.get().pk)
    assert "if it was done after all, it is then done twice" in page_of(operation, desk, act)
    address = reverse("admin:operations_operation_leave", args=[operation.pk])
    browser_for(act, desk).post(address, {"reason": "CryptoPocket has it."})
    assert Operation.objects.get().state == State.ABANDONED
    assert (sandbox.control.calls(ACTS[act].call), ACTS[act].times_done(sandbox)) == (1, 1)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fault", ["drop_before", "error_500"])
def test_an_act_that_did_not_arrive_is_not_shown_as_done_and_is_done_once_in_the_end(
    desk: Desk, sandbox: Sandbox, act: str, fault: str
) -> None:
    sandbox.control.fault(fault, ACTS[act].call)
    press(act, desk)
    operation = services.perform(Operation.objects.get().pk)
    assert (operation.state, ACTS[act].times_done(sandbox)) == (State.UNKNOWN, 0)
    if ACTS[act].can_be_read_back:
        assert services.read_back(operation_id=operation.pk).state == State.QUEUED
    else:
        address = reverse("admin:operations_operation_do-again", args=[operation.pk])
        browser_for(act, desk).post(address, {"reason": "CryptoPocket says that nothing came."})
    Operation.objects.update(not_before=None)
    assert services.perform(operation.pk).state == State.SUCCEEDED
    assert ACTS[act].times_done(sandbox) == 1

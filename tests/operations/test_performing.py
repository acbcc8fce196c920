"""What a person asks is done once, and ends as what it is."""

import json
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice import provider
from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from tests.operations import kinds
from tests.operations.conftest import Ask, let_time_pass, stood

pytestmark = pytest.mark.django_db


def test_marta_is_registered_once_and_the_steps_are_kept(ask: Ask, sandbox: Sandbox, clara: User) -> None:
    operation = services.perform(ask().pk)
    assert operation.state == State.SUCCEEDED
    assert operation.answer == {"customer_id": str(sandbox.control.customers_with_email("marta@example.org")[0]["id"])}
    assert operation.finished_at is not None
    steps = [(event.from_state, event.to_state) for event in operation.events.all()]
    assert steps == [("", "requested"), ("requested", "queued"), ("queued", "sending"), ("sending", "succeeded")]
    assert operation.events.get(to_state=State.QUEUED).by == clara


def test_a_message_that_comes_twice_does_nothing_the_second_time(ask: Ask, sandbox: Sandbox) -> None:
    operation = ask()
    services.perform(operation.pk)
    services.perform(operation.pk)
    assert sandbox.control.calls("createCustomer") == 1


@pytest.mark.django_db(transaction=True)
def test_the_call_waits_in_no_transaction(ask: Ask, monkeypatch: pytest.MonkeyPatch, broker: Any) -> None:
    monkeypatch.delenv("INSIDE_A_TEST_TRANSACTION")
    assert services.perform(ask().pk).state == State.SUCCEEDED


def test_a_refusal_is_kept_with_its_code_and_frees_what_was_held(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.add_customer(email="marta@example.org")
    operation = services.perform(ask().pk)
    assert operation.state == State.REFUSED
    assert operation.error_code == "user_already_exists"
    assert [operation.pk] == kinds.RELEASED
    assert not operation.in_doubt


def test_what_is_refused_can_be_asked_anew(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("error_code", "createCustomer", code="unexpected_error", status=200)
    services.perform(ask().pk)
    assert services.perform(ask().pk).state == State.SUCCEEDED


def test_fields_that_the_provider_finds_wrong_are_named(ask: Ask) -> None:
    operation = services.perform(ask(email="not an address").pk)
    assert operation.state == State.REFUSED
    assert "email" in operation.error_text


def test_a_provider_that_is_away_leaves_it_waiting_with_the_time_of_the_next_try(
    ask: Ask, sandbox: Sandbox, settings: Any
) -> None:
    settings.CRYPTOPOCKET_BASE_URL = "http://127.0.0.1:9/api"
    provider.reset_client()
    operation = services.perform(ask().pk)
    assert operation.state == State.QUEUED
    assert operation.not_before is not None
    assert operation.not_before > timezone.now()
    assert "nothing was" in operation.error_text.lower()
    assert operation.sent_at is None
    assert not operation.in_doubt


def test_the_pauses_grow_while_the_provider_stays_away_and_end_when_it_is_back(
    ask: Ask, sandbox: Sandbox, settings: Any
) -> None:
    settings.CRYPTOPOCKET_BASE_URL = "http://127.0.0.1:9/api"
    provider.reset_client()
    operation, pauses = ask(), []
    for _attempt in range(4):
        waiting = services.perform(operation.pk)
        assert waiting.not_before is not None
        pauses.append(waiting.not_before - timezone.now())
        services.perform(operation.pk)
        let_time_pass(operation, hours=1)
    assert pauses == sorted(pauses)
    assert pauses[-1] > 2 * pauses[0]
    assert stood(operation).attempts == 4
    settings.CRYPTOPOCKET_BASE_URL = sandbox.base_url
    provider.reset_client()
    assert services.perform(operation.pk).state == State.SUCCEEDED


def test_a_provider_that_asks_for_a_pause_gets_it(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("too_many_requests", "createCustomer", seconds=120)
    operation = services.perform(ask().pk)
    assert operation.state == State.QUEUED
    assert operation.not_before is not None
    assert operation.not_before > timezone.now() + timedelta(seconds=110)


def test_a_second_refusal_of_our_token_names_the_three_causes_and_waits_for_an_administrator(
    ask: Ask, sandbox: Sandbox
) -> None:
    sandbox.control.fault("refuse_address", "createCustomer", count=None)
    operation = services.perform(ask().pk)
    assert operation.state == State.QUEUED
    assert operation.error_code == "authorization_incorrect"
    for cause in ("token", "expiry", "IP list"):
        assert cause in operation.error_text
    assert operation.not_before is not None
    assert operation.not_before > timezone.now() + timedelta(minutes=4)
    assert sandbox.control.calls("createCustomer") == 2
    services.perform(operation.pk)
    assert sandbox.control.calls("createCustomer") == 2


def test_when_our_authorisation_fails_the_others_in_the_queue_wait_as_well(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("refuse_address", "createCustomer", count=None)
    first, second = ask(), ask(email="lena@example.org")
    services.perform(first.pk)
    services.perform(second.pk)
    assert sandbox.control.calls("createCustomer") == 2
    assert stood(second).error_code == "authorization_incorrect"
    assert stood(second).attempts == 0


@pytest.mark.parametrize("fault", ["drop_after", "error_500_after", "cut_body", "html_body", "nonsense"])
def test_an_answer_that_is_lost_after_the_work_is_read_back_and_found_done(
    ask: Ask, sandbox: Sandbox, fault: str
) -> None:
    sandbox.control.fault(fault, "createCustomer")
    operation = services.perform(ask().pk)
    assert operation.state == State.UNKNOWN
    assert operation.in_doubt
    assert services.read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert len(sandbox.control.customers_with_email("marta@example.org")) == 1


@pytest.mark.parametrize("fault", ["drop_before", "error_500"])
def test_a_call_that_was_not_done_is_read_back_and_sent_again(ask: Ask, sandbox: Sandbox, fault: str) -> None:
    sandbox.control.fault(fault, "createCustomer")
    operation = services.perform(ask().pk)
    assert operation.state == State.UNKNOWN
    queued = services.read_back(operation_id=operation.pk)
    assert queued.state == State.QUEUED
    assert not queued.in_doubt
    let_time_pass(operation, hours=1)
    assert services.perform(operation.pk).state == State.SUCCEEDED
    assert len(sandbox.control.customers_with_email("marta@example.org")) == 1


def test_an_unknown_act_is_never_sent_again_by_itself(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.control.fault("drop_after", "createCustomer")
    operation = services.perform(ask().pk)
    services.perform(operation.pk)
    let_time_pass(operation, days=1)
    services.perform(operation.pk)
    assert sandbox.control.calls("createCustomer") == 1


def test_our_own_fault_before_the_call_is_said_to_have_sent_nothing(ask: Ask, sandbox: Sandbox) -> None:
    operation = services.perform(ask(unprepared=True).pk)
    assert operation.state == State.QUEUED
    assert operation.sent_at is None
    assert "KeyError" in operation.error_text
    assert "marta@example.org" not in operation.error_text
    assert sandbox.control.calls("createCustomer") == 0


def test_what_our_own_check_stops_is_refused_and_says_why(ask: Ask, sandbox: Sandbox) -> None:
    operation = services.perform(ask(missing="The photo is gone.").pk)
    assert operation.state == State.REFUSED
    assert operation.error_text == "The photo is gone."
    assert operation.sent_at is None
    assert [operation.pk] == kinds.RELEASED


def test_our_own_fault_during_the_call_leaves_it_unknown(ask: Ask) -> None:
    operation = services.perform(ask(broken_send=True).pk)
    assert operation.state == State.UNKNOWN
    assert "ZeroDivisionError" in operation.error_text
    assert "marta@example.org" not in operation.error_text


def test_an_answer_that_we_cannot_write_down_is_kept_and_nothing_is_sent_again(
    ask: Ask, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = services.perform(ask(broken_apply=True).pk)
    assert operation.state == State.UNKNOWN
    assert "The provider has done it" in operation.error_text
    assert services.read_back(operation_id=operation.pk).state == State.UNKNOWN
    monkeypatch.setenv("APPLY_REPAIRED", "yes")
    done = services.read_back(operation_id=operation.pk)
    assert done.state == State.SUCCEEDED
    assert done.answer == {"customer_id": str(sandbox.control.customers_with_email("marta@example.org")[0]["id"])}
    assert done.kept_answer == ""
    assert sandbox.control.calls("createCustomer") == 1
    assert sandbox.control.calls("findUser") == 0


def test_a_kept_link_is_stored_encrypted_and_said_nowhere(
    ask: Ask, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    lena = sandbox.control.add_customer(email="lena@example.org")
    with structlog.testing.capture_logs() as logs:
        operation = services.perform(ask(kind="test_link", user_id=str(lena["id"]), broken_apply=True).pk)
    assert operation.state == State.UNKNOWN
    link = json.loads(operation.kept_answer)["link"]
    stored = Operation.objects.extra(select={"raw": "kept_answer"}).values_list("raw", flat=True).get()
    told = [*operation.events.values_list("note", flat=True), operation.error_text, str(logs), caplog.text, stored]
    assert link.startswith("https://")
    assert not any(link in text for text in told)


def test_names_and_addresses_stay_out_of_the_logs(ask: Ask, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with structlog.testing.capture_logs() as logs:
        for request in ({"broken_send": True}, {"broken_apply": True}, {"unprepared": True}, {}):
            services.perform(ask(**request, email=f"{len(request)}{len(str(request))}.ruiz@example.org").pk)
    assert logs
    assert "ruiz" not in str(logs) + caplog.text

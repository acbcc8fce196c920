"""An event is a nudge, never a fact: what it says is read from the provider, once for all that came."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.calls.models import ProviderCall
from backoffice.calls.recording import call_log
from backoffice.sandbox import Sandbox
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.services import refresh_one, sync_resource
from backoffice.webhooks import pacing, reading_back
from backoffice.webhooks.live_checks import EVENT_TYPE as LIVE_CHECK
from backoffice.webhooks.models import ReadBack, WebhookEffect, WebhookEvent
from backoffice.webhooks.planning import plan_waiting
from backoffice.webhooks.queries import events_of, oldest_waiting_at, unknown_events, waiting_count
from backoffice.webhooks.services import due_targets, process_events, replay, sweep
from customers.models import Customer
from payments.models import OffRamp, Payment
from tests.webhooks.deliveries import body_of, deliver, post, signed_headers

pytestmark = pytest.mark.django_db


def _states() -> list[str]:
    return list(WebhookEvent.objects.order_by("pk").values_list("state", flat=True))


def _outcomes() -> list[tuple[str, str]]:
    return list(WebhookEffect.objects.order_by("pk").values_list("state", "outcome"))


def make_due() -> None:
    """Let the pauses pass."""
    WebhookEffect.objects.filter(state="waiting").update(next_try_at=timezone.now())
    ReadBack.objects.update(began_at=timezone.now() - timedelta(minutes=1))


def test_a_payment_that_moved_on_is_read_back_and_the_history_names_the_webhook(payment: Payment) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    assert process_events() == 1

    payment.refresh_from_db()
    assert payment.status == "coins_sent"
    assert RecordedChange.objects.get().source == "webhook"
    assert (_states(), _outcomes()) == (["done"], [("settled", "changed")])
    assert [effect.event.event_type for effect in events_of(payment)] == ["COINS_SENT"]
    assert (waiting_count(), oldest_waiting_at()) == (0, None)


def test_the_log_of_calls_says_for_which_event_a_payment_was_read(payment: Payment) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    deliver("PAY_IN", payment_id=payment.remote_id)
    process_events()
    call_log.write(inside_a_transaction=True)

    call = ProviderCall.objects.latest("pk")
    first = WebhookEvent.objects.earliest("pk")
    assert (call.call, call.cause, call.webhook_event_id) == ("get_payment", "webhook", first.pk)


def test_how_long_it_took_is_counted_from_the_event(payment: Payment) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    Payment.objects.update(read_at=timezone.now() - timedelta(hours=1))
    WebhookEvent.objects.update(
        signed_at=timezone.now() - timedelta(seconds=20), received_at=timezone.now() - timedelta(seconds=15)
    )
    process_events()
    change = RecordedChange.objects.get()
    assert (change.learned_by, change.measured_from) == ("webhook", RecordedChange.MeasuredFrom.EVENT)
    assert change.learned_after_ms is not None
    assert 20_000 <= change.learned_after_ms < 40_000


@pytest.mark.parametrize("place", ["top", "data"])
@pytest.mark.parametrize("name", ["payment_id", "id"])
def test_the_id_is_found_under_its_names_at_the_top_and_in_data(payment: Payment, place: str, name: str) -> None:
    ids = {name: payment.remote_id}
    body = json.dumps({"event": "PAY_IN", **(ids if place == "top" else {"data": ids})}).encode()
    post(body, signed_headers(body))
    process_events()

    payment.refresh_from_db()
    assert payment.status == "coins_sent"


def test_a_forged_event_signed_by_nobody_can_only_cause_a_read_back(payment: Payment, settings: Any) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    post(body_of("PAY_IN", payment_id=payment.remote_id, status="refunded", fiat_amount="1000000.00"), {})
    process_events()

    before = payment.fiat_amount
    payment.refresh_from_db()
    assert (payment.status, payment.fiat_amount) == ("coins_sent", before)


def test_an_unsigned_event_about_nothing_that_exists_is_tried_once(sandbox: Sandbox, settings: Any) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    post(body_of("PAY_IN", payment_id="made-up"), {})
    process_events()

    assert _states() == ["failed"]
    assert sandbox.control.calls("getPayment") == 1


def test_an_event_about_a_payment_that_is_not_mirrored_yet_asks_for_the_newest_of_the_list(
    sandbox: Sandbox, django_capture_on_commit_callbacks: Any
) -> None:
    row = sandbox.control.add_payment(status="payment_received")
    deliver("PAY_IN", payment_id=row["id"])
    with django_capture_on_commit_callbacks(execute=True) as asked:
        process_events()
    assert sum("request_sync" in getattr(callback, "__qualname__", "") for callback in asked) == 1
    assert _states() == ["reading"]

    sync_resource(name="payments", mode="head")
    make_due()
    process_events()
    assert Payment.objects.get().status == "payment_received"
    assert (_states(), _outcomes()) == (["done"], [("settled", "read_meanwhile")])


def _retry(times: int) -> None:
    for _time in range(times):
        make_due()
        process_events()


def _begin_run(*, mode: str, **more: Any) -> SyncRun:
    now = timezone.now()
    return SyncRun.objects.create(
        resource="payments", mode=mode, lease_token=uuid.uuid4(), started_at=now, heartbeat_at=now, **more
    )


def test_an_event_about_a_new_payment_outlasts_a_full_sync_that_keeps_the_newest_from_being_read(
    sandbox: Sandbox,
) -> None:
    row = sandbox.control.add_payment(status="payment_received")
    full = _begin_run(mode="full")
    deliver("PAY_IN", payment_id=row["id"])
    _retry(pacing.TRIES_NOT_FOUND + 1)
    assert (_outcomes(), WebhookEffect.objects.get().tries) == ([("waiting", "")], 0)

    SyncRun.objects.filter(pk=full.pk).update(state="succeeded", finished_at=timezone.now())
    _retry(1)
    sync_resource(name="payments", mode="head")
    _retry(1)
    assert (_states(), _outcomes()) == (["done"], [("settled", "read_meanwhile")])


def test_an_event_about_a_payment_that_its_list_does_not_show_fails_after_a_few_tries(sandbox: Sandbox) -> None:
    row = sandbox.control.add_payment(status="payment_received")
    deliver("PAY_IN", payment_id=row["id"])
    _begin_run(mode="head", state="succeeded")
    _retry(pacing.TRIES_NOT_FOUND - 1)
    assert _states() == ["reading"]

    _retry(1)
    assert _states() == ["failed"]


def test_a_full_sync_that_went_on_in_the_middle_is_no_proof_that_the_newest_were_read(sandbox: Sandbox) -> None:
    row = sandbox.control.add_payment(status="payment_received")
    deliver("PAY_IN", payment_id=row["id"])
    stopped = _begin_run(mode="full", state="abandoned")
    _begin_run(mode="full", state="succeeded", resumed_from=stopped)
    _retry(pacing.TRIES_NOT_FOUND + 1)

    assert _states() == ["reading"]


def test_an_event_about_a_payment_whose_list_cannot_be_read_for_a_day_fails(sandbox: Sandbox) -> None:
    row = sandbox.control.add_payment(status="payment_received")
    deliver("PAY_IN", payment_id=row["id"])
    plan_waiting()
    WebhookEffect.objects.update(wanted_at=timezone.now() - pacing.LIST_READ_WITHIN)
    _retry(pacing.TRIES_NOT_FOUND)

    assert _states() == ["failed"]


def test_the_longer_a_list_is_not_read_the_rarer_its_object_is_asked_for() -> None:
    now = timezone.now()
    pauses = [
        (pacing.next_try_before_the_list(wanted_at=now - timedelta(seconds=age)) - now).total_seconds()
        for age in (0, 60, 3600)
    ]
    assert pauses == pytest.approx([5, 60, 300], abs=2)


def test_a_failed_event_is_done_when_its_object_was_read_for_another_reason(payment: Payment) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    deliver("COINS_SENT", payment_id="somebody-elses")
    plan_waiting()
    WebhookEffect.objects.update(state="failed", settled_at=timezone.now())
    sweep()
    assert _states() == ["failed", "failed"]

    sync_resource(name="payments", mode="full")
    sweep()
    assert _states() == ["done", "failed"]
    assert _outcomes() == [("settled", "read_meanwhile"), ("failed", "")]


def test_a_failed_event_that_the_provider_sends_again_is_worked_through_anew(
    sandbox: Sandbox, payment: Payment, reads: Callable[[], int]
) -> None:
    body = json.dumps({"event_id": "evt_1", "type": "COINS_SENT", "data": {"payment_id": payment.remote_id}}).encode()
    sandbox.control.fault("error_500", "getPayment", count=None)
    post(body, signed_headers(body, at=time.time() - 60))
    _retry(pacing.TRIES)
    assert _states() == ["failed"]

    sandbox.control.clear_faults()
    make_due()
    assert post(body, signed_headers(body)) == 200
    assert _states() == ["waiting"]
    process_events()

    payment.refresh_from_db()
    assert payment.status == "coins_sent"
    assert (_states(), _outcomes()) == (["done"], [("settled", "changed")])
    assert WebhookEvent.objects.get().times_received == 2


def test_a_failed_event_that_nobody_signed_is_not_worked_through_again_when_it_is_repeated(
    sandbox: Sandbox, settings: Any
) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    body = json.dumps({"event_id": "evt_1", "type": "PAY_IN", "data": {"payment_id": "made-up"}}).encode()
    for _time in range(3):
        assert post(body, {}) == 200
        make_due()
        process_events()

    assert (_states(), WebhookEvent.objects.get().times_received) == (["failed"], 3)
    assert sandbox.control.calls("getPayment") == 1


def test_a_new_event_uses_up_no_try_of_an_older_one(
    sandbox: Sandbox, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "SPACING", timedelta(0))
    sandbox.control.fault("error_500", "getPayment", count=None)
    deliver("PAY_IN", payment_id=payment.remote_id)
    process_events()
    older = WebhookEffect.objects.get()
    for step in range(pacing.TRIES):
        deliver("COINS_SENT", payment_id=payment.remote_id, step=step)
        process_events()
    as_it_was = WebhookEffect.objects.get(pk=older.pk)
    assert (as_it_was.state, as_it_was.tries, as_it_was.next_try_at) == ("waiting", 1, older.next_try_at)

    sandbox.control.clear_faults()
    deliver("PAY_OUT", payment_id=payment.remote_id)
    process_events()
    assert set(_states()) == {"done"}


def test_a_repeated_event_causes_one_read(payment: Payment, reads: Callable[[], int]) -> None:
    body = body_of("COINS_SENT", payment_id=payment.remote_id)
    headers = signed_headers(body)
    for _time in range(5):
        post(body, headers)
    process_events()
    post(body, headers)
    process_events()

    assert reads() == 1
    assert WebhookEvent.objects.get().times_received == 6


@pytest.mark.parametrize("order", [("PAY_IN", "COINS_SENT"), ("COINS_SENT", "PAY_IN")])
def test_in_whatever_order_events_come_the_row_says_what_the_provider_says(
    payment: Payment, order: tuple[str, str]
) -> None:
    for event_type, status in zip(order, ["payment_received", "coins_sent"], strict=True):
        deliver(event_type, payment_id=payment.remote_id, status=status)
        process_events()
    payment.refresh_from_db()

    assert payment.status == "coins_sent"


def test_a_late_event_does_not_turn_a_payment_back(payment: Payment, reads: Callable[[], int]) -> None:
    refresh_one(name="payments", remote_id=payment.remote_id, source="operation")
    body = body_of("PAY_IN", payment_id=payment.remote_id, status="started")
    post(body, signed_headers(body, at=time.time() - 280))
    process_events()

    payment.refresh_from_db()
    assert payment.status == "coins_sent"
    assert _outcomes() == [("settled", "unchanged")]


def test_what_was_read_after_the_event_came_is_not_read_again(payment: Payment, reads: Callable[[], int]) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    refresh_one(name="payments", remote_id=payment.remote_id, source="open")
    process_events()

    assert reads() == 1
    assert (_states(), _outcomes()) == (["done"], [("settled", "read_meanwhile")])


def test_a_thousand_events_on_one_payment_cause_one_read(payment: Payment, reads: Callable[[], int]) -> None:
    for number in range(1000):
        assert deliver("COINS_SENT", payment_id=payment.remote_id, step=number) == 200
    process_events()

    assert reads() == 1
    assert set(_states()) == {"done"}
    assert WebhookEffect.objects.filter(read_back=ReadBack.objects.get(), outcome="changed").count() == 1000


def test_events_while_an_object_was_only_just_read_wait_for_one_more_read(
    payment: Payment, reads: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        deliver("COINS_SENT", payment_id=payment.remote_id, step=number)
        process_events()
    assert reads() == 1
    assert waiting_count() == 19

    monkeypatch.setattr(pacing, "SPACING", timedelta(0))
    process_events()
    assert reads() == 2
    assert waiting_count() == 0


def test_events_on_many_objects_are_each_read_once(sandbox: Sandbox) -> None:
    rows = [sandbox.control.add_payment() for _number in range(30)]
    sync_resource(name="payments", mode="full")
    sandbox.control.forget_calls()
    for row in rows * 3:
        deliver("PAY_IN", payment_id=row["id"], nonce=id(row))
    process_events()

    assert sandbox.control.calls("getPayment") == 30
    assert set(_states()) == {"done"}


def test_both_names_of_the_last_off_ramp_event_read_the_off_ramp(sandbox: Sandbox) -> None:
    row = sandbox.control.add_offramp(status="pending")
    sync_resource(name="offramps", mode="full")
    sandbox.control.change_offramp(row["id"], status="finished")
    deliver("RAMPOFF_FINISHED", id=row["id"])
    deliver("TRANSFER_RAMPOFF_FINISHED", rampoff_id=row["id"])
    process_events()

    assert OffRamp.objects.get().status == "finished"
    assert _states() == ["done", "done"]


def test_an_event_of_an_unknown_name_is_kept_and_the_object_it_names_is_read(payment: Payment) -> None:
    deliver("PAYMENT_REFUNDED", payment_id=payment.remote_id)
    process_events()

    payment.refresh_from_db()
    assert payment.status == "coins_sent"
    assert [event.event_type for event in unknown_events()] == ["PAYMENT_REFUNDED"]
    assert _states() == ["done"]


def test_an_event_about_a_verification_reads_the_customer(sandbox: Sandbox) -> None:
    row = sandbox.control.add_customer(kyc_status="processing")
    sync_resource(name="customers", mode="full")
    sandbox.control.change_customer(row["id"], kyc_status="valid")
    deliver("KYC_FINISHED", user_id=row["id"])
    process_events()

    assert Customer.objects.get().kyc_status == "valid"


@pytest.mark.parametrize("data", [{}, {"payment_id": "not-here"}, {"user_id": "1"}, {"iban": "ES91"}])
def test_an_unknown_event_about_nothing_we_hold_is_kept_and_asks_nothing(
    sandbox: Sandbox, data: dict[str, str]
) -> None:
    sandbox.control.forget_calls()
    deliver("SOMETHING_NEW", **data)
    process_events()

    assert _states() == ["unclear"]
    assert sandbox.control.calls() == 0


def test_a_known_event_without_an_id_is_kept_as_about_nothing_known(sandbox: Sandbox) -> None:
    deliver("PAY_IN", amount="5.00")
    process_events()

    assert _states() == ["unclear"]


def test_the_event_that_we_send_ourselves_is_done_and_causes_nothing(sandbox: Sandbox) -> None:
    deliver(LIVE_CHECK)
    process_events()

    assert _states() == ["done"]
    assert not WebhookEffect.objects.exists()


@pytest.mark.usefixtures("_without_pauses")
def test_an_object_that_the_provider_does_not_have_yet_is_tried_a_few_times(sandbox: Sandbox) -> None:
    deliver("PAY_IN", payment_id="too-new")
    process_events()

    effect = WebhookEffect.objects.get()
    assert (effect.state, effect.tries) == ("failed", pacing.TRIES_NOT_FOUND)
    assert "payment_not_found" in effect.error
    assert _states() == ["failed"]
    assert [read.outcome for read in ReadBack.objects.all()] == ["failed"] * pacing.TRIES_NOT_FOUND


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("error_500", {}),
        ("too_many_requests", {"seconds": 1}),
        ("refuse_address", {}),
        ("drop_after", {}),
        ("html_body", {}),
    ],
)
def test_while_the_provider_is_in_trouble_an_event_waits_and_then_lands(
    sandbox: Sandbox, payment: Payment, fault: str, more: dict[str, Any]
) -> None:
    sandbox.control.fault(fault, "getPayment", count=None, **more)
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    effect = WebhookEffect.objects.get()
    assert (effect.state, effect.tries, _states()) == ("waiting", 1, ["reading"])
    assert effect.error
    assert effect.next_try_at > timezone.now()

    sandbox.control.clear_faults()
    make_due()
    process_events()
    payment.refresh_from_db()
    assert (payment.status, _states()) == ("coins_sent", ["done"])


@pytest.mark.usefixtures("_without_pauses")
def test_a_provider_that_stays_away_ends_in_a_failed_event_that_sofia_replays(
    sandbox: Sandbox, payment: Payment, sofia: User
) -> None:
    sandbox.control.fault("error_500", "getPayment", count=None)
    deliver("COINS_SENT", payment_id=payment.remote_id)
    for _time in range(pacing.TRIES):
        process_events()
    assert (_states(), WebhookEffect.objects.get().tries) == (["failed"], pacing.TRIES)

    sandbox.control.clear_faults()
    assert replay(WebhookEvent.objects.all(), by=sofia) == 1
    assert _states() == ["waiting"]
    process_events()
    payment.refresh_from_db()
    assert (payment.status, _states(), _outcomes()) == ("coins_sent", ["done"], [("settled", "changed")])
    record = AuditRecord.objects.get(action="webhook_event.replayed")
    assert (record.actor_name, record.details) == ("sofia", {"type": "COINS_SENT"})


def test_a_provider_that_is_away_is_not_asked_for_each_of_many_objects(sandbox: Sandbox) -> None:
    sandbox.control.fault("error_500", "getPayment", count=None)
    for number in range(20):
        deliver("PAY_IN", payment_id=f"p{number}")
    process_events()

    assert sandbox.control.calls("getPayment") == 3


def test_a_payment_that_is_gone_is_marked_so(sandbox: Sandbox, payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(remote_id="gone")
    deliver("PAY_IN", payment_id="gone")
    process_events()

    payment.refresh_from_db()
    assert payment.missing_since is not None
    assert _outcomes() == [("settled", "missing")]


def test_while_somebody_reads_an_object_nobody_else_does(payment: Payment, reads: Callable[[], int]) -> None:
    running = ReadBack.objects.create(resource="payments", remote_id=payment.remote_id)
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    assert reading_back.read_back(("payments", payment.remote_id)) is True
    assert reads() == 0

    ReadBack.objects.filter(pk=running.pk).update(began_at=timezone.now() - pacing.LEASE * 2)
    sweep()
    running.refresh_from_db()
    assert (running.outcome, reads(), _states()) == ("abandoned", 1, ["done"])


def test_a_worker_that_was_taken_for_lost_settles_nothing(payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    def be_slow(**_arguments: Any) -> str:
        ReadBack.objects.update(began_at=timezone.now() - pacing.LEASE * 2)
        reading_back.give_up_lost()
        return "changed"

    deliver("COINS_SENT", payment_id=payment.remote_id)
    plan_waiting()
    monkeypatch.setattr(reading_back, "refresh_one", be_slow)
    reading_back.read_back(("payments", payment.remote_id))
    assert _outcomes() == [("waiting", "")]
    assert ReadBack.objects.get().outcome == "abandoned"


def test_a_fault_of_ours_is_written_down_without_its_text(payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_arguments: Any) -> str:
        raise ZeroDivisionError("lena@example.org")

    monkeypatch.setattr(reading_back, "refresh_one", fail)
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()

    effect = WebhookEffect.objects.get()
    assert effect.error == "A fault of ours: ZeroDivisionError. The log has the details."
    assert effect.state == "waiting"


def test_an_event_whose_nudge_was_lost_is_found_by_the_sweep(payment: Payment) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    sweep()

    payment.refresh_from_db()
    assert payment.status == "coins_sent"


@pytest.mark.parametrize(("effect", "state"), [("settled", "done"), ("failed", "failed")])
def test_the_sweep_closes_an_event_of_which_nothing_waits_any_more(payment: Payment, effect: str, state: str) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    plan_waiting()
    WebhookEffect.objects.update(state=effect, settled_at=timezone.now())
    sweep()

    assert _states() == [state]


def test_a_replayed_event_is_read_again_although_the_object_was_read_since(
    payment: Payment, reads: Callable[[], int], sofia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "SPACING", timedelta(0))
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    replay(WebhookEvent.objects.all(), by=sofia)
    process_events()

    assert reads() == 2
    assert _outcomes() == [("settled", "unchanged")]


def test_a_replay_with_a_corrected_catalogue_leaves_nothing_of_the_earlier_plan(payment: Payment, sofia: User) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    plan_waiting()
    WebhookEffect.objects.update(resource="customers", state="failed", settled_at=timezone.now())
    WebhookEvent.objects.update(state="failed")
    replay(WebhookEvent.objects.all(), by=sofia)
    process_events()

    assert _states() == ["done"]
    assert [(effect.resource, effect.outcome) for effect in WebhookEffect.objects.all()] == [("payments", "changed")]


def test_planning_and_settling_do_not_ask_once_an_event(payment: Payment, django_assert_max_num_queries: Any) -> None:
    for number in range(50):
        deliver("COINS_SENT", payment_id=payment.remote_id, step=number)
    with django_assert_max_num_queries(60):
        process_events()


def test_nothing_is_due_where_nothing_waits(sandbox: Sandbox) -> None:
    assert process_events() == 0
    assert due_targets() == []

"""Each call to the provider is noted once, with what it was for, and never at the cost of the work."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.test import Client

from backoffice.audit.context import Context, acting
from backoffice.calls import recording
from backoffice.calls.models import ProviderCall
from backoffice.calls.recording import CallLog, call_log, lost_today
from backoffice.cryptopocket.errors import CryptoPocketError, NotFound, NotSent
from backoffice.observing import CauseKind, about, caused_by
from backoffice.operations.models import Operation
from backoffice.operations.services import perform, read_back
from backoffice.provider import get_client, reset_client
from backoffice.sandbox import Sandbox
from backoffice.sync.services import refresh_one, sync_resource
from customers.models import Customer
from customers.services import register_customer
from tests.people import sign_in

Noted = Callable[[], list[ProviderCall]]
Verdict = ProviderCall.Verdict


def _create_customer(number: int = 1) -> None:
    get_client().create_customer(name="Lena", email=f"lena{number}@example.org")


@pytest.mark.usefixtures("sandbox")
def test_a_call_is_noted_with_how_it_ended_and_how_long_it_took(noted: Noted) -> None:
    with acting(Context(actor_id=7, actor_name="clara", correlation_id="0123456789abcdef")):
        get_client().list_customers(page=1)
    token, page = noted()
    assert (token.call, page.call) == ("authenticate", "list_customers")
    assert (page.verdict, page.http_status, page.attempts, page.cause) == ("ok", 200, 1, "other")
    assert page.duration_ms >= (page.answer_ms or -1) >= 0
    assert (page.request_bytes, page.answer_bytes) == (0, page.answer_bytes)
    assert (page.answer_bytes or 0) > 20
    assert (page.actor_id, page.actor_name, page.correlation_id) == (7, "clara", "0123456789abcdef")


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        ({"kind": "error_500"}, (Verdict.UNKNOWN, 500)),
        ({"kind": "drop_before"}, (Verdict.UNKNOWN, None)),
        ({"kind": "cut_body"}, (Verdict.UNKNOWN, None)),
        ({"kind": "html_body"}, (Verdict.UNREADABLE, 200)),
        ({"kind": "nonsense"}, (Verdict.UNREADABLE, 200)),
        ({"kind": "too_many_requests"}, (Verdict.RATE_LIMITED, 429)),
        ({"kind": "error_code", "code": "user_already_exists", "status": 200}, (Verdict.REFUSED, 200)),
        ({"kind": "refuse_address", "count": None}, (Verdict.NOT_AUTHORISED, 200)),
    ],
)
def test_each_way_to_fail_has_its_verdict(
    sandbox: Sandbox, noted: Noted, fault: dict[str, Any], ended: tuple[str, int | None]
) -> None:
    get_client().authenticate()
    sandbox.control.fault(operation="createCustomer", **fault)
    with pytest.raises(CryptoPocketError):
        _create_customer()
    call = next(call for call in noted() if call.call == "create_customer")
    assert (call.verdict, call.http_status, call.attempts) == (*ended, 1)
    assert bool(call.code) == (call.verdict in {Verdict.REFUSED, Verdict.NOT_AUTHORISED})
    assert bool(call.reason) == (call.verdict not in {Verdict.REFUSED, Verdict.NOT_AUTHORISED})


def test_a_call_that_could_not_be_sent_is_noted_without_an_answer(sandbox: Sandbox, noted: Noted) -> None:
    sandbox.stop()
    with pytest.raises(NotSent):
        get_client().authenticate()
    (call,) = noted()
    assert (call.verdict, call.http_status, call.answer_ms, call.answer_bytes) == (Verdict.NOT_SENT, None, None, None)
    assert call.reason == "no connection: refused or unreachable"
    assert call.answer is None


def test_a_read_that_was_tried_again_is_one_call_of_several_attempts(sandbox: Sandbox, noted: Noted) -> None:
    get_client().authenticate()
    sandbox.control.fault("error_500", "listCustomers")
    get_client().list_customers(page=1)
    call = noted()[-1]
    assert (call.call, call.verdict, call.attempts) == ("list_customers", Verdict.OK, 2)
    assert call.duration_ms > (call.answer_ms or 0)


@pytest.mark.usefixtures("sandbox")
def test_an_operation_and_its_read_back_are_known_by_their_number(clara: User, noted: Noted, sandbox: Sandbox) -> None:
    get_client().authenticate()
    operation = register_customer(
        person={"name": "Lena", "email": "lena@example.org"}, requested_by=clara, submission="mark"
    ).operation
    sandbox.control.fault("drop_after", "createCustomer")
    perform(operation.pk)
    read_back(operation_id=operation.pk, by=clara)
    calls = [call for call in noted() if call.operation_id == operation.pk]
    assert (calls[0].cause, calls[0].verdict, calls[0].actor_name) == ("operation", "unknown", "clara")
    assert calls[0].correlation_id == Operation.objects.get().correlation_id
    assert {call.cause for call in calls[1:]} == {"read_back"}


def test_a_sync_run_is_known_by_its_number_and_a_single_read_by_its_object(sandbox: Sandbox, noted: Noted) -> None:
    sandbox.control.add_customer(name="Marta", email="marta@example.org")
    run = sync_resource(name="customers", mode="full")
    marta = Customer.objects.get()
    with caused_by(CauseKind.WEBHOOK, 41):
        refresh_one(name="customers", remote_id=marta.remote_id, source="webhook")
    calls = noted()
    assert {call.cause for call in calls if call.sync_run_id == run.pk} == {"sync"}
    single = calls[-1]
    assert (single.cause, single.webhook_event_id, single.sync_run_id) == ("webhook", 41, None)
    assert (single.model, single.remote_id) == ("customers.customer", marta.remote_id)


@pytest.mark.usefixtures("sandbox")
def test_what_a_page_asks_is_known_as_such(client: Client, clara: User, sandbox: Sandbox, noted: Noted) -> None:
    sandbox.control.add_customer(name="Marta", email="marta@example.org")
    sync_resource(name="customers", mode="full")
    marta = Customer.objects.get()
    sign_in(client, clara).post(f"/admin/customers/customer/{marta.pk}/refresh-kyc/")
    call = noted()[-1]
    assert (call.cause, call.actor_name, call.remote_id) == ("page", "clara", marta.remote_id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox")
class TestWriting:
    """When calls are written, with real transactions."""

    def test_a_call_that_changes_something_is_written_at_once_and_takes_the_waiting_ones_along(self) -> None:
        get_client().authenticate()
        before = ProviderCall.objects.count()
        get_client().list_customers(page=1)
        assert ProviderCall.objects.count() == before
        _create_customer()
        assert [call.call for call in ProviderCall.objects.order_by("at")] == [
            "authenticate", "list_customers", "create_customer",
        ]  # fmt: skip

    def test_a_rollback_does_not_take_the_note_of_a_sent_call_with_it(self) -> None:
        with transaction.atomic():
            _create_customer()
            transaction.set_rollback(True)
        assert ProviderCall.objects.count() == 0
        call_log.write()
        assert ProviderCall.objects.filter(call="create_customer").count() == 1

    def test_what_was_called_inside_a_transaction_is_written_when_it_is_committed(self) -> None:
        with transaction.atomic():
            _create_customer()
            assert ProviderCall.objects.count() == 0
        assert ProviderCall.objects.filter(call="create_customer").count() == 1

    def test_reads_are_written_when_what_they_were_for_has_ended(self) -> None:
        get_client().authenticate()
        with caused_by(CauseKind.SYNC, 1), about("payments.payment", "p1"):
            get_client().list_customers(page=1)
        assert ProviderCall.objects.filter(sync_run_id=1, model="payments.payment").count() == 1

    def test_reads_are_written_at_the_end_of_a_request(self, client: Client) -> None:
        get_client().authenticate()
        get_client().list_customers(page=1)
        client.get("/admin/")
        assert ProviderCall.objects.filter(call="list_customers").count() == 1

    def test_many_reads_are_written_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recording, "WRITTEN_AT", 5)
        get_client().authenticate()
        for page in range(1, 5):
            get_client().list_customers(page=page)
        assert ProviderCall.objects.count() == 1
        get_client().list_customers(page=5)
        assert ProviderCall.objects.count() == 6

    def test_reads_do_not_wait_longer_than_a_few_seconds(self) -> None:
        moment = [0.0]
        log = CallLog(now=lambda: moment[0])
        reset_client()
        get_client()._observers = (log.note,)
        get_client().list_customers(page=1)
        assert (len(log), ProviderCall.objects.count()) == (1, 1)
        moment[0] += recording.WRITTEN_AFTER_SECONDS
        get_client().list_customers(page=2)
        assert (len(log), ProviderCall.objects.count()) == (0, 3)

    def test_two_threads_that_write_at_once_write_each_call_once(self) -> None:
        get_client().authenticate()
        for page in range(1, 51):
            get_client().list_customers(page=page)
        barrier = threading.Barrier(4)

        def write() -> None:
            barrier.wait()
            call_log.write()
            connection.close()

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ProviderCall.objects.filter(call="list_customers").count() == 50

    def test_a_database_that_is_away_disturbs_nothing_and_nothing_is_lost(self, monkeypatch: Any) -> None:
        moment = [0.0]
        monkeypatch.setattr(call_log, "_now", lambda: moment[0])
        with monkeypatch.context() as patch:
            patch.setattr(recording, "insert", _fail_with(OperationalError("lena@example.org")))
            _create_customer(1)
            _create_customer(2)
        assert ProviderCall.objects.count() == 0
        moment[0] += recording.REST_SECONDS
        call_log.write()
        assert ProviderCall.objects.filter(call="create_customer").count() == 2

    def test_while_the_database_is_away_only_so_many_wait_and_the_rest_is_counted(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(recording, "MOST_WAITING", 3)
        monkeypatch.setattr(recording, "insert", _fail_with(OperationalError("lena@example.org")))
        for number in range(5):
            _create_customer(number)
        assert (len(call_log), lost_today()) == (3, 3)
        assert "lena" not in caplog.text

    def test_one_call_that_cannot_be_written_does_not_take_the_others_along(self) -> None:
        get_client().authenticate()
        get_client().list_customers(page=1)
        get_client().list_customers(page=2)
        call_log._waiting[0]["call"] = None  # what no column takes
        call_log.write()
        assert ProviderCall.objects.filter(call="list_customers").count() == 1
        assert lost_today() == 1

    def test_a_log_that_cannot_be_written_at_all_raises_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(CallLog, "_take", _fail_with(RuntimeError("lena@example.org")))
        assert get_client().create_customer(name="Lena", email="lena@example.org").payload["id"]


def _fail_with(problem: Exception) -> Callable[..., Any]:
    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise problem

    return fail


def test_a_single_read_that_finds_nothing_is_a_refusal_with_its_code(sandbox: Sandbox, noted: Noted) -> None:
    with pytest.raises(NotFound):
        get_client().get_payment(payment_id="nothing")
    assert sandbox.base_url
    assert (noted()[-1].verdict, noted()[-1].code) == (Verdict.REFUSED, "payment_not_found")

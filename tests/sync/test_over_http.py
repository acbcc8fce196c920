"""The real resources, over real HTTP, from the stand-in provider."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from backoffice import provider
from backoffice.sandbox import Sandbox
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.queries import open_quarantine
from backoffice.sync.resources import all_resources
from backoffice.sync.services import refresh_one, sync_resource
from banking.models import BankAccount, BankTransaction
from customers.models import Customer
from payments.models import OffRamp, Payment
from tests.cryptopocket.conftest import PatientClock

SIZES = {"customers": 120, "payments": 230, "offramps": 40, "bank_transactions": 150}
STATES = SyncRun.State
LIST = "listOnRampTransactions"


@pytest.fixture
def lively(start_provider: Callable[..., Sandbox], settings: Any, db: None) -> Sandbox:
    """A provider with some of everything, read in pages of 50."""
    settings.CRYPTOPOCKET_PAGE_SIZE = 50
    return start_provider(**SIZES)


def _sync_all(mode: str = "full") -> dict[str, SyncRun]:
    wanted = [resource for resource in all_resources() if mode != "open" or resource.can_be_open]
    return {resource.name: sync_resource(name=resource.name, mode=mode) for resource in wanted}


@pytest.mark.usefixtures("lively")
def test_everything_is_mirrored_and_a_second_time_nothing_changes() -> None:
    runs = _sync_all()
    assert {name: (run.state, run.error) for name, run in runs.items()} == dict.fromkeys(runs, (STATES.SUCCEEDED, ""))
    counts = [model.objects.count() for model in (Customer, Payment, OffRamp, BankTransaction)]
    assert counts == list(SIZES.values())
    assert BankAccount.objects.count() == 2
    again = _sync_all()
    assert {name: (run.created, run.changed, run.missing) for name, run in again.items()} == dict.fromkeys(
        runs, (0, 0, 0)
    )
    assert not RecordedChange.objects.exists()


def test_what_changes_at_the_provider_is_in_the_history(lively: Sandbox) -> None:
    _sync_all()
    payment = lively.control.payments()[3]
    lively.control.change_payment(payment["id"], status="under_investigation")
    run = sync_resource(name="payments", mode="full")
    assert run.changed == 1
    change = RecordedChange.objects.get()
    assert change.columns == {"status": [payment["status"], "under_investigation"]}


def test_new_payments_are_found_at_the_newest_end(lively: Sandbox) -> None:
    _sync_all()
    lively.control.add_payment()
    lively.control.forget_calls()
    assert sync_resource(name="payments", mode="head").created == 1
    assert 1 <= lively.control.calls(LIST) <= 2


@pytest.mark.usefixtures("lively")
def test_single_reads_agree_with_the_lists() -> None:
    _sync_all()
    runs = _sync_all("open")
    assert {run.state for run in runs.values()} == {STATES.SUCCEEDED}
    assert sum(run.seen for run in runs.values()) > 0
    assert not RecordedChange.objects.exclude(columns__has_key="kyc_form_url").exists()


def test_one_payment_can_be_read_anew(lively: Sandbox) -> None:
    _sync_all()
    payment = lively.control.payments()[0]
    lively.control.change_payment(payment["id"], status="coins_returned")
    assert refresh_one(name="payments", remote_id=payment["id"], source="page") == "changed"
    assert Payment.objects.get(remote_id=payment["id"]).status == "coins_returned"


@pytest.mark.parametrize(("field", "value"), [("fiat_amount", "abc"), ("id", None), ("created_at", "the day after")])
def test_a_bad_item_is_put_aside_and_lands_when_it_is_mended(lively: Sandbox, field: str, value: object) -> None:
    lively.control.fault("bad_item", LIST, field=field, value=value, skip=1)
    run = sync_resource(name="payments", mode="full")
    assert (run.state, run.created, run.quarantined) == (STATES.SUCCEEDED, SIZES["payments"] - 1, 1)
    assert open_quarantine().get().resource == "payments"
    assert sync_resource(name="payments", mode="full").created == 1
    assert not open_quarantine().exists()


def test_an_unknown_status_is_kept_as_it_came(lively: Sandbox) -> None:
    lively.control.fault("unknown_status", LIST, value="on_the_moon")
    assert sync_resource(name="payments", mode="full").quarantined == 0
    assert Payment.objects.filter(status="on_the_moon").count() == 1


def test_a_total_that_moves_is_read_again_and_loses_nothing(lively: Sandbox) -> None:
    lively.control.fault("moving_total", LIST, count=2)
    run = sync_resource(name="payments", mode="full")
    assert (run.state, run.missing, run.error) == (STATES.SUCCEEDED, 0, "")
    assert Payment.objects.count() == SIZES["payments"] + 2


def test_amounts_in_the_wrong_unit_stop_the_run_and_nothing_is_written(lively: Sandbox) -> None:
    lively.control.fault("wrong_unit", LIST, count=None)
    run = sync_resource(name="payments", mode="full")
    assert (run.state, Payment.objects.count()) == (STATES.FAILED, 0)
    assert "Nothing was written" in run.error


@pytest.mark.parametrize(
    "fault", ["error_500", "drop_before", "cut_body", "html_body", "nonsense", "repeat_page", "stuck_page"]
)
def test_a_page_that_cannot_be_read_ends_the_run_and_the_next_goes_on_there(lively: Sandbox, fault: str) -> None:
    lively.control.fault(fault, LIST, skip=2, count=None)
    run = sync_resource(name="payments", mode="full")
    assert (run.state, run.pages, Payment.objects.count()) == (STATES.FAILED, 2, 100)
    assert "2 pages were read before that, and written. The next full sync goes on from there." in run.error
    lively.control.clear_faults()
    lively.control.forget_calls()
    run = sync_resource(name="payments", mode="full")
    assert (run.state, run.created, lively.control.calls(LIST)) == (STATES.SUCCEEDED, 130, 3)
    assert Payment.objects.filter(missing_since=None).count() == SIZES["payments"]


def test_a_token_that_ends_in_mid_sync_is_renewed(lively: Sandbox) -> None:
    lively.control.fault("expire_tokens", LIST, skip=2)
    run = sync_resource(name="payments", mode="full")
    assert (run.state, run.created) == (STATES.SUCCEEDED, SIZES["payments"])
    assert lively.control.tokens_issued() == 2


@pytest.mark.usefixtures("lively")
def test_a_wrong_secret_ends_the_run_with_the_three_possible_causes(settings: Any) -> None:
    settings.CRYPTOPOCKET_API_SECRET = "sk_of_somebody_else"
    provider.reset_client()
    run = sync_resource(name="payments", mode="full")
    assert run.state == STATES.FAILED
    assert all(cause in run.error for cause in ("token", "expiry", "IP list"))
    assert "sk_of_somebody_else" not in run.error


@pytest.mark.usefixtures("lively")
def test_a_base_url_that_does_not_answer_ends_the_run(settings: Any) -> None:
    settings.CRYPTOPOCKET_BASE_URL = "http://127.0.0.1:9/api"
    provider.reset_client()
    run = sync_resource(name="payments", mode="full")
    assert (run.state, run.pages) == (STATES.FAILED, 0)
    assert "Nothing was written. The next sync tries again." in run.error


class WatchedClock(PatientClock):
    """A clock on which waiting costs nothing; it notes the sign of life that the run had given when a wait began."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[datetime] = []

    def sleep(self, seconds: float) -> None:
        """Look at the run, and pass the time at once."""
        self.seen.append(SyncRun.objects.get().heartbeat_at)
        super().sleep(seconds)


@pytest.mark.parametrize("fault", ["error_500", "too_many_requests"])
def test_a_run_that_waits_for_one_page_again_and_again_gives_a_sign_of_life_between_two_waits(
    start_provider: Callable[..., Sandbox], settings: Any, monkeypatch: pytest.MonkeyPatch, db: None, fault: str
) -> None:
    clock = WatchedClock()
    monkeypatch.setattr("backoffice.cryptopocket.transport.SystemClock", lambda: clock)
    settings.SYNC_LEASE_SECONDS = 0.0001
    lively = start_provider(**SIZES)
    lively.control.fault(fault, LIST, count=3, **({"seconds": 50} if fault == "too_many_requests" else {}))
    assert sync_resource(name="payments", mode="full").state == STATES.SUCCEEDED
    assert len(clock.seen) >= 3
    assert clock.seen == sorted(set(clock.seen))

"""Drift: a sample of rows is read singly and compared; what should not differ is shown and put right."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.attention import attention_for
from backoffice.audit.models import AuditRecord
from backoffice.cryptopocket.errors import OutcomeUnknown
from backoffice.sandbox import Sandbox
from backoffice.sync import drift
from backoffice.sync.errors import DriftCheckRunningError, NothingOpenError
from backoffice.sync.models import DriftCheck, DriftFinding, RecordedChange
from backoffice.sync.queries import latest_drift_checks, recent_drift
from backoffice.sync.resources import all_resources, get_resource
from backoffice.sync.services import refresh_one, sync_resource
from backoffice.sync.tasks import check_all_drift, check_drift
from customers.models import Customer
from payments.models import Payment
from tests.people import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(sandbox: Sandbox) -> Payment:
    """A mirrored payment whose coins were sent: nothing moves it any more."""
    return mirror_payment(sandbox, status="coins_sent")


@pytest.fixture
def announced(sandbox: Sandbox) -> Payment:
    """A mirrored payment whose money has not come."""
    return mirror_payment(sandbox, status="pending_bank")


def mirror_payment(sandbox: Sandbox, **fields: Any) -> Payment:
    """Have a payment at the provider and in the mirror, listed and read singly."""
    row = sandbox.control.add_payment(**{"fiat_amount": 100_00, "fiat_symbol": "EUR", "txid": "0xtrue", **fields})
    assert sync_resource(name="payments", mode="full").state == "succeeded"
    refresh_one(name="payments", remote_id=str(row["id"]), source="operation")
    return Payment.objects.get(remote_id=str(row["id"]))


def spoil(payment: Payment, **columns: Any) -> None:
    """Make the row say something that the provider never said."""
    Payment.objects.filter(pk=payment.pk).update(**columns)


def test_a_mirror_that_is_as_it_should_be_has_no_drift(start_provider: Callable[..., Sandbox]) -> None:
    start_provider(customers=30, payments=60, offramps=20, bank_transactions=0)
    for resource in all_resources():
        assert sync_resource(name=resource.name, mode="full").state == "succeeded"
    checks = [drift.check_resource(name=name) for name in ("customers", "payments", "offramps")]
    assert [(check.sample, check.drifted, check.unread, check.error) for check in checks] == [
        (30, 0, 0, ""),
        (50, 0, 0, ""),
        (20, 0, 0, ""),
    ]
    assert not recent_drift().exists()


def test_a_final_row_that_differs_is_drift_and_is_put_right(sandbox: Sandbox, paid: Payment) -> None:
    true_hash = paid.txid
    spoil(paid, txid="0xwrong", holder="Mallory")
    check = drift.check_resource(name="payments")
    assert (check.sample, check.same, check.moved_on, check.drifted) == (1, 0, 0, 1)
    finding = recent_drift().get()
    assert (finding.reason, finding.remote_id, finding.healed_at is not None) == ("final", paid.remote_id, True)
    assert finding.columns["txid"] == ["0xwrong", true_hash]
    paid.refresh_from_db()
    assert paid.txid == true_hash
    assert RecordedChange.objects.filter(source="drift").get().columns["txid"] == ["0xwrong", true_hash]
    assert drift.check_resource(name="payments").same == 1


def test_a_list_would_never_have_put_it_right(sandbox: Sandbox, paid: Payment) -> None:
    spoil(paid, txid="0xwrong")
    sync_resource(name="payments", mode="full")
    paid.refresh_from_db()
    assert paid.txid == "0xwrong"


def test_a_column_that_was_emptied_here_is_drift(sandbox: Sandbox, paid: Payment) -> None:
    assert paid.txid
    spoil(paid, txid="")
    assert drift.check_resource(name="payments").drifted == 1
    paid.refresh_from_db()
    assert paid.txid


def test_a_payment_that_moved_on_since_it_was_read_is_no_drift(sandbox: Sandbox, announced: Payment) -> None:
    sandbox.control.change_payment(announced.remote_id, status="payment_received")
    check = drift.check_resource(name="payments")
    assert (check.moved_on, check.drifted) == (1, 0)
    announced.refresh_from_db()
    assert announced.status == "payment_received"


def test_a_field_that_never_changes_is_drift_also_while_the_payment_moves(sandbox: Sandbox, announced: Payment) -> None:
    spoil(announced, fiat_amount=Decimal(900))
    assert drift.check_resource(name="payments").drifted == 1
    finding = recent_drift().get()
    assert finding.reason == "fixed"
    assert [Decimal(value) for value in finding.columns["fiat_amount"]] == [900, 100]
    announced.refresh_from_db()
    assert announced.fiat_amount == 100


def test_a_payment_that_the_provider_does_not_know_is_drift_and_marked_missing(
    sandbox: Sandbox, announced: Payment
) -> None:
    spoil(announced, remote_id="pay-never-was")
    assert drift.check_resource(name="payments").drifted == 1
    announced.refresh_from_db()
    assert announced.missing_since is not None
    assert recent_drift().get().reason == "gone"
    assert drift.check_resource(name="payments").sample == 0


def test_a_row_that_a_sync_writes_meanwhile_is_left_to_the_sync(
    sandbox: Sandbox, paid: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(paid, txid="0xwrong")
    really_find = drift.find_differences

    def find_while_a_sync_writes(row: Any, read: Any) -> Any:
        Payment.objects.filter(pk=row.pk).update(read_at=timezone.now(), txid="0xnewer")
        return really_find(row, read)

    monkeypatch.setattr(drift, "find_differences", find_while_a_sync_writes)
    check = drift.check_resource(name="payments")
    assert (check.overtaken, check.drifted) == (1, 0)
    paid.refresh_from_db()
    assert paid.txid == "0xnewer"


def test_the_same_seed_chooses_the_same_rows(start_provider: Callable[..., Sandbox]) -> None:
    start_provider(customers=1, payments=60, offramps=0, bank_transactions=0)
    sync_resource(name="payments", mode="full")
    resource = get_resource("payments")
    first = drift.choose_rows(resource, count=10, seed=7)
    assert first == drift.choose_rows(resource, count=10, seed=7)
    assert first != drift.choose_rows(resource, count=10, seed=8)
    assert len(set(first)) == 10


def test_an_id_that_cannot_be_sent_does_not_end_the_check(sandbox: Sandbox, announced: Payment) -> None:
    mirror_payment(sandbox)
    spoil(announced, remote_id="..")
    check = drift.check_resource(name="payments")
    assert (check.sample, check.same, check.unread, check.error) == (2, 1, 1, "")


def test_nobody_who_asked_to_be_forgotten_is_read(sandbox: Sandbox) -> None:
    sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org", kyc_status="valid")
    sync_resource(name="customers", mode="full")
    Customer.objects.update(restricted_at=timezone.now())
    sandbox.control.forget_calls()
    assert drift.check_resource(name="customers").sample == 0
    assert sandbox.control.calls("getKycStatus") == 0


def test_who_asks_to_be_forgotten_during_the_check_is_not_read_any_more(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_two_customers(sandbox)
    really_compare = drift.parse_read

    def restrict_the_others(resource: Any, row: Any, item: Any) -> Any:
        Customer.objects.exclude(pk=row.pk).update(restricted_at=timezone.now())
        return really_compare(resource, row, item)

    monkeypatch.setattr(drift, "parse_read", restrict_the_others)
    assert drift.check_resource(name="customers").sample == 1
    assert sandbox.control.calls("getKycStatus") == 1


def test_no_finding_is_about_somebody_who_asks_to_be_forgotten_while_being_read(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_two_customers(sandbox)
    Customer.objects.update(kyc_status="expired")
    really_find = drift.find_differences

    def find_while_they_ask(row: Any, read: Any) -> Any:
        Customer.objects.update(restricted_at=timezone.now())
        return really_find(row, read)

    monkeypatch.setattr(drift, "find_differences", find_while_they_ask)
    check = drift.check_resource(name="customers")
    assert (check.sample, check.overtaken, check.drifted) == (1, 1, 0)
    assert not DriftFinding.objects.exists()


def mirror_two_customers(sandbox: Sandbox) -> None:
    """Have Lena and Marta in the mirror, both verified."""
    sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org", kyc_status="valid")
    sandbox.control.add_customer(name="Marta", last_name="Vidal", email="marta@example.org", kyc_status="valid")
    sync_resource(name="customers", mode="full")


def test_with_the_provider_down_the_check_says_so_and_stops(start_provider: Callable[..., Sandbox]) -> None:
    sandbox = start_provider(customers=1, payments=20, offramps=0, bank_transactions=0)
    sync_resource(name="payments", mode="full")
    sandbox.stop()
    check = drift.check_resource(name="payments")
    assert check.unread == drift.FAILURES_IN_A_ROW
    assert "single reads failed one after the other" in check.error
    assert check.finished_at is not None


def test_two_checks_of_one_resource_do_not_run_at_once(sandbox: Sandbox, paid: Payment) -> None:
    DriftCheck.objects.create(resource="payments", seed=1, started_at=timezone.now())
    with pytest.raises(DriftCheckRunningError):
        drift.check_resource(name="payments")
    check_drift(name="payments")
    assert DriftCheck.objects.count() == 1


def test_a_check_whose_process_died_does_not_block_the_next(sandbox: Sandbox, paid: Payment) -> None:
    dead = DriftCheck.objects.create(resource="payments", seed=1, started_at=timezone.now() - timedelta(hours=1))
    assert drift.check_resource(name="payments").same == 1
    dead.refresh_from_db()
    assert dead.error == "The process ended without a word."


def test_a_fault_of_ours_ends_the_check_and_is_raised(
    sandbox: Sandbox, paid: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "find_differences", lambda row, read: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        drift.check_resource(name="payments")
    assert DriftCheck.objects.get().error == "A fault of ours: ZeroDivisionError."


def test_a_resource_that_cannot_be_read_singly_says_what_compares_it(sandbox: Sandbox) -> None:
    with pytest.raises(NothingOpenError, match="each full sync compares every row"):
        drift.check_resource(name="bank_accounts")


def test_the_night_asks_for_a_check_of_each_resource_that_can_be_read_singly(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(drift, "request_check", lambda *, name: asked.append(name))
    check_all_drift()
    assert sorted(asked) == ["customers", "offramps", "payments"]


def test_no_single_failure_ends_a_check(sandbox: Sandbox, paid: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise OutcomeUnknown("no answer", endpoint="get_payment", only_read=True)

    monkeypatch.setattr(drift, "parse_read", refuse)
    check = drift.check_resource(name="payments")
    assert (check.unread, check.error) == (1, "")


def test_what_was_found_is_on_the_front_page_and_in_the_list(
    sandbox: Sandbox, paid: Payment, client: Client, sofia: User, rf: Any
) -> None:
    spoil(paid, txid="0xwrong")
    drift.check_resource(name="payments", seed=5)
    request = rf.get("/")
    request.user = sofia
    counted = next(item for item in attention_for(request) if item.item.name == "drift")
    assert counted.count == 1
    shown = sign_in(client, sofia).get(counted.url).content.decode()
    assert "0xwrong" in shown
    assert paid.remote_id in shown
    check = latest_drift_checks()["payments"]
    page = client.get(reverse("admin:sync_driftcheck_change", args=[check.pk])).content.decode()
    assert "it was final here" in page
    assert AuditRecord.objects.get(action="drift_check.ended").details["drifted"] == 1


def test_drift_of_two_days_ago_is_not_counted_any_more(sandbox: Sandbox, paid: Payment) -> None:
    spoil(paid, txid="0xwrong")
    drift.check_resource(name="payments")
    DriftFinding.objects.update(found_at=timezone.now() - timedelta(days=2))
    assert not recent_drift().exists()


def test_what_is_personal_is_masked_in_the_list(
    sandbox: Sandbox, announced: Payment, client: Client, felix: User
) -> None:
    sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org", kyc_status="valid")
    sync_resource(name="customers", mode="full")
    DriftFinding.objects.create(
        drift_check=DriftCheck.objects.create(resource="customers", seed=1, started_at=timezone.now()),
        resource="customers",
        remote_id=Customer.objects.get().remote_id,
        reason="final",
        columns={"email": ["wrong@example.org", "lena@example.org"]},
        read_at=timezone.now(),
        found_at=timezone.now(),
    )
    shown = sign_in(client, felix).get(reverse("admin:sync_driftfinding_changelist")).content.decode()
    assert "lena@example.org" not in shown
    assert "wrong@example.org" not in shown


def test_the_button_asks_for_a_check_and_only_those_may_press_it_who_may_sync(
    client: Client, sofia: User, aurelio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        "backoffice.sync.drift_admin.request_check", lambda *, name, requested_by: asked.append((name, requested_by))
    )
    address = reverse("admin:sync_driftcheck_check-now")
    assert client.post(address).status_code == 302
    assert sign_in(client, aurelio).post(address).status_code == 403
    page = sign_in(client, sofia).get(address).content.decode()
    assert "cannot be read singly" in page
    assert asked == []
    assert client.post(address).status_code == 302
    assert sorted(name for name, _by in asked) == ["customers", "offramps", "payments"]
    assert {by for _name, by in asked} == {sofia}

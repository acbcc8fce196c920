"""What people look at is read first: one read however many look, never beyond our share of the rate."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.sandbox import Sandbox
from backoffice.sync import viewing
from backoffice.sync.engine.open_rows import plan_reads
from backoffice.sync.models import RecordedChange, Viewing
from backoffice.sync.resources import Resource
from backoffice.sync.services import sync_resource
from backoffice.sync.tasks import read_viewed
from customers.models import Customer
from payments.models import Payment
from tests.people import sign_in
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList

pytestmark = pytest.mark.django_db

LIVE = {"X-Requested-With": "live"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> list[str]:
    """The ids of the objects that a worker was asked to read."""
    found: list[str] = []

    def note(_arguments: Any, options: dict[str, Any], **_more: Any) -> None:
        found.append(options["remote_id"])

    monkeypatch.setattr(read_viewed, "apply_async", note)
    monkeypatch.setattr("django.db.transaction.on_commit", lambda work, **_options: work())
    return found


@pytest.fixture
def payment(sandbox: Sandbox) -> Payment:
    """A mirrored payment that was last read five minutes ago."""
    sandbox.control.add_payment(status="pending_bank", fiat_amount=100_00, fiat_symbol="EUR")
    assert sync_resource(name="payments", mode="full").state == "succeeded"
    aged: Payment = let_age(Payment.objects.get())
    return aged


def let_age(row: Any, minutes: int = 5) -> Any:
    """Have the row be read that long ago."""
    type(row).objects.filter(pk=row.pk).update(read_at=timezone.now() - timedelta(minutes=minutes))
    row.refresh_from_db()
    return row


def open_page(client: Client, payment: Any, *, mark: str = "", opened: bool = True, **headers: str) -> Any:
    """What the page's script asks as soon as it is open."""
    options = payment._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_renewed", args=[payment.pk])
    return client.get(address, {"mark": mark, **({"opened": "yes"} if opened else {})}, headers=headers or LIVE)


def page_of(client: Client, payment: Any, **headers: str) -> str:
    """The page as it is drawn."""
    options = payment._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[payment.pk])
    return client.get(address, headers=headers).content.decode()


def test_opening_the_page_of_old_data_asks_for_a_read_and_the_row_is_brought_up_to_date(
    sandbox: Sandbox, payment: Payment, client: Client, felix: User, asked: list[str]
) -> None:
    sign_in(client, felix)
    sandbox.control.change_payment(payment.remote_id, status="payment_received")
    mark = open_page(client, payment).json()["mark"]
    assert asked == [payment.remote_id]
    assert "Reading it anew" in page_of(client, payment)
    read_viewed(name="payments", remote_id=payment.remote_id)
    payment.refresh_from_db()
    assert payment.status == "payment_received"
    assert RecordedChange.objects.filter(source="viewed").get().columns["status"]
    assert open_page(client, payment, mark=mark, opened=False).json()["mark"] != mark
    assert "Reading it anew" not in page_of(client, payment)


def test_two_people_who_open_the_same_page_cause_one_read(
    payment: Payment, client: Client, felix: User, sofia: User, asked: list[str]
) -> None:
    for person in (felix, sofia, felix):
        assert open_page(sign_in(client, person), payment).status_code == 200
    assert asked == [payment.remote_id]


def test_a_hundred_open_tabs_cause_one_read(payment: Payment, client: Client, felix: User, asked: list[str]) -> None:
    sign_in(client, felix)
    mark = open_page(client, payment).json()["mark"]
    answers = {open_page(client, payment, mark=mark).status_code for _tab in range(100)}
    assert answers == {204}
    assert asked == [payment.remote_id]


def test_a_page_that_stays_open_asks_nothing_more(
    payment: Payment, client: Client, felix: User, asked: list[str]
) -> None:
    sign_in(client, felix)
    assert open_page(client, payment, opened=False).status_code == 200
    assert asked == []


def test_fresh_data_is_not_read_anew(
    sandbox: Sandbox, payment: Payment, client: Client, felix: User, asked: list[str]
) -> None:
    let_age(payment, minutes=0)
    open_page(sign_in(client, felix), payment)
    assert asked == []


def test_no_other_site_can_have_objects_read(payment: Payment, client: Client, felix: User, asked: list[str]) -> None:
    open_page(sign_in(client, felix), payment, Referer="https://elsewhere.example/")
    assert asked == []


def test_a_page_costs_few_queries_while_nothing_happens(
    payment: Payment, client: Client, felix: User, asked: list[str], django_assert_max_num_queries: Any
) -> None:
    sign_in(client, felix)
    mark = open_page(client, payment).json()["mark"]
    with django_assert_max_num_queries(6):  # four are of the session and the permissions
        assert open_page(client, payment, mark=mark, opened=False).status_code == 204


def test_nobody_who_asked_to_be_forgotten_is_read(
    sandbox: Sandbox, client: Client, clara: User, asked: list[str]
) -> None:
    sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org", kyc_status="pending")
    sync_resource(name="customers", mode="full")
    customer = let_age(Customer.objects.get())
    open_page(sign_in(client, clara), customer)
    assert asked == [customer.remote_id]
    Customer.objects.update(restricted_at=timezone.now())
    Viewing.objects.all().delete()
    customer.refresh_from_db()
    open_page(client, customer)
    assert asked == [customer.remote_id]
    sandbox.control.forget_calls()
    read_viewed(name="customers", remote_id=customer.remote_id)
    sync_resource(name="customers", mode="open")
    assert sandbox.control.call_counts().get("get_kyc_status", 0) == 0


def test_the_page_says_so_when_the_provider_is_down_and_the_read_is_tried_again(
    sandbox: Sandbox, payment: Payment, client: Client, felix: User, asked: list[str]
) -> None:
    sign_in(client, felix)
    open_page(client, payment)
    sandbox.control.fault("drop_after", count=None)
    read_viewed(name="payments", remote_id=payment.remote_id)
    shown = page_of(client, payment)
    assert "Could not be read anew: CryptoPocket did not answer." in shown
    assert "5 min ago" in shown
    open_page(client, payment, opened=False)
    assert asked == [payment.remote_id]
    Viewing.objects.update(asked_at=timezone.now() - timedelta(seconds=61))
    open_page(client, payment, opened=False)
    assert asked == [payment.remote_id] * 2


def test_the_page_says_so_when_no_worker_takes_the_read_up(
    payment: Payment, client: Client, felix: User, asked: list[str]
) -> None:
    open_page(sign_in(client, felix), payment)
    Viewing.objects.update(asked_at=timezone.now() - viewing.PATIENCE)
    assert "no worker has taken it up" in page_of(client, payment)


def test_an_object_that_was_read_meanwhile_is_not_read_again(
    sandbox: Sandbox, payment: Payment, client: Client, felix: User, asked: list[str]
) -> None:
    open_page(sign_in(client, felix), payment)
    Payment.objects.update(read_at=timezone.now())
    sandbox.control.forget_calls()
    read_viewed(name="payments", remote_id=payment.remote_id)
    assert sandbox.control.calls("getPayment") == 0
    assert "Reading it anew" not in page_of(client, payment)


def test_reads_for_people_stay_within_their_share_of_the_rate(
    settings: Any, payment: Payment, client: Client, felix: User, asked: list[str]
) -> None:
    settings.CRYPTOPOCKET_REQUESTS_PER_SECOND, settings.SYNC_VIEWED_SHARE = 1.0, 0.05
    assert viewing.most_reads_a_minute() == 3
    now = timezone.now()
    for number in range(3):
        Viewing.objects.create(resource="payments", remote_id=f"other-{number}", viewed_at=now, asked_at=now)
    open_page(sign_in(client, felix), payment)
    assert asked == []
    assert Viewing.objects.filter(remote_id=payment.remote_id, asked_at=None).exists()


def test_who_may_not_see_the_row_learns_nothing(payment: Payment, client: Client, asked: list[str]) -> None:
    assert open_page(client, payment).status_code == 302
    stranger = User.objects.create_user("stranger", password="x", is_staff=True)
    assert open_page(sign_in(client, stranger), payment).status_code == 403
    assert asked == []


def test_a_row_that_is_not_there_is_not_found(payment: Payment, client: Client, felix: User, asked: list[str]) -> None:
    payment.pk = 999_999
    assert open_page(sign_in(client, felix), payment).status_code == 404


def test_a_page_drawn_anew_takes_no_message_away(payment: Payment, client: Client, sofia: User) -> None:
    sign_in(client, sofia)
    client.post(reverse("admin:sync_now", args=["payments"]), {"next": "/admin/"})
    assert "was asked for" not in page_of(client, payment, **LIVE)
    assert "was asked for" in page_of(client, payment)


def test_a_page_drawn_anew_is_the_page_without_what_stands_around_it(
    payment: Payment, client: Client, felix: User
) -> None:
    sign_in(client, felix)
    shown = page_of(client, payment, **LIVE)
    assert 'data-renews="heading"' in shown
    assert 'data-renews="content"' in shown
    assert "nav-sidebar" not in shown


def test_open_reads_what_people_look_at_before_what_waits_longer(
    remote: RemoteList, purchases: Resource, settings: Any
) -> None:
    settings.SYNC_OPEN_READS_PER_RUN = 1
    remote.items = [{"id": number, "status": "started"} for number in (1, 2, 3)]
    sync("purchases")
    for row in Payment.objects.all():
        let_age(row, minutes=10 + row.pk)
    looked_at = Payment.objects.order_by("-read_at").first()
    assert looked_at is not None
    Viewing.objects.create(resource="purchases", remote_id=looked_at.remote_id, viewed_at=timezone.now())
    sync("purchases", "open")
    looked_at.refresh_from_db()
    assert timezone.now() - looked_at.read_at < timedelta(minutes=1)


def test_open_reads_what_people_look_at_also_while_it_rests(remote: RemoteList, purchases: Resource) -> None:
    remote.items = [{"id": 1, "status": "started"}]
    sync("purchases")
    Payment.objects.update(
        changed_at=timezone.now() - timedelta(days=30), read_at=timezone.now() - timedelta(minutes=2)
    )
    assert sync("purchases", "open").seen == 0
    Viewing.objects.create(resource="purchases", remote_id="1", viewed_at=timezone.now())
    assert sync("purchases", "open").seen == 1
    Payment.objects.update(read_at=timezone.now() - timedelta(minutes=2))
    Viewing.objects.update(viewed_at=timezone.now() - timedelta(minutes=6))
    assert sync("purchases", "open").seen == 0


@pytest.mark.parametrize(
    ("rate", "interval", "most", "planned"),
    [(5.0, 180, 200, 150), (5.0, 180, 100, 100), (1.0, 60, 200, 10), (0.01, 60, 200, 1)],
)
def test_open_runs_together_stay_within_their_share_of_the_rate(
    settings: Any, rate: float, interval: int, most: int, planned: int
) -> None:
    settings.CRYPTOPOCKET_REQUESTS_PER_SECOND, settings.SYNC_OPEN_SECONDS = rate, interval
    settings.SYNC_OPEN_SHARE, settings.SYNC_OPEN_READS_PER_RUN = 0.5, most
    assert plan_reads() == planned  # of three resources

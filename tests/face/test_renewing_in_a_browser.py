"""The page of an object renews itself in place while somebody looks at it, and takes nothing out of their hands."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.sandbox import Sandbox
from backoffice.sync.models import Viewing
from backoffice.sync.services import mirror_columns, refresh_one, sync_resource
from backoffice.sync.tasks import read_viewed
from banking.models import BankTransaction
from customers.models import Customer
from payments.models import Payment
from tests.people import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WITHIN_5_SECONDS = 5_000
NUMBER = "00000000T"
STATUS = ".page-meta .badge"


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained about; nothing, at the end."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield found
    assert found == []


@pytest.fixture
def desk(
    page: Page, live_server: LiveServer, client: Client, ada: User, complaints: list[str]
) -> Callable[[str], Page]:
    """Ada's browser, signed in; opens an address and waits until the page has asked for the first time."""
    sign_in(client, ada)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    def open_address(address: str) -> Page:
        with page.expect_response(lambda response: "/renewed/" in response.url):
            page.goto(f"{live_server.url}{address}")
        return page

    return open_address


@pytest.fixture
def payment(sandbox: Sandbox) -> Payment:
    """A mirrored payment whose money has not come, read only just now."""
    sandbox.control.add_payment(status="pending_bank", fiat_amount=100_00, fiat_symbol="EUR")
    assert sync_resource(name="payments", mode="full").state == "succeeded"
    return Payment.objects.get()


def move_on(sandbox: Sandbox, payment: Payment) -> None:
    """The provider completes the payment, and tells us."""
    sandbox.control.change_payment(payment.remote_id, status="coins_sent", txid="0xabc")
    refresh_one(name="payments", remote_id=payment.remote_id, source="webhook")


def test_an_open_page_shows_within_five_seconds_what_the_provider_changed(
    desk: Callable[[str], Page], sandbox: Sandbox, payment: Payment
) -> None:
    page = desk(f"/admin/payments/payment/{payment.pk}/change/")
    expect(page.locator(STATUS).first).to_have_text("transfer announced")
    move_on(sandbox, payment)
    expect(page.locator(STATUS).first).to_have_text("coins sent", timeout=WITHIN_5_SECONDS)
    expect(page.locator("#renewed-note")).to_have_text("Updated just now")
    expect(page.locator("#renewed-note")).to_have_attribute("role", "status")
    expect(page.locator("#history")).to_contain_text("coins sent")
    expect(page.get_by_text("0xabc").first).to_be_visible()


def test_what_open_brings_arrives_in_the_open_page_as_well(
    desk: Callable[[str], Page], sandbox: Sandbox, payment: Payment
) -> None:
    page = desk(f"/admin/payments/payment/{payment.pk}/change/")
    sandbox.control.change_payment(payment.remote_id, status="payment_received")
    assert sync_resource(name="payments", mode="open").changed == 1
    expect(page.locator(STATUS).first).to_have_text("payment received", timeout=WITHIN_5_SECONDS)


def test_opening_old_data_has_it_read_and_the_page_says_how_it_stands(
    desk: Callable[[str], Page], sandbox: Sandbox, payment: Payment
) -> None:
    Payment.objects.update(read_at=timezone.now() - timedelta(minutes=5))
    page = desk(f"/admin/payments/payment/{payment.pk}/change/")
    expect(page.locator("#as-read")).to_contain_text("Reading it anew")
    sandbox.control.change_payment(payment.remote_id, status="payment_received")
    read_viewed(name="payments", remote_id=payment.remote_id)
    expect(page.locator(STATUS).first).to_have_text("payment received", timeout=WITHIN_5_SECONDS)
    expect(page.locator("#as-read")).to_contain_text("What stands here was read just now")


def test_a_provider_that_is_down_is_told_and_heard(
    desk: Callable[[str], Page], sandbox: Sandbox, payment: Payment
) -> None:
    Payment.objects.update(read_at=timezone.now() - timedelta(minutes=5))
    page = desk(f"/admin/payments/payment/{payment.pk}/change/")
    expect(page.locator("#as-read")).to_contain_text("Reading it anew")
    sandbox.control.fault("drop_after", count=None)
    read_viewed(name="payments", remote_id=payment.remote_id)
    words = "Could not be read anew: CryptoPocket did not answer."
    expect(page.locator("#as-read")).to_contain_text(words)
    expect(page.locator("#as-read")).to_contain_text("5 min ago")
    expect(page.locator("#announcer")).to_have_text(words)
    expect(page.locator("#renewed-note")).to_be_empty()
    # The history tells of the call that failed; of the payment nothing has changed.
    expect(page.locator("[data-changed]:not(#history, #history *)")).to_have_count(0)


def test_focus_an_open_section_and_the_place_on_the_page_stay(
    desk: Callable[[str], Page], sandbox: Sandbox, payment: Payment
) -> None:
    page = desk(f"/admin/payments/payment/{payment.pk}/change/")
    page.set_viewport_size({"width": 1280, "height": 400})
    summary = page.locator("details.payload summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.payload")).to_have_attribute("open", "")
    summary.scroll_into_view_if_needed()
    placed = page.evaluate("window.scrollY")
    assert placed > 0
    move_on(sandbox, payment)
    expect(page.locator(STATUS).first).to_have_text("coins sent", timeout=WITHIN_5_SECONDS)
    expect(summary).to_be_focused()
    expect(page.locator("details.payload")).to_have_attribute("open", "")
    assert abs(page.evaluate("window.scrollY") - placed) < 120


def test_what_is_selected_stays_selected(desk: Callable[[str], Page], sandbox: Sandbox, payment: Payment) -> None:
    page = desk(f"/admin/payments/payment/{payment.pk}/change/")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.page-id'))")
    selected = page.evaluate("getSelection().toString()")
    assert payment.remote_id in selected
    move_on(sandbox, payment)
    expect(page.locator(STATUS).first).to_have_text("coins sent", timeout=WITHIN_5_SECONDS)
    assert page.evaluate("getSelection().toString()") == selected


def test_what_somebody_has_typed_stays(desk: Callable[[str], Page], sandbox: Sandbox) -> None:
    sandbox.control.add_bank_transaction(amount=50_00, concept="Rent")
    for name in ("bank_accounts", "bank_transactions"):
        assert sync_resource(name=name, mode="full").state == "succeeded"
    line = BankTransaction.objects.get()
    page = desk(f"/admin/banking/banktransaction/{line.pk}/change/")
    field = page.get_by_role("searchbox", name="Payment id")
    field.press_sequentially("ORTEGA 7", delay=10)
    mirror_columns(
        name="bank_transactions",
        remote_id=line.remote_id,
        columns={"concept": "Rent of May"},
        read_at=timezone.now(),
        source="sync",
    )
    expect(page.locator(".facts").first).to_contain_text("Rent of May", timeout=WITHIN_5_SECONDS)
    expect(field).to_have_value("ORTEGA 7")
    expect(field).to_be_focused()
    page.keyboard.type("8")
    expect(field).to_have_value("ORTEGA 78")


@pytest.fixture
def customer(sandbox: Sandbox) -> Customer:
    """A mirrored customer with a number that is masked."""
    sandbox.control.add_customer(
        name="Lena", last_name="Ortega", email="lena@example.org", identification_number=NUMBER
    )
    assert sync_resource(name="customers", mode="full").state == "succeeded"
    return Customer.objects.get()


def change_customer(customer: Customer, **columns: Any) -> None:
    """What a sync would write."""
    mirror_columns(
        name="customers", remote_id=customer.remote_id, columns=columns, read_at=timezone.now(), source="sync"
    )


def test_a_revealed_value_stays_for_its_time_and_no_other_page_shows_it(
    desk: Callable[[str], Page], customer: Customer, live_server: LiveServer
) -> None:
    page = desk(f"/admin/customers/customer/{customer.pk}/change/")
    beside = page.context.new_page()
    with beside.expect_response(lambda response: "/renewed/" in response.url):
        beside.goto(page.url)
    page.bring_to_front()
    page.get_by_role("button", name="Reveal: Identification number").click()
    revealed = page.locator(".revealed code")
    expect(revealed).to_have_text(NUMBER)
    change_customer(customer, name="Magdalena")
    for each in (page, beside):
        each.bring_to_front()
        expect(each.locator("h1")).to_contain_text("Magdalena", timeout=2 * WITHIN_5_SECONDS)
    expect(beside.locator(".revealed")).to_have_count(0)
    expect(beside.get_by_text(NUMBER)).to_have_count(0)
    expect(revealed).to_have_text(NUMBER)
    expect(page.locator("[data-seconds]")).to_be_visible()


def test_a_page_that_nobody_sees_asks_nothing(
    desk: Callable[[str], Page], page: Page, sandbox: Sandbox, payment: Payment
) -> None:
    page.clock.install()
    desk(f"/admin/payments/payment/{payment.pk}/change/")
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    Viewing.objects.all().delete()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/renewed/" in request.url else None)
    move_on(sandbox, payment)
    page.clock.fast_forward(60_000)
    assert asked == []
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: false, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    expect(page.locator(STATUS).first).to_have_text("coins sent")
    assert "opened=yes" in asked[0]


def test_a_page_whose_session_has_ended_says_so_and_asks_no_more(
    desk: Callable[[str], Page], payment: Payment, complaints: list[str]
) -> None:
    page = desk(f"/admin/payments/payment/{payment.pk}/change/")
    page.context.clear_cookies()
    expect(page.locator("#renewed-note")).to_contain_text("You are signed out")
    complaints.clear()

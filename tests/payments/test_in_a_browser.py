"""Felix creates a payment by transfer in a real browser, and gives the customer the sheet."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.operations.models import Operation
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from customers.models import Customer
from payments.models import OffRampInstructions, PaymentInstructions
from tests.payments.creating import IBAN, OFF_RAMP, PAYMENT, WALLET

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(page: Page, live_server: LiveServer, client: Client, felix: User) -> Iterator[Callable[[str], Page]]:
    """Opens an address in Felix's browser; whatever the console complains about fails the test."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    client.force_login(felix)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    def open_page(address: str) -> Page:
        page.goto(f"{live_server.url}{address}")
        return page

    yield open_page
    assert complaints == []


def fill_transfer(page: Page) -> None:
    page.get_by_label("Amount").fill("1.000,50")
    page.get_by_label("Way to pay").select_option("transfer/EUR")
    page.get_by_label("Coin and chain").select_option("USDC/polygon")
    page.get_by_label("Wallet").fill(WALLET)
    page.get_by_role("button", name="Continue").click()


def test_a_transfer_from_the_list_of_payments_to_the_sheet(
    desk: Callable[[str], Page], offers: Sandbox, lena: Customer
) -> None:
    page = desk("/admin/payments/payment/")
    page.get_by_role("link", name="Create a payment").click()
    page.get_by_placeholder("Name or id").fill("ortega")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Lena Ortega").click()
    fill_transfer(page)
    expect(page.get_by_role("heading", name="Create this payment?")).to_be_visible()
    expect(page.get_by_text("1,000.50").first).to_be_visible()
    page.get_by_role("button", name="Create the payment").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    perform(Operation.objects.get().pk)
    page.get_by_role("link", name="The payment").click()
    instructions = PaymentInstructions.objects.get()
    card = page.locator("#instructions")
    expect(card).to_contain_text(instructions.iban)
    expect(card).to_contain_text(instructions.concept)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("button", name=f"Copy {instructions.concept}").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == instructions.concept
    card.get_by_role("link", name=re.compile("sheet")).click()
    expect(page.get_by_role("button", name="Print, or save as PDF")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print, or save as PDF")).to_be_hidden()
    expect(page.get_by_text(instructions.concept)).to_be_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_the_quote_on_the_page_is_asked_again_in_place_and_the_new_one_is_what_is_confirmed(
    desk: Callable[[str], Page], offers: Sandbox, lena: Customer
) -> None:
    page = desk(f"{PAYMENT}?customer={lena.pk}")
    page.clock.install()
    fill_transfer(page)
    sealed = page.locator("input[name=quote]").input_value()
    page.wait_for_load_state()  # from then on the page counts the time
    page.clock.fast_forward("00:51")
    expect(page.locator("input[name=quote]")).not_to_have_value(sealed)
    assert offers.control.calls("getOnRampQuote") == 2
    page.get_by_role("button", name="Create the payment").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()


def test_an_off_ramp_shows_its_wallet_as_a_picture_that_loads(
    desk: Callable[[str], Page], offers: Sandbox, lena: Customer
) -> None:
    page = desk(f"{OFF_RAMP}?customer={lena.pk}")
    page.get_by_label("Coins").fill("250,5")
    page.get_by_label("Coin and chain").select_option("USDT/bsc")
    page.get_by_label("IBAN", exact=True).fill(IBAN)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Create the off-ramp").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    perform(Operation.objects.get().pk)
    page.get_by_role("link", name="The off-ramp").click()
    expect(page.locator("#instructions")).to_contain_text(OffRampInstructions.objects.get().wallet)
    code = page.get_by_alt_text("The wallet as a QR code")
    expect(code).to_be_visible()
    expect(code).to_have_js_property("complete", True)
    assert code.evaluate("picture => picture.naturalWidth") > 0

"""Felix creates a payment by transfer in a real browser, and gives the customer the sheet."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.audit.models import AuditRecord
from backoffice.operations.models import ApprovalPolicy, Operation, State
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from customers.models import Customer
from payments.models import OffRampInstructions, PaymentInstructions
from tests.payments.creating import IBAN, OFF_RAMP, PAYMENT, SALE, WALLET, confirm
from tests.people import sign_in

PICTURES = os.environ.get("PICTURES_OF_PAYMENTS", "")
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
    assert_breaks_between_groups_only(card.locator(".iban"), instructions.iban)
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


def assert_breaks_between_groups_only(shown: Locator, iban: str) -> None:
    """However narrow it stands, no group of four is torn apart; what is selected has no blanks."""
    shown.evaluate("iban => { iban.style.display = 'block'; iban.style.width = '6em'; }")
    lines_of_groups = shown.locator("span").evaluate_all("groups => groups.map(group => group.getClientRects().length)")
    assert lines_of_groups == [1] * -(-len(iban) // 4)
    tops = shown.locator("span").evaluate_all("groups => groups.map(group => group.getBoundingClientRect().top)")
    assert len(set(tops)) > 1
    selected = "iban => { getSelection().selectAllChildren(iban); return getSelection().toString(); }"
    assert shown.evaluate(selected) == iban


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


@pytest.fixture
def waiting_sale(at_felixs: Client, lena: Customer) -> Operation:
    """Felix asked for an off-ramp of Lena's, which somebody must approve."""
    ApprovalPolicy.objects.filter(kind="create_off_ramp").update(amount_from=None)
    confirm(at_felixs, OFF_RAMP, lena, SALE)
    return Operation.objects.get()


def test_sofia_reveals_the_payout_iban_before_she_approves_and_the_record_says_so(
    page: Page, live_server: LiveServer, client: Client, waiting_sale: Operation, sofia: User
) -> None:
    sign_in(client, sofia)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.clock.install()
    page.goto(live_server.url + reverse("admin:operations_operation_approvals"))
    page.get_by_role("link", name="Look and decide").click()
    iban = page.locator("#field-payout_iban")
    expect(iban).to_contain_text("••••1332")
    expect(page.locator("body")).not_to_contain_text(IBAN)
    look_at(page, "decide-masked")
    page.get_by_role("button", name="Reveal: Payout IBAN").press("Enter")
    expect(iban.locator("code")).to_have_text(IBAN)
    expect(iban.get_by_role("timer")).to_contain_text(re.compile(r"hidden again in \d+ s"))
    look_at(page, "decide-revealed")
    page.clock.fast_forward(61_000)
    expect(iban.locator("code")).to_have_count(0)
    expect(iban).to_contain_text("••••1332")
    page.get_by_role("button", name="Approve", exact=True).press("Enter")
    expect(page.locator("#standing")).to_contain_text("It waits for a worker.")
    look_at(page, "operation-approved")
    history = page.locator("#history")
    expect(history.get_by_text("Field revealed")).to_be_visible()
    expect(history).to_contain_text("payout_iban")
    said = AuditRecord.objects.filter(operation_id=waiting_sale.pk, action__in=["field.revealed", "operation.approved"])
    assert [(each.action, each.actor_name) for each in said.order_by("pk")] == [
        ("field.revealed", "sofia"),
        ("operation.approved", "sofia"),
    ]


@pytest.fixture
def open_to_decide(
    live_server: LiveServer, client: Client, waiting_sale: Operation, sofia: User
) -> Callable[[BrowserContext], Page]:
    """Opens the page on which Sofía decides about the off-ramp, in a browser of hers."""

    def _open(context: BrowserContext) -> Page:
        sign_in(client, sofia)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + reverse("admin:operations_operation_decide", args=[waiting_sale.pk]))
        return page

    return _open


@pytest.mark.parametrize("with_scripts", [True, False])
def test_what_sofia_has_typed_stays_when_she_reveals_the_payout_iban(
    browser: Browser, open_to_decide: Callable[[BrowserContext], Page], with_scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=with_scripts)
    page = open_to_decide(context)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Why not?").fill("Lena says this is not her account")
    page.get_by_role("button", name="Reveal: Payout IBAN").click()
    expect(page.locator("#field-payout_iban code")).to_have_text(IBAN)
    expect(page.get_by_label("Why not?")).to_have_value("Lena says this is not her account")
    assert Operation.objects.get().state == State.AWAITING_APPROVAL
    assert not [address for address in asked if "Lena" in address or IBAN in address]
    page.get_by_role("button", name="Do not approve").click()
    expect(page.locator("#standing")).to_contain_text("It was not approved.")
    expect(page.locator("#standing")).to_contain_text("Lena says this is not her account")
    context.close()


def test_what_sofia_has_typed_stays_when_she_signed_in_too_long_ago_to_reveal(
    context: BrowserContext, open_to_decide: Callable[[BrowserContext], Page], settings: Any
) -> None:
    page = open_to_decide(context)
    reason, reveal = page.get_by_label("Why not?"), page.get_by_role("button", name="Reveal: Payout IBAN")
    reason.fill("Lena says this is not her account")
    within, settings.REAUTHENTICATION_SECONDS = settings.REAUTHENTICATION_SECONDS, 0
    reveal.click()
    expect(page.get_by_role("alert")).to_contain_text("Not shown.")
    look_at(page, "decide-not-revealed")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open this page once more").click()
    expect(opened.value).to_have_url(re.compile("/account/confirm/"))
    settings.REAUTHENTICATION_SECONDS = within
    reveal.click()
    expect(page.locator("#field-payout_iban code")).to_have_text(IBAN)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(reason).to_have_value("Lena says this is not her account")
    assert AuditRecord.objects.filter(action="field.revealed").count() == 1


def look_at(page: Page, name: str) -> None:
    """Nothing may be wider than the screen; pictures where they are asked for."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})

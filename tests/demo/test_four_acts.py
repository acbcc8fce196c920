"""The four acts in a real browser against the running demo; the pictures of the README are taken on the way.

Set `PICTURES` to a folder to keep the pictures (`make pictures` puts them where the README shows them).
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


class Desk:
    """A person's browser, signed in; it fails on every complaint in the browser's console."""

    def __init__(self, *, browser: Browser, demo: Demo, username: str) -> None:
        self.complaints: list[str] = []
        self.address = demo.address
        context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{demo.address}/account/login/")
        _field(self.page, "Username").fill(username)
        _field(self.page, "Password").fill(demo.passwords[username])
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="What needs a person now")).to_be_visible()

    def open(self, *names: str) -> None:
        """Click the links of these names, one after the other."""
        for name in names:
            self.page.get_by_role("link", name=name, exact=True).first.click()

    def expect_success(self) -> None:
        """Wait until the page, renewing itself, says that the operation succeeded."""
        expect(self.page.get_by_text("succeeded").first).to_be_visible()

    def take_picture(self, name: str) -> None:
        """Keep a picture of the page where pictures are wanted."""
        if folder := os.environ.get("PICTURES"):
            self.page.evaluate("window.scrollTo(0, 0)")
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def _note(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in {"error", "warning"}:
            self.complaints.append(text)


@pytest.fixture
def compliance(browser: Browser, demo: Demo) -> Iterator[Desk]:
    """The desk of compliance."""
    desk = Desk(browser=browser, demo=demo, username="compliance")
    yield desk
    assert desk.complaints == []


@pytest.fixture
def finance(browser: Browser, demo: Demo) -> Iterator[Desk]:
    """The desk of finance."""
    desk = Desk(browser=browser, demo=demo, username="finance")
    yield desk
    assert desk.complaints == []


def _field(page: Page, name: str) -> Locator:
    return page.get_by_label(re.compile(rf"^{name}( optional)?$"))


def _register_lena(desk: Desk) -> None:
    page = desk.page
    desk.open("Customers", "Register a customer")
    _field(page, "Name").fill("Lena")
    _field(page, "Last name").fill("Ortega")
    _field(page, "E-mail").fill("lena.ortega@example.org")
    _field(page, "Country").select_option(label="Spain")
    _field(page, "Identification type").select_option(label="DNI")
    _field(page, "Identification number").fill("00000000T")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Register with the provider").click()
    desk.expect_success()


def test_compliance_registers_lena_sends_her_a_link_and_uploads_her_payslip(compliance: Desk) -> None:
    page = compliance.page
    compliance.take_picture("front-page")

    _register_lena(compliance)
    compliance.open("The customer")
    expect(page.get_by_role("heading", name="Lena Ortega")).to_be_visible()
    page.get_by_role("button", name="Reveal: KYC link").click()
    expect(page.get_by_text("https://forms").first).to_be_visible()

    page.get_by_role("link", name="Issue a verification link").click()
    page.get_by_role("button", name="Issue the link").click()
    compliance.expect_success()
    compliance.take_picture("operation")
    compliance.open("The customer")

    page.get_by_role("link", name="Upload a document").click()
    _field(page, "What it is").select_option(label="payslip")
    _field(page, "File").set_input_files({"name": "payslip.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="Send to the provider").click()
    compliance.expect_success()
    compliance.open("The customer")
    expect(page.get_by_role("row").filter(has_text="payslip")).to_have_count(1)
    compliance.take_picture("customer")

    compliance.open("Customers")
    compliance.take_picture("customers")


def test_finance_reconciles_a_transfer_with_the_payment_that_it_pays(finance: Desk) -> None:
    page = finance.page
    finance.open("Bank transactions", "To reconcile")
    lines = page.locator("#result_list tbody tr")
    expect(page.get_by_role("link", name="To reconcile")).to_have_attribute("aria-current", "true")
    for number in range(lines.count()):
        lines.nth(number).get_by_role("link").first.click()
        expect(page.get_by_role("heading", name="Who pays this?")).to_be_visible()
        if page.get_by_role("link", name="Choose").count():
            break
        page.go_back()
        expect(lines.first).to_be_visible()
    finance.take_picture("reconcile")
    page.get_by_role("link", name="Choose").first.click()
    page.get_by_role("button", name="Reconcile these two").click()
    finance.expect_success()
    page.go_back()

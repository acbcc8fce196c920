"""A whole day in a real browser, from the company that is registered to the chain that the auditor verifies."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import FilePayload, expect

from backoffice.audit.models import AuditRecord
from backoffice.audit.sealing import seal
from backoffice.operations.models import Operation, State
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from customers.models import CompanyVerification, Customer
from payments.models import Payment

from .desk import Clock, Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOLINOS = "Molinos del Sur S.L."
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
WALLET = "0x00000000000000000000000000000000000000A1"


def do_the_work() -> None:
    """What a worker does meanwhile: everything that waits for one."""
    for operation in Operation.objects.filter(state=State.QUEUED):
        perform(operation.pk)


def register_the_company(clara: Desk) -> None:
    """Compliance registers a company, whose link and password the provider shows only once."""
    clara.open("Customers", "Register a company")
    clara.field("Company name").fill(MOLINOS)
    clara.field("E-mail").fill("office@molinos.example")
    clara.press("Continue")
    clara.press("Register with the provider")
    expect(clara.page.get_by_text("It waits for a worker.")).to_be_visible()
    do_the_work()
    clara.expect_success()


def reveal_its_password(clara: Desk, clock: Clock) -> str:
    """Press "Reveal" too long after the sign-in, confirm, and press again; it hides itself after a minute."""
    verification = CompanyVerification.objects.get()
    password: str = verification.password
    page = clara.page
    clock.pass_by(timedelta(minutes=6))
    page.goto(f"{clara.address}/admin/customers/companyverification/{verification.pk}/change/")
    page.get_by_role("button", name="Reveal: Password").click()
    expect(page.get_by_text("Nothing was done yet")).to_be_visible()
    clara.confirm_that_it_is_me()
    expect(page.get_by_role("button", name="Reveal: Password")).to_be_visible()
    assert password not in page.content()
    page.get_by_role("button", name="Reveal: Password").click()
    expect(page.locator(".revealed code")).to_have_text(password)
    clock.pass_by(timedelta(seconds=61))
    page.reload()
    assert password not in page.content()
    return password


def start_delegated_kyc(clara: Desk) -> None:
    """Compliance has checked Nadia itself, and hands in her data, her document and her face."""
    page = clara.page
    clara.open("Customers", "Delegated KYC")
    clara.field("Name").fill("Nadia")
    clara.field("Last name").fill("Benali")
    clara.field("E-mail").fill("nadia@example.org")
    clara.field("Country").select_option(label="Spain")
    clara.field("Identification type").select_option(label="DNI")
    clara.field("Identification number").fill("00000000T")
    clara.press("Keep and continue")
    hand_in(clara, "document_front", "document_back")
    hand_in(clara, "face", "liveness")
    clara.press("Register with the provider")
    expect(page.get_by_text("awaiting approval").first).to_be_visible()


def hand_in(clara: Desk, *kinds: str) -> None:
    """Choose a picture for each of the kinds, and go on."""
    for kind in kinds:
        picture = FilePayload(name=f"{kind}.jpg", mimeType="image/jpeg", buffer=JPEG + kind.encode())
        clara.page.locator(f"input[name={kind}]").set_input_files(picture)
    clara.press("Keep and continue")


def create_a_great_payment(felix: Desk) -> None:
    """Finance creates a transfer payment that is above the limit of four eyes."""
    page = felix.page
    felix.open("Payments", "Create a payment")
    page.get_by_role("searchbox").last.fill("Ortega")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Lena Ortega").click()
    felix.field("Amount").fill("12500,00")
    felix.field("Way to pay").select_option(value="transfer/EUR")
    felix.field("Coin and chain").select_option(value="USDC/polygon")
    felix.field("Wallet").fill(WALLET)
    felix.press("Continue")
    expect(page.get_by_role("heading", name="The quote of this moment")).to_be_visible()
    felix.press("Create the payment")
    expect(page.get_by_text("awaiting approval").first).to_be_visible()


def approve_what_waits(sofia: Desk, what: str) -> None:
    """The supervisor looks at one that waits, and approves it after confirming that it is she."""
    page = sofia.page
    sofia.open("Today", "Approvals")
    page.get_by_role("row").filter(has_text=what).get_by_role("link", name="Look and decide").click()
    expect(page.get_by_role("button", name=re.compile("^(Confirm|Approve)$")).first).to_be_visible()
    if page.get_by_role("heading", name="Confirm that it is you").count():
        sofia.confirm_that_it_is_me()
    sofia.press("Approve")
    expect(page.get_by_text("queued").first).to_be_visible()
    do_the_work()


def hand_on_how_to_pay(felix: Desk) -> None:
    """Finance opens the sheet that the customer is given: whom to pay, and what to write in the transfer."""
    payment = Payment.objects.get()
    instructions = payment.instructions
    assert payment.transfer_concept == instructions.concept != ""
    page = felix.page
    page.goto(f"{felix.address}/admin/payments/payment/{payment.pk}/change/")
    felix.open("Open the sheet to print or save as PDF")
    expect(page.get_by_role("heading", name="How to pay by bank transfer")).to_be_visible()
    shown = page.locator("main").inner_text()
    assert instructions.concept in shown
    assert instructions.iban in shown.replace(" ", "")


def read_the_timeline(aurelio: Desk, secret: str) -> None:
    """The auditor sees on the company's page who did what, and nowhere the secret."""
    page = aurelio.page
    verification = CompanyVerification.objects.get()
    page.goto(f"{aurelio.address}/admin/customers/companyverification/{verification.pk}/change/")
    assert secret not in page.content()
    expect(page.get_by_text("revealed").first).to_be_visible()
    page.goto(f"{aurelio.address}/admin/audit/auditrecord/?action=field.revealed")
    expect(page.locator("#result_list").get_by_text("clara").first).to_be_visible()
    assert secret not in page.content()


def verify_the_chain() -> str:
    """What the auditor's command prints."""
    printed = StringIO()
    call_command("verify_audit", stdout=printed)
    return printed.getvalue()


def test_a_whole_day(sandbox: Sandbox, clock: Clock, desks: tuple[Desk, Desk, Desk, Desk]) -> None:
    sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org", kyc_status="valid")
    for name in ("customers", "assets", "payment_methods"):
        assert sync_resource(name=name, mode="full").state == "succeeded"
    compliance, finance, supervisor, auditor = desks
    for desk in desks:
        desk.begin_the_day()

    register_the_company(compliance)
    secret = reveal_its_password(compliance, clock)

    start_delegated_kyc(compliance)
    do_the_work()
    assert sandbox.control.calls("createCustomerDelegatedKyc") == 0
    approve_what_waits(supervisor, "Nadia")
    assert Customer.objects.get(email="nadia@example.org").kyc_status == "valid"

    create_a_great_payment(finance)
    do_the_work()
    assert sandbox.control.calls("createPayment") == 0
    approve_what_waits(supervisor, "payment")
    assert sandbox.control.calls("createPayment") == 1
    hand_on_how_to_pay(finance)

    read_the_timeline(auditor, secret)
    seal()
    assert f"{AuditRecord.objects.count():,}" in verify_the_chain()

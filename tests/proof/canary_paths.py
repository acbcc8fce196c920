"""The paths on which known secrets are sent through the product: acts, reads, looks, events, alerts, the probe."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice import provider
from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.health.watching import watch
from backoffice.operations.models import Operation, State
from backoffice.operations.services import approve
from backoffice.sandbox import Sandbox
from backoffice.sync.services import refresh_one, sync_resource
from backoffice.webhooks.operations import KIND_NAMES
from backoffice.webhooks.services import process_events
from banking.models import BankTransaction
from customers.forms import new_submission
from customers.models import CompanyVerification, Customer, DelegatedVerification, Document, EnhancedVerification
from payments.models import OffRamp, Payment
from tests.bad_days.acts import FORMER_ADDRESS, MIRRORED, SUBSCRIBED, Desk, find, press
from tests.payments.creating import CARD, OFF_RAMP, PAYMENT, SALE, hidden_fields, look_again
from tests.webhooks.deliveries import body_of, post, signed_headers

from . import canary

PRICES = "/admin/payments/payment/prices/"


@dataclass(frozen=True, kw_only=True)
class House:
    """The provider, and the browsers of who works here."""

    sandbox: Sandbox
    browsers: dict[str, Client]

    def desk_with(self, number: int) -> Desk:
        """What the acts need before them, arranged anew and mirrored: a customer, her payment and her transfer."""
        control = self.sandbox.control
        marta = control.add_customer(
            name="Marta", last_name="Ruiz", email=f"{canary.EMAIL}{number}@example.org", kyc_status="valid",
            identification_number=canary.NUMBER,
        )  # fmt: skip
        payment = control.add_payment(user_id=str(marta["id"]), fiat_amount=12_550, status="pending_bank")
        line = control.add_bank_transaction(
            amount="125.50", concept=str(payment["concept"]), counterparty_iban=canary.PAYER_IBAN
        )
        control.add_offramp(user_id=str(marta["id"]))
        control.subscribe(FORMER_ADDRESS, SUBSCRIBED)
        for name in (*MIRRORED, "offramps") if number == 0 else ("customers", "payments", "bank_transactions"):
            assert sync_resource(name=name, mode="head" if number else "full").state == "succeeded", name
        ids = {"customer": str(marta["id"]), "payment": str(payment["id"]), "line": str(line["id"])}
        # Of two wishes for the same subscription one would be refused.
        Operation.objects.filter(kind__in=KIND_NAMES, state=State.QUEUED).update(state=State.ABANDONED)
        return Desk(
            compliance=self.browsers["clara"],
            finance=self.browsers["felix"],
            administrator=self.browsers["adam"],
            **find(ids),
        )


def _confirm(browser: Client, address: str, fields: dict[str, str]) -> None:
    """Send the form, tick whatever it asks to look at again, and send it as it was confirmed."""
    sent = {**fields, "submission": new_submission()}
    page = browser.post(address, sent).content.decode()
    again = re.findall(r'name="confirmed" value="([^"]+)"', page)
    browser.post(address, {**sent, "confirm": "yes", "confirmed": again})


def _register(desk: Desk, number: int) -> None:
    person = {"name": "Lena", "last_name": "Ortega", "email": f"{canary.EMAIL}.lena{number}@example.org"}
    identified = {"country": "ESP", "identification_type": "ESP:DNI", "identification_number": canary.NUMBER}
    _confirm(desk.compliance, "/admin/customers/customer/register/", {**person, **identified})


def _register_company(desk: Desk, number: int) -> None:
    company = {"company_name": "Aurora Textil S.L.", "email": f"{canary.EMAIL}.aurora{number}@example.org"}
    _confirm(desk.compliance, "/admin/customers/customer/register-company/", company)


def _upload(desk: Desk, number: int) -> None:
    file = SimpleUploadedFile("payslip.pdf", canary.make_document(number), content_type="application/pdf")
    fields = {"type": "payslip", "file": file, "submission": new_submission()}
    desk.compliance.post(f"/admin/customers/customer/{desk.marta.pk}/upload-document/", fields)


def _delegate(desk: Desk, number: int) -> None:
    """The four steps, and the approval of a second person."""
    email = f"{canary.EMAIL}.nadia{number}@example.org"
    person = {"kind": "person", "name": "Nadia", "last_name": "Benali", "email": email}
    identified = {"country": "ESP", "identification_type": "ESP:DNI", "identification_number": canary.NUMBER}
    drafts = "/admin/customers/delegatedverification/"
    desk.compliance.post(f"{drafts}begin/", {**person, **identified, "submission": new_submission()})
    draft = f"{drafts}{DelegatedVerification.objects.latest('pk').pk}/"
    for step, kinds in {"document": ("document_front", "document_back"), "captures": ("face", "liveness")}.items():
        pictures = {kind: _picture(number, place) for place, kind in enumerate(kinds, len(step))}
        desk.compliance.post(f"{draft}{step}/", pictures)
    page = desk.compliance.get(f"{draft}confirm/").content.decode()
    ticked = re.findall(r'name="confirmed" value="([^"]+)"', page)
    hidden = dict(re.findall(r'name="(seal|submission)" value="([^"]+)"', page))
    desk.compliance.post(f"{draft}confirm/", {**hidden, "confirmed": ticked})
    approve(operation_id=Operation.objects.latest("pk").pk, by=User.objects.get(username="sofia"))


def _picture(number: int, place: int) -> SimpleUploadedFile:
    content = canary.make_picture(100 * number + place)
    return SimpleUploadedFile("picture.jpg", content, content_type="image/jpeg")


def _create(desk: Desk, _number: int, *, address: str, order: dict[str, str]) -> None:
    """Look at the quote and confirm it."""
    seen = hidden_fields(look_again(desk.finance, address, desk.marta, order))
    confirmed = {**seen, "submission": new_submission(), "confirm": "yes"}
    desk.finance.post(f"{address}?customer={desk.marta.pk}", confirmed)


def _press(desk: Desk, _number: int, *, act: str) -> None:
    press(act, desk)


ACTS: dict[str, Callable[[Desk, int], None]] = {
    "createCustomer": _register,
    "createCompanyCustomer": _register_company,
    "uploadCustomerDocument": _upload,
    "createCustomerDelegatedKyc": _delegate,
    "createOffRamp": partial(_create, address=OFF_RAMP, order={**SALE, "iban": canary.PAYOUT_IBAN}),
    "createPayment": partial(_create, address=PAYMENT, order=CARD),
    "createGuidedPayment": partial(_press, act="guided payment"),
    "createEnhancedVerificationLink": partial(_press, act="link"),
    "reconcilePayment": partial(_press, act="reconcile"),
    "subscribeWebhook": partial(_press, act="subscribe"),
    "updateWebhook": partial(_press, act="change address"),
}
"""Each act by its call of the contract: those that carry personal data or secrets carry the known ones."""


def _sync(_house: House, *, name: str) -> None:
    sync_resource(name=name, mode="full")


def _read_singly(_house: House, *, name: str, model: Any) -> None:
    with suppress(CryptoPocketError):
        refresh_one(name=name, remote_id=model.objects.earliest("pk").remote_id, source="a look")


def _refresh_kyc(house: House) -> None:
    marta = Customer.objects.earliest("pk")
    house.browsers["clara"].post(reverse("admin:customers_customer_refresh-kyc", args=[marta.pk]))


def _find_user(house: House) -> None:
    nobody = {"email": f"{canary.EMAIL}.nobody@example.org"}
    house.browsers["clara"].post("/admin/customers/customer/find-at-provider/", nobody)


def _ask_for_prices(house: House, **question: str) -> None:
    house.browsers["felix"].get(PRICES, question)


def _authenticate(_house: House) -> None:
    provider.drop_shared_token()
    provider.reset_client()
    sync_resource(name="assets", mode="full")


READS: dict[str, Callable[[House], None]] = {
    "listCustomers": partial(_sync, name="customers"),
    "listOnRampTransactions": partial(_sync, name="payments"),
    "listOffRampTransactions": partial(_sync, name="offramps"),
    "listBankAccounts": partial(_sync, name="bank_accounts"),
    "listBankAccountTransactions": partial(_sync, name="bank_transactions"),
    "listAvailableAssets": partial(_sync, name="assets"),
    "listPaymentMethods": partial(_sync, name="payment_methods"),
    "getPayment": partial(_read_singly, name="payments", model=Payment),
    "getOffRamp": partial(_read_singly, name="offramps", model=OffRamp),
    "getKycStatus": _refresh_kyc,
    "findUser": _find_user,
    "getTokenPrice": partial(_ask_for_prices, ask="price", asset="BTC/bitcoin", currency="EUR"),
    "getOnRampQuote": partial(_ask_for_prices, ask="buy", amount="100", method="card/EUR", asset="USDC/polygon"),
    "getOffRampQuote": partial(_ask_for_prices, ask="sell", amount="250.5", asset="USDT/bsc"),
    "authenticate": _authenticate,
}
"""Everything that is read, and the token, by its call of the contract."""


def choose_customers(house: House) -> None:
    """Have a worker read the status of several customers."""
    chosen = [str(key) for key in Customer.objects.values_list("pk", flat=True)[:3]]
    wish = {"action": "refresh_kyc", "_selected_action": chosen}
    assert house.browsers["clara"].post("/admin/customers/customer/", wish).status_code == 302


def break_the_mirror(sandbox: Sandbox) -> None:
    """Customers whose items cannot be read go into quarantine with all that they hold."""
    held = {"identification_number": canary.NUMBER, "email": f"{canary.EMAIL}@example.org"}
    sandbox.control.fault("bad_item", "listCustomers", field="id", value=held)
    sync_resource(name="customers", mode="full")
    sandbox.control.clear_faults()
    sync_resource(name="customers", mode="full")


def receive_events(sandbox: Sandbox, payment: Payment) -> None:
    """Events with all that they could hold: taken in and worked through, with and without luck, and refused ones."""
    told = {"email": f"{canary.EMAIL}@example.org", "identification_number": canary.NUMBER, "iban": canary.PAYER_IBAN}
    echo: dict[str, Any] = {"kind": "error_code", "code": f"invalid {canary.NUMBER}", "status": 422}
    for fault in (None, echo):
        body = body_of("COINS_SENT", payment_id=payment.remote_id, customer=told, note=f"of {told['email']}, {fault}")
        if fault:
            sandbox.control.fault(operation="getPayment", **fault)
        assert post(body, signed_headers(body)) == 200
        process_events()
        sandbox.control.clear_faults()
    assert post(body, signed_headers(body, secret="sk_of_somebody_else")) == 401
    assert post(body, {**signed_headers(body), "X-API-Key": canary.API_SECRET}) == 401
    assert post(body, {}) == 401
    nonsense = f'{{"type": "{canary.NUMBER} {canary.EMAIL}@example.org'.encode()
    post(nonsense, signed_headers(nonsense))
    process_events()


def look_at_everything(house: House) -> dict[str, int]:
    """Reveal what is masked, look at documents, take exports in clear: how often the known values were seen so."""
    clara, felix, sofia = (house.browsers[name] for name in ("clara", "felix", "sofia"))
    marta, line = Customer.objects.earliest("pk"), BankTransaction.objects.earliest("pk")
    company = CompanyVerification.objects.exclude(password="").earliest("pk")
    link = EnhancedVerification.objects.exclude(link="").earliest("pk")
    revealed = [
        _reveal(clara, marta, "identification_number") == canary.NUMBER,
        _reveal(felix, line, "counterparty_iban") == canary.PAYER_IBAN,
        _reveal(clara, company, "password") == company.password,
        _reveal(clara, company, "link") == company.link,
        _reveal(clara, link, "link") == link.link,
    ]
    return {
        "revealed": sum(revealed),
        "documents": sum(canary.MARK in content for content in _look_at_documents(clara)),
        "exports": _export_in_clear(clara, Customer, canary.NUMBER)
        + _export_in_clear(sofia, BankTransaction, canary.PAYER_IBAN),
    }


def _reveal(browser: Client, row: Any, field: str) -> str:
    """Press the button beside the field; what the page then has to copy that is the value itself."""
    place = f"admin:{row._meta.app_label}_{row._meta.model_name}"
    assert browser.post(reverse(f"{place}_reveal", args=[row.pk, field])).status_code == 302
    page = browser.get(reverse(f"{place}_change", args=[row.pk])).content.decode()
    value = str(getattr(row, field))
    return value if value in re.findall(r'data-copy="([^"]*)"', page) else ""


def _look_at_documents(browser: Client) -> list[bytes]:
    document = Document.objects.latest("pk")
    found = []
    for what in ("preview", "content", "download"):
        answer: Any = browser.get(reverse(f"admin:customers_document_{what}", args=[document.pk]))
        assert answer.status_code == 200, what
        found.append(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    return found


def _export_in_clear(browser: Client, model: Any, value: str) -> int:
    """The list as a file in both formats, with personal data: in how many of them the value stands."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_export")
    places = canary.export_places("somebody", browser, [address], personal_data="on")
    return sum(value.encode() in place.content for place in places)


def tell_of_alerts() -> None:
    """Have operators told of what has gone wrong, now and an hour later."""
    Operation.objects.filter(state=State.UNKNOWN).update(sent_at=timezone.now() - timedelta(hours=1))
    assert watch()


def probe(folder: Path) -> Iterator[canary.Place]:
    """`manage.py contract probe` with all that it can write; what it printed and wrote."""
    folder.mkdir()
    printed = io.StringIO()
    files = ("--record", str(folder / "recording"), "--write", str(folder / "contract.toml"))
    fast = ("--requests-per-second", "10000")
    call_command("contract", "probe", *files, *fast, stdout=printed, stderr=printed)
    yield canary.Place(name="probe, printed", content=printed.getvalue().encode())
    yield from canary.file_places("probe", folder)

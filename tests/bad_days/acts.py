"""Every act, asked for on the pages where people ask for them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.operations.errors import OperationError
from backoffice.operations.models import Operation, State
from backoffice.operations.services import approve
from backoffice.sandbox import Sandbox
from backoffice.sync.resources import all_resources
from backoffice.webhooks.models import WebhookSubscription
from backoffice.webhooks.operations import KIND_NAMES
from banking.models import BankTransaction
from customers.captures import seal_of
from customers.forms import new_submission
from customers.models import Customer, DelegatedVerification
from payments.models import Payment
from tests.payments.creating import (
    GUIDED,
    GUIDED_ORDER,
    OFF_RAMP,
    PAYMENT,
    SALE,
    TRANSFER,
    hidden_fields,
    look_again,
)

COMPANY = "Aurora Textil"
UNSUBSCRIBED, SUBSCRIBED = "PAY_IN", "COINS_SENT"
# Addresses of the internet that need no name server; nothing is sent there.
PUBLIC_ADDRESS, FORMER_ADDRESS = "https://93.184.215.14/", "https://93.184.215.15/webhooks/"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 32 + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The browsers of three groups, and what lies before them: a customer, and her transfer and payment."""

    compliance: Client
    finance: Client
    administrator: Client
    marta: Customer
    line: BankTransaction
    payment: Payment


@dataclass(frozen=True, kw_only=True)
class Act:
    """One of them: its call of the contract, how it is asked for, how often the provider has done it.

    Of some a quote must be seen first: `look` gives the fields of the page that shows it, and `press` takes them.
    """

    call: str
    press: Callable[..., Any]
    times_done: Callable[[Sandbox], int]
    look: Callable[[Desk], dict[str, str]] | None = None
    can_be_read_back: bool = False
    group: str = "Compliance"


def arrange(sandbox: Sandbox, *, email: str = "marta@example.org") -> dict[str, str]:
    """Have Marta, her payment and her transfer at the provider; their ids there."""
    marta = sandbox.control.add_customer(name="Marta", last_name="Ruiz", email=email, kyc_status="valid")
    payment = sandbox.control.add_payment(user_id=str(marta["id"]), fiat_amount=12_550, status="pending_bank")
    line = sandbox.control.add_bank_transaction(amount="125.50", concept=str(payment["concept"]))
    sandbox.control.subscribe(FORMER_ADDRESS, SUBSCRIBED)
    return {"customer": str(marta["id"]), "payment": str(payment["id"]), "line": str(line["id"])}


def find(ids: dict[str, str]) -> dict[str, Any]:
    """The mirrored rows of those ids; of two types of event one is subscribed, and nothing about them is open."""
    _arrange_subscriptions()
    return {
        "marta": Customer.objects.get(remote_id=ids["customer"]),
        "payment": Payment.objects.get(remote_id=ids["payment"]),
        "line": BankTransaction.objects.get(remote_id=ids["line"]),
    }


def _arrange_subscriptions() -> None:
    """Nothing lists subscriptions, so what is left of other tests is settled by hand."""
    open_ones = Operation.objects.filter(kind__in=KIND_NAMES, state=State.UNKNOWN)
    open_ones.update(state=State.ABANDONED)
    WebhookSubscription.objects.filter(event_type=UNSUBSCRIBED).delete()
    WebhookSubscription.objects.update_or_create(
        event_type=SUBSCRIBED, defaults={"url": FORMER_ADDRESS, "since": timezone.now()}
    )


def _subscribe(desk: Desk, submission: str, *, event_type: str, page: str) -> Any:
    form = {"event_types": [event_type], "submission": submission}
    return desk.administrator.post(reverse(f"admin:webhooks_webhooksubscription_{page}"), form)


def _register(desk: Desk, submission: str) -> Any:
    person = {"name": "Lena", "last_name": "Ortega", "email": f"{submission}@example.org", "submission": submission}
    return desk.compliance.post("/admin/customers/customer/register/", {**person, "confirm": "yes"})


def _issue_link(desk: Desk, submission: str) -> Any:
    address = reverse("admin:customers_customer_enhanced-verification", args=[desk.marta.pk])
    return desk.compliance.post(address, {"days": "90", "submission": submission})


def _upload(desk: Desk, submission: str) -> Any:
    address = reverse("admin:customers_customer_upload-document", args=[desk.marta.pk])
    file = SimpleUploadedFile("payslip.pdf", PDF, content_type="application/pdf")
    return desk.compliance.post(address, {"type": "payslip", "file": file, "submission": submission})


def _reconcile(desk: Desk, _submission: str) -> Any:
    address = reverse("admin:banking_banktransaction_pair", args=[desk.line.pk])
    return desk.finance.post(address, {"payment": desk.payment.remote_id})


def _register_company(desk: Desk, submission: str) -> Any:
    company = {
        "company_name": f"{COMPANY} {submission}",
        "email": f"{submission}@example.org",
        "submission": submission,
    }
    return desk.compliance.post("/admin/customers/customer/register-company/", {**company, "confirm": "yes"})


def _delegate(desk: Desk, submission: str) -> Any:
    """Fill the steps, confirm the last one, and have a supervisor approve it."""
    draft = _fill_steps(desk, submission)
    seal = seal_of(draft.details, draft.captures.all())
    address = reverse("admin:customers_delegatedverification_confirm", args=[draft.pk])
    answer = desk.compliance.post(address, {"seal": seal, "submission": submission})
    for operation in Operation.objects.filter(state=State.AWAITING_APPROVAL, requested_by=draft.created_by):
        # Of clicks in the same moment one is the first: the others find it approved.
        with suppress(OperationError):
            approve(operation_id=operation.pk, by=_supervisor())
    return answer


def _fill_steps(desk: Desk, submission: str) -> DelegatedVerification:
    person = {"kind": "person", "name": "Nadia", "email": f"{submission}@example.org", "submission": submission}
    desk.compliance.post("/admin/customers/delegatedverification/begin/", person)
    draft = DelegatedVerification.objects.get(submission=submission)
    for step, kinds in (("document", ("document_front", "document_back")), ("captures", ("face", "liveness"))):
        pictures = {kind: SimpleUploadedFile(f"{kind}.jpg", JPEG, content_type="image/jpeg") for kind in kinds}
        desk.compliance.post(reverse(f"admin:customers_delegatedverification_{step}", args=[draft.pk]), pictures)
    return draft


def _supervisor() -> User:
    person, _is_new = User.objects.get_or_create(username="supervisor", is_staff=True)
    person.groups.set(Group.objects.filter(name="Supervisor"))
    return person


def _count_companies(sandbox: Sandbox) -> int:
    return sum(str(customer.get("company_name")).startswith(COMPANY) for customer in sandbox.control.customers())


def _count_lenas(sandbox: Sandbox) -> int:
    return sum(customer["name"] == "Lena" for customer in sandbox.control.customers())


def _see_quote(desk: Desk, *, address: str, order: dict[str, str]) -> dict[str, str]:
    return hidden_fields(look_again(desk.finance, address, desk.marta, order))


def _create(desk: Desk, submission: str, *, seen: dict[str, str], address: str) -> Any:
    confirmed = {**seen, "submission": submission, "confirm": "yes"}
    return desk.finance.post(f"{address}?customer={desk.marta.pk}", confirmed)


def _count_created_here(sandbox: Sandbox, *, method: str) -> int:
    """Payments whose external id is one that we make."""
    return sum(
        str(payment["external_id"]).startswith("backoffice-") and payment["payment_type"] == method
        for payment in sandbox.control.payments()
    )


def _count_subscriptions(sandbox: Sandbox, *, event_type: str) -> int:
    """How often one was made or changed, but for what was arranged."""
    changes = sandbox.control.subscription_changes()
    return sum(change["type"] == event_type and change["url"] != FORMER_ADDRESS for change in changes)


MIRRORED = ("customers", "payments", "bank_accounts", "bank_transactions", "assets", "payment_methods")
"""The lists that must have been read before people can ask for the acts."""

ACTS = {
    "register": Act(call="createCustomer", press=_register, times_done=_count_lenas, can_be_read_back=True),
    "company": Act(
        call="createCompanyCustomer", press=_register_company, times_done=_count_companies, can_be_read_back=True
    ),
    "delegated": Act(
        call="createCustomerDelegatedKyc",
        press=_delegate,
        times_done=lambda sandbox: len(sandbox.control.captures()),
        can_be_read_back=True,
    ),
    "link": Act(
        call="createEnhancedVerificationLink",
        press=_issue_link,
        times_done=lambda sandbox: len(sandbox.control.enhanced_verifications()),
    ),
    "document": Act(
        call="uploadCustomerDocument", press=_upload, times_done=lambda sandbox: len(sandbox.control.documents())
    ),
    "reconcile": Act(
        call="reconcilePayment",
        press=_reconcile,
        times_done=lambda sandbox: len(sandbox.control.reconciliations()),
        can_be_read_back=True,
        group="Finance",
    ),
    "payment": Act(
        call="createPayment",
        look=partial(_see_quote, address=PAYMENT, order=TRANSFER),
        press=partial(_create, address=PAYMENT),
        times_done=partial(_count_created_here, method="transfer"),
        can_be_read_back=True,
        group="Finance",
    ),
    "guided payment": Act(
        call="createGuidedPayment",
        look=partial(_see_quote, address=GUIDED, order=GUIDED_ORDER),
        press=partial(_create, address=GUIDED),
        times_done=partial(_count_created_here, method="card"),
        can_be_read_back=True,
        group="Finance",
    ),
    "subscribe": Act(
        call="subscribeWebhook",
        press=partial(_subscribe, event_type=UNSUBSCRIBED, page="subscribe"),
        times_done=partial(_count_subscriptions, event_type=UNSUBSCRIBED),
        group="Administrator",
    ),
    "change address": Act(
        call="updateWebhook",
        press=partial(_subscribe, event_type=SUBSCRIBED, page="change-url"),
        times_done=partial(_count_subscriptions, event_type=SUBSCRIBED),
        group="Administrator",
    ),
    "off-ramp": Act(
        call="createOffRamp",
        look=partial(_see_quote, address=OFF_RAMP, order=SALE),
        press=partial(_create, address=OFF_RAMP),
        times_done=lambda sandbox: len(sandbox.control.offramps()),
        can_be_read_back=True,
        group="Finance",
    ),
}


def look(act: str, desk: Desk) -> dict[str, Any]:
    """See what must be seen before one of them can be asked for: what `press` takes besides."""
    see = ACTS[act].look
    return {"seen": see(desk)} if see else {}


def press(act: str, desk: Desk, submission: str = "", **seen: Any) -> Any:
    """Ask for one of them: the form of that submission, or one that was just opened."""
    return ACTS[act].press(desk, submission or new_submission(), **(seen or look(act, desk)))


def browser_for(act: str, desk: Desk) -> Client:
    """The browser of the person whose act it is."""
    browser: Client = getattr(desk, ACTS[act].group.lower())
    return browser


def page_of(operation: Operation, desk: Desk, act: str) -> str:
    """The page of an operation, as those read it who asked for it."""
    address = reverse("admin:operations_operation_change", args=[operation.pk])
    return browser_for(act, desk).get(address).content.decode()


def all_rows() -> dict[str, list[Any]]:
    """Every mirrored row with all of its columns, by resource."""
    return {
        resource.name: list(resource.model._default_manager.order_by("pk").values()) for resource in all_resources()
    }

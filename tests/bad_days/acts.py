"""The four acts, asked for on the pages where people ask for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backoffice.operations.models import Operation
from backoffice.sandbox import Sandbox
from backoffice.sync.resources import all_resources
from banking.models import BankTransaction
from customers.forms import new_submission
from customers.models import Customer
from payments.models import Payment

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Browsers of compliance and of finance, and what lies before them: a customer, and her transfer and payment."""

    compliance: Client
    finance: Client
    marta: Customer
    line: BankTransaction
    payment: Payment


@dataclass(frozen=True, kw_only=True)
class Act:
    """One of the four: its call of the contract, how it is asked for, how often the provider has done it."""

    call: str
    press: Callable[[Desk, str], Any]
    times_done: Callable[[Sandbox], int]
    can_be_read_back: bool = False


def arrange(sandbox: Sandbox, *, email: str = "marta@example.org") -> dict[str, str]:
    """Have Marta, her payment and her transfer at the provider; their ids there."""
    marta = sandbox.control.add_customer(name="Marta", last_name="Ruiz", email=email, kyc_status="valid")
    payment = sandbox.control.add_payment(user_id=str(marta["id"]), fiat_amount=12_550, status="pending_bank")
    line = sandbox.control.add_bank_transaction(amount="125.50", concept=str(payment["concept"]))
    return {"customer": str(marta["id"]), "payment": str(payment["id"]), "line": str(line["id"])}


def find(ids: dict[str, str]) -> dict[str, Any]:
    """The mirrored rows of those ids."""
    return {
        "marta": Customer.objects.get(remote_id=ids["customer"]),
        "payment": Payment.objects.get(remote_id=ids["payment"]),
        "line": BankTransaction.objects.get(remote_id=ids["line"]),
    }


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


def _count_lenas(sandbox: Sandbox) -> int:
    return sum(customer["name"] == "Lena" for customer in sandbox.control.customers())


ACTS = {
    "register": Act(call="createCustomer", press=_register, times_done=_count_lenas, can_be_read_back=True),
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
    ),
}


def press(act: str, desk: Desk) -> Any:
    """Ask for one of the four, once."""
    return ACTS[act].press(desk, new_submission())


def browser_for(act: str, desk: Desk) -> Client:
    """The browser of the person whose act it is."""
    return desk.finance if act == "reconcile" else desk.compliance


def page_of(operation: Operation, desk: Desk, act: str) -> str:
    """The page of an operation, as those read it who asked for it."""
    address = reverse("admin:operations_operation_change", args=[operation.pk])
    return browser_for(act, desk).get(address).content.decode()


def all_rows() -> dict[str, list[Any]]:
    """Every mirrored row with all of its columns, by resource."""
    return {
        resource.name: list(resource.model._default_manager.order_by("pk").values()) for resource in all_resources()
    }

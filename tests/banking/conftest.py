"""What the stories about bank lines start from: Lena Ortega's transfer of 125.50 EUR has arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User

from backoffice.operations.models import Operation
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from banking.models import BankTransaction
from banking.services import request_reconciliation
from payments.models import Payment
from payments.queries import payments_with_customers


@dataclass
class Transfer:
    """A bank line and the payment that it pays, mirrored from the stand-in provider."""

    line: BankTransaction
    payment: Payment

    def stood(self) -> "Transfer":
        """Both as they stand in the mirror now."""
        return Transfer(
            line=BankTransaction.objects.get(pk=self.line.pk), payment=payments_with_customers().get(pk=self.payment.pk)
        )


Arrive = Callable[..., Transfer]
Ask = Callable[..., Operation]


@pytest.fixture
def arrive(sandbox: Sandbox) -> Arrive:
    """Lets a transfer arrive at the provider and mirrors everything."""

    def let_arrive(*, line: dict[str, Any] | None = None, payment: dict[str, Any] | None = None) -> Transfer:
        customer = sandbox.control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org")
        usual = {"user_id": str(customer["id"]), "fiat_amount": 12_550, "status": "pending_bank"}
        asked = sandbox.control.add_payment(**{**usual, **(payment or {})})
        came = {"amount": "125.50", "concept": str(asked["concept"]), "counterparty_name": "LENA ORTEGA"}
        booked = sandbox.control.add_bank_transaction(**{**came, **(line or {})})
        for name in ("customers", "payments", "bank_accounts", "bank_transactions"):
            sync_resource(name=name, mode="full")
        return Transfer(
            line=BankTransaction.objects.get(remote_id=str(booked["id"])),
            payment=payments_with_customers().get(remote_id=asked["id"]),
        )

    return let_arrive


@pytest.fixture
def transfer(arrive: Arrive) -> Transfer:
    """Lena's transfer, with its concept."""
    return arrive()


@pytest.fixture
def ask(transfer: Transfer, felix: User) -> Ask:
    """Felix asks for Lena's transfer to be reconciled with her payment, unless the test says otherwise."""

    def _ask(**others: Any) -> Operation:
        wish = {"line": transfer.line, "payment": transfer.payment, "requested_by": felix, **others}
        return request_reconciliation(**wish)

    return _ask

"""What we ask of the provider about bank lines: reconcile a payment with one."""

import logging
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.errors import CryptoPocketError, Refused
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.resources import PaymentResource
from backoffice.face.badges import link_to, status_badge
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.kinds import CannotTell, Done, Label, OperationKind, ReadBack, Worth
from backoffice.operations.models import Operation
from backoffice.sync.services import mirror_columns
from banking.models import BankTransaction, Reconciliation
from banking.queries import differences_shown, obstacle_to_reconciling, reasons_shown
from banking.reading_back import find_line, judge
from banking.services import RECONCILE_PAYMENT
from customers.models import Customer
from payments.models import Payment
from payments.sync import parse_read_payment

SOURCE = "operation"
ALREADY_RECONCILED = "already_reconciled"

logger = logging.getLogger("banking")


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """What showed that the pair is reconciled, and when that request began.

    status: the payment's, as the act's answer had it. payment: the payment read after the act, where it could be.
    """

    read_at: datetime
    status: str = ""
    payment: dict[str, Any] | None = None
    payment_read_at: datetime | None = None

    def __repr__(self) -> str:
        """Only that it is one: the payload is personal data."""
        return "<Reconciled>"


class ReconcilePayment(OperationKind):
    """Takes an incoming bank line as the money of a payment (contract 6.3).

    request: see `banking.services`. It moves the payment on and nobody knows how to undo it, so an answer that was
    lost is looked for in the payment and the line themselves.
    """

    name = RECONCILE_PAYMENT
    label = _("Reconcile a payment")
    permission = "banking.reconcile_payment"
    can_read_back = True
    answer_type = Reconciled

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The pair."""
        return f"{request['bank_transaction_id']}:{request['payment_id']}"

    def reference(self, request: Mapping[str, Any]) -> str:
        """The payment's id at the provider."""
        return str(request["payment_id"])

    def value(self, request: Mapping[str, Any]) -> Worth | None:
        """The larger of the two amounts; None where they are not in one currency."""
        if not (request.get("worth") and request.get("currency")):
            return None
        return Worth(amount=Decimal(request["worth"]), currency=request["currency"])

    def prepare(self, operation: Operation) -> None:
        """Look at the mirrored line once more: a sync may have shown since that it is reconciled."""
        line = BankTransaction.objects.filter(pk=operation.request["line"]).first()
        obstacle = obstacle_to_reconciling(line) if line else _("The bank line is no longer here.")
        if obstacle and not self._is_ours(line, operation):
            raise CannotBeSent(str(obstacle))

    def send(self, operation: Operation, client: CryptoPocketClient) -> Reconciled:
        """Reconcile, then read the payment, so that the mirror is fresh at once.

        A refusal because it is reconciled already is a success when it is reconciled with exactly this payment.
        """
        request = operation.request
        try:
            item = client.reconcile_payment(
                payment_id=request["payment_id"], bank_transaction_id=request["bank_transaction_id"]
            )
        except Refused as refused:
            found = self._find_done(operation, client) if refused.code == ALREADY_RECONCILED else None
            if found is None:
                raise
            return found
        payment = self._read_payment(operation, client)
        return Reconciled(
            read_at=item.read_at,
            status=item.parse().status or "",
            payment=payment.payload if payment else None,
            payment_read_at=payment.read_at if payment else None,
        )

    def apply(self, operation: Operation, answer: Reconciled) -> dict[str, Any]:
        """Mirror what is known of both now; the next sync compares them again."""
        request = operation.request
        mirror_columns(
            name="bank_transactions",
            remote_id=request["bank_transaction_id"],
            columns={"reconciled": True, "payment_id": request["payment_id"]},
            read_at=answer.read_at,
            source=SOURCE,
        )
        columns, read_at = _payment_columns(answer, request["payment_id"])
        if columns:
            mirror_columns(
                name="payments", remote_id=request["payment_id"], columns=columns, read_at=read_at, source=SOURCE
            )
        return {
            "payment_id": request["payment_id"],
            "bank_transaction_id": request["bank_transaction_id"],
            "status": columns.get("status", ""),
        }

    def read_back(self, operation: Operation, client: CryptoPocketClient) -> ReadBack:
        """Read the payment and the line (contract 4.5, 6.2) and see whether they name each other."""
        request = operation.request
        if not request["iban"]:
            return CannotTell(reason=str(_("It is not known which account the bank line is of.")))
        payment = client.get_payment(payment_id=request["payment_id"])
        line = find_line(
            client,
            iban=request["iban"],
            line_id=request["bank_transaction_id"],
            booked_on=request["booked_on"],
        )
        status = payment.parse().status or ""
        answer = Reconciled(
            read_at=payment.read_at, status=status, payment=payment.payload, payment_read_at=payment.read_at
        )
        return judge(line=line, payment_status=status, payment_id=request["payment_id"], answer=answer)

    def release(self, operation: Operation) -> None:
        """Free both rows for another pairing."""
        Reconciliation.objects.filter(operation=operation).update(is_live=False)

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Which line is to pay which payment, with both amounts."""
        request = operation.request
        return [
            (_("Bank transaction"), f"{request['bank_transaction_id']}: {request['arrived']}"),
            (_("Payment"), f"{request['payment_id']}: {request['asked']}"),
        ]

    def facts_to_decide(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Both rows, whose payment it is and how far that customer is verified, and where the two differ."""
        pairing = Reconciliation.objects.select_related("bank_transaction", "payment__customer").get(
            operation=operation
        )
        line, payment = pairing.bank_transaction, pairing.payment
        facts: list[tuple[Label, Any]] = [
            *self.describe(operation),
            (_("Text of the transfer"), line.concept),
            (_("Came from"), line.counterparty_name),
            (_("Concept of the payment"), payment.transfer_concept),
            (_("State of the payment"), status_badge(payment.status, choices=Payment.Status)),
            (_("Why they belong together"), reasons_shown(pairing, "; ")),
            (_("Where they differ"), differences_shown(pairing, "; ")),
        ]
        if (customer := payment.customer) is not None:
            facts += [
                (_("Customer"), link_to(customer)),
                (_("KYC"), status_badge(customer.kyc_status, choices=Customer.KycStatus)),
            ]
        return facts

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The pages of both; of the line alone once what was asked has been purged."""
        line = (_("The bank transaction"), reverse("admin:banking_banktransaction_change", args=[operation.subject_id]))
        payment = operation.request.get("payment")
        if payment is None:
            return [line]
        return [line, (_("The payment"), reverse("admin:payments_payment_change", args=[payment]))]

    def _find_done(self, operation: Operation, client: CryptoPocketClient) -> Reconciled | None:
        """Return what shows that exactly this pair is reconciled, None where nothing does."""
        try:
            seen = self.read_back(operation, client)
        except CryptoPocketError as problem:
            logger.warning("operation %s: refused, and could not be read back: %s", operation.pk, problem)
            return None
        return seen.answer if isinstance(seen, Done) else None

    def _read_payment(self, operation: Operation, client: CryptoPocketClient) -> Item[PaymentResource] | None:
        """Return the payment as it is now; without it the mirror is fresh at the next sync."""
        try:
            item = client.get_payment(payment_id=operation.request["payment_id"])
            item.parse()
        except CryptoPocketError as problem:
            logger.warning("operation %s: done, but the payment could not be read: %s", operation.pk, problem)
            return None
        return item

    @staticmethod
    def _is_ours(line: BankTransaction | None, operation: Operation) -> bool:
        return line is not None and line.payment_id == operation.request["payment_id"]


def _payment_columns(answer: Reconciled, payment_id: str) -> tuple[dict[str, Any], datetime]:
    """Return the payment's columns as far as they are known, and when the request for them began."""
    if answer.payment is not None and answer.payment_read_at is not None:
        return parse_read_payment(answer.payment, payment_id).columns, answer.payment_read_at
    return ({"status": answer.status} if answer.status else {}), answer.read_at

"""Bank lines and pairings as tables on the pages of what they belong to."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.actions import Button
from backoffice.face.badges import link_to, moment, status_badge
from backoffice.face.tables import Column, RelatedTable
from backoffice.operations.models import State
from banking.badges import name_of, signed_amount
from banking.models import BankAccount, BankTransaction, Reconciliation
from payments.models import Payment
from payments.queries import OPEN_STATUSES

RECONCILE_PERMISSION = "banking.reconcile_payment"


def operation_badge(pairing: Reconciliation) -> SafeString:
    """Where the operation of a pairing stands."""
    return status_badge(pairing.operation.state, choices=State)


LINE_COLUMNS = (
    Column(label=_("Booked"), value=lambda line: moment(line.booked_at)),
    Column(label=_("Text"), value=lambda line: link_to(line, line.concept or line.remote_id)),
    Column(label=_("Other party"), value=lambda line: line.counterparty_name),
    Column(label=_("Amount"), value=signed_amount, numeric=True),
)
_PAIRING_STATE = (
    Column(label=_("Operation"), value=lambda pairing: link_to(pairing.operation)),
    Column(label=_("State"), value=operation_badge),
    Column(label=_("Asked by"), value=lambda pairing: name_of(pairing.operation.requested_by)),
    Column(label=_("Asked"), value=lambda pairing: moment(pairing.created_at)),
)
PAIRINGS_OF_PAYMENT_COLUMNS = (
    Column(label=_("Bank transaction"), value=lambda pairing: link_to(pairing.bank_transaction)),
    *_PAIRING_STATE,
)
PAIRINGS_OF_LINE_COLUMNS = (
    Column(label=_("Payment"), value=lambda pairing: link_to(pairing.payment)),
    *_PAIRING_STATE,
)


def lines_of_payment(request: HttpRequest, payment: Payment) -> RelatedTable:
    """The bank lines that the provider names as a payment's money, and the way to look for one."""
    return RelatedTable(
        name="bank-transactions",
        title=_("Bank transactions"),
        queryset=payment.bank_transactions.defer("payload").order_by("-booked_at", "-pk"),
        columns=LINE_COLUMNS,
        permission="banking.view_banktransaction",
        empty_text=_("No bank transaction is reconciled with this payment."),
        actions=_looking_for_its_transfer(request, payment),
    )


def reconciliations_of_payment(request: HttpRequest, payment: Payment) -> RelatedTable:
    """What people asked to be paired with a payment, and how the operations went."""
    return RelatedTable(
        name="reconciliations",
        title=_("Reconciliations and their operations"),
        queryset=_with_everything(payment.reconciliations),
        columns=PAIRINGS_OF_PAYMENT_COLUMNS,
        permission="banking.view_reconciliation",
        empty_text=_("Nobody has asked to reconcile this payment from here."),
    )


def reconciliations_of_line(line: BankTransaction) -> RelatedTable:
    """What people asked to be paired with a bank line, and how the operations went."""
    return RelatedTable(
        name="reconciliations",
        title=_("Reconciliations and their operations"),
        queryset=_with_everything(line.reconciliations),
        columns=PAIRINGS_OF_LINE_COLUMNS,
        permission="banking.view_reconciliation",
        empty_text=_("Nobody has asked to reconcile this line from here."),
    )


def lines_of_account(account: BankAccount) -> RelatedTable:
    """An account's newest lines."""
    parameters = urlencode({"account": account.iban})
    return RelatedTable(
        name="bank-transactions",
        title=_("Newest transactions"),
        queryset=account.transactions.defer("payload").order_by("-booked_at", "-pk"),
        columns=LINE_COLUMNS,
        see_all_url=f"{reverse('admin:banking_banktransaction_changelist')}?{parameters}",
        permission="banking.view_banktransaction",
        empty_text=_("No transactions yet: they appear when the bank transactions are synced."),
        counted=False,
    )


def _with_everything(pairings: Any) -> Any:
    return pairings.select_related("bank_transaction", "payment", "operation__requested_by").order_by("-pk")


def _looking_for_its_transfer(request: HttpRequest, payment: Payment) -> list[Button]:
    if payment.status not in OPEN_STATUSES or not request.user.has_perm(RECONCILE_PERMISSION):
        return []
    address = reverse("admin:banking_banktransaction_for-payment")
    return [Button(label=_("Find its transfer"), url=f"{address}?{urlencode({'payment': payment.remote_id})}")]

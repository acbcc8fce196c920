"""How a bank line's amount and state are shown."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backoffice.face.badges import money, status_badge
from banking.models import BankTransaction


def name_of(person: User) -> str:
    """How a colleague is called."""
    return person.get_full_name() or person.get_username()


def signed_amount(line: BankTransaction) -> SafeString:
    """The amount with the sign of its direction, whichever way the provider signs it."""
    return money(signed(line), line.currency)


def signed(line: BankTransaction) -> Decimal:
    """The amount in whole units; below zero where the money went out."""
    return -abs(line.amount) if line.direction == BankTransaction.Direction.DEBIT else line.amount


def reconciling_badge(line: BankTransaction, *, is_being_paired: bool) -> SafeString:
    """How far the reconciling of an incoming line is; nothing for any other line."""
    if line.reconciled or line.payment_id:
        return status_badge("reconciled", _("reconciled"), "good")
    if is_being_paired:
        return status_badge("in_progress", _("in progress"), "busy")
    if line.direction != BankTransaction.Direction.CREDIT or line.amount <= 0:
        return SafeString()
    return status_badge("to_reconcile", _("to reconcile"), "attention")

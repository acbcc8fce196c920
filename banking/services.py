"""What people do with bank lines. Everything that asks something of the provider goes through here."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from backoffice.operations.models import Operation
from backoffice.operations.services import request_operation
from banking.comparison import differences
from banking.errors import AlreadyPaired, CannotReconcile
from banking.matching import weigh
from banking.models import BankTransaction, Reconciliation
from banking.queries import obstacle_to_reconciling, pairing_of
from payments.models import Payment
from payments.money import write_amount, write_money

RECONCILE_PAYMENT = "reconcile_payment"


def request_reconciliation(*, line: BankTransaction, payment: Payment, requested_by: AbstractBaseUser) -> Operation:
    """Ask the provider to take an incoming bank line as the money of a payment (contract 6.3).

    Both rows are locked against a second pairing in the same transaction; a worker makes the call after it.
    The payment's customer must have been fetched with it.
    Raises PermissionDenied, CannotReconcile (the line is not one to reconcile), AlreadyRequested (the same pair is
    on its way), AlreadyPaired (one of the two is paired with another row). Nothing is sent then.
    """
    obstacle = obstacle_to_reconciling(line)
    if obstacle:
        raise CannotReconcile(obstacle)
    pairing = Reconciliation(
        bank_transaction=line,
        payment=payment,
        reasons=[reason.text for reason in weigh(line, payment)],
        differences=[difference.as_json() for difference in differences(line, payment)],
    )
    try:
        return request_operation(
            kind=RECONCILE_PAYMENT,
            request=_describe_pair(line, payment),
            requested_by=requested_by,
            subject=line,
            before_commit=lambda operation: _pair(pairing, operation),
        )
    except _Taken:
        raise AlreadyPaired(pairing_of(line=line, payment=payment)) from None


def forget_payers(remote_ids: Sequence[str]) -> None:
    """Take the names out of the pairings of these customers' payments: they stand in the reasons and differences."""
    Reconciliation.objects.filter(payment__customer__remote_id__in=remote_ids).update(reasons=[], differences=[])


class _Taken(Exception):  # noqa: N818 - it never leaves this module
    """The database holds a live pairing of one of the two rows."""


def _pair(pairing: Reconciliation, operation: Operation) -> None:
    pairing.pk, pairing.operation = None, operation
    try:
        with transaction.atomic():
            pairing.save(force_insert=True)
    except IntegrityError:
        raise _Taken from None


def _worth_of_pair(line: BankTransaction, payment: Payment) -> str:
    """Return the larger of the two amounts, in whole units; nothing where one is not known."""
    if line.amount is None or payment.fiat_amount is None:
        return ""
    return write_amount(max(line.amount, payment.fiat_amount))


def _describe_pair(line: BankTransaction, payment: Payment) -> dict[str, str | int]:
    """Return everything that is needed to make the call, to read it back, and to show what was asked."""
    return {
        "payment_id": payment.remote_id,
        "bank_transaction_id": line.remote_id,
        "iban": line.account_id or "",
        "booked_on": line.booked_at.date().isoformat() if line.booked_at else "",
        "line": line.pk,
        "payment": payment.pk,
        "arrived": write_money(line.amount, line.currency),
        "asked": write_money(payment.fiat_amount, payment.fiat_symbol),
        "worth": _worth_of_pair(line, payment),
        "currency": line.currency if line.currency == payment.fiat_symbol else "",
    }

"""Why a payment could be what a bank line pays: each reason in plain words, with the points it counts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.face.moments import day_of
from banking.matching.concepts import Wording, find_concept
from banking.matching.names import Likeness, compare_names, is_name_in_text
from banking.models import BankTransaction
from payments.models import Payment
from payments.money import write_money
from payments.queries import payer_names

TRANSFER_METHOD = "transfer"
"""The method of payments that are paid by bank transfer (contract 4.3)."""

_DAYS_AND_POINTS = ((0, 10), (3, 8), (7, 6), (30, 3))
_LIKENESS_POINTS = {Likeness.SAME: 25, Likeness.OTHER_ORDER: 22, Likeness.PART: 20, Likeness.ALIKE: 15}
_WORDING_POINTS = {Wording.ALONE: 50, Wording.INSIDE: 45, Wording.BROKEN: 40, Wording.SPACED: 35}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One thing that speaks for a pair (positive points) or against it (negative points)."""

    text: str
    points: int

    @property
    def is_caution(self) -> bool:
        """Whether it speaks against the pair."""
        return self.points < 0


def weigh(transaction: BankTransaction, payment: Payment) -> list[Reason]:
    """Return what speaks for and against a bank line paying a payment, the strongest first.

    The payment's customer must have been fetched with it.
    """
    found = [
        _weigh_amount(transaction, payment),
        _weigh_concept(transaction, payment),
        _weigh_name(transaction, payment),
        _weigh_time(transaction, payment),
        _weigh_status(payment),
        _weigh_method(payment),
    ]
    return sorted((reason for reason in found if reason), key=lambda reason: -reason.points)


def _weigh_amount(transaction: BankTransaction, payment: Payment) -> Reason:
    arrived = write_money(transaction.amount, transaction.currency)
    asked = write_money(payment.fiat_amount, payment.fiat_symbol) or _("no amount")
    if (transaction.amount, transaction.currency) == (payment.fiat_amount, payment.fiat_symbol):
        return Reason(text=_("Same amount %(amount)s") % {"amount": arrived}, points=40)
    text = _("Another amount: %(arrived)s arrived, %(asked)s asked") % {"arrived": arrived, "asked": asked}
    return Reason(text=text, points=-10)


def _weigh_concept(transaction: BankTransaction, payment: Payment) -> Reason | None:
    wording = find_concept(payment.transfer_concept, transaction.concept)
    if wording is None:
        return None
    texts = {
        Wording.ALONE: _("The text is the concept %(concept)s"),
        Wording.INSIDE: _("The text carries the concept %(concept)s"),
        Wording.BROKEN: _("Concept %(concept)s broken over two lines"),
        Wording.SPACED: _("Concept %(concept)s written with blanks"),
    }
    text = texts[wording] % {"concept": payment.transfer_concept}
    return Reason(text=text, points=_WORDING_POINTS[wording])


def _weigh_name(transaction: BankTransaction, payment: Payment) -> Reason | None:
    found = [reason for name in payer_names(payment) if (reason := _weigh_one_name(transaction, name))]
    return max(found, key=lambda reason: reason.points, default=None)


def _weigh_one_name(transaction: BankTransaction, name: str) -> Reason | None:
    likeness = compare_names(name, transaction.counterparty_name)
    if likeness is None:
        if not is_name_in_text(name, transaction.concept):
            return None
        return Reason(text=_("Payer's name %(name)s in the text") % {"name": name}, points=15)
    texts = {
        Likeness.SAME: _("Same payer %(name)s"),
        Likeness.OTHER_ORDER: _("Payer's name %(name)s in another order"),
        Likeness.PART: _("Payer's name %(name)s in part"),
        Likeness.ALIKE: _("Payer's name is much like %(name)s"),
    }
    return Reason(text=texts[likeness] % {"name": name}, points=_LIKENESS_POINTS[likeness])


def _weigh_time(transaction: BankTransaction, payment: Payment) -> Reason | None:
    if transaction.booked_at is None or payment.created_at is None:
        return None
    days = _days_between(payment.created_at, transaction.booked_at)
    if days < 0:
        text = ngettext("Created %(days)d day after the transfer", "Created %(days)d days after the transfer", -days)
        return Reason(text=text % {"days": -days}, points=-15)
    points = next((points for limit, points in _DAYS_AND_POINTS if days <= limit), 0)
    if not days:
        return Reason(text=_("Created on the same day"), points=points)
    text = ngettext("Created %(days)d day before", "Created %(days)d days before", days)
    return Reason(text=text % {"days": days}, points=points)


def _days_between(created_at: datetime, booked_at: datetime) -> int:
    """Return how many calendar days later a line was booked: many banks give the day without the hour."""
    return (day_of(booked_at) - day_of(created_at)).days


def _weigh_status(payment: Payment) -> Reason | None:
    if payment.status == Payment.Status.PENDING_BANK:
        return Reason(text=_("The customer says that the transfer is sent"), points=5)
    if payment.status == Payment.Status.STARTED:
        return None
    text = _("The payment does not wait for money: its status is %(status)s") % {"status": payment.status_label or "?"}
    return Reason(text=text, points=-50)


def _weigh_method(payment: Payment) -> Reason | None:
    if not payment.payment_type or payment.payment_type.lower() == TRANSFER_METHOD:
        return None
    text = _("Not to be paid by transfer: its method is %(method)s") % {"method": payment.payment_type}
    return Reason(text=text, points=-15)

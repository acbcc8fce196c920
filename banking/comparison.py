"""A bank line and a payment side by side, and where they differ."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.face.moments import day_of
from banking.matching import compare_names, find_concept, is_name_in_text
from banking.models import BankTransaction
from payments.models import Payment
from payments.money import write_amount
from payments.queries import OPEN_STATUSES, payer_names

_NUMBER = re.compile(r"\d{4}")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One thing that both sides have. `agrees` is None where it cannot be told, or does not matter."""

    label: str
    of_line: str
    of_payment: str
    agrees: bool | None

    @property
    def differs(self) -> bool:
        """Whether a person should look twice."""
        return self.agrees is False

    def as_json(self) -> dict[str, Any]:
        """What is kept with the pairing."""
        return {"label": self.label, "of_line": self.of_line, "of_payment": self.of_payment}


def compare(line: BankTransaction, payment: Payment) -> list[Comparison]:
    """Return amount, currency, payer, concept, date and state of both; the customer must have been fetched."""
    return [
        _compare_amounts(line, payment),
        Comparison(
            label=_("Currency"),
            of_line=line.currency,
            of_payment=payment.fiat_symbol,
            agrees=line.currency == payment.fiat_symbol,
        ),
        _compare_payers(line, payment),
        _compare_concepts(line, payment),
        _compare_dates(line, payment),
        _compare_states(line, payment),
    ]


def differences(line: BankTransaction, payment: Payment) -> list[Comparison]:
    """Return only where the two differ."""
    return [comparison for comparison in compare(line, payment) if comparison.differs]


def _compare_amounts(line: BankTransaction, payment: Payment) -> Comparison:
    asked = payment.fiat_amount
    return Comparison(
        label=_("Amount"),
        of_line=write_amount(line.amount),
        of_payment="" if asked is None else write_amount(asked),
        agrees=line.amount == asked,
    )


def _compare_payers(line: BankTransaction, payment: Payment) -> Comparison:
    names = payer_names(payment)
    known = bool(names) and bool(line.counterparty_name)
    agrees = any(compare_names(name, line.counterparty_name) or is_name_in_text(name, line.concept) for name in names)
    return Comparison(
        label=_("Payer"),
        of_line=line.counterparty_name,
        of_payment=", ".join(names),
        agrees=agrees or (False if known else None),
    )


def _compare_concepts(line: BankTransaction, payment: Payment) -> Comparison:
    wanted = payment.transfer_concept
    carried = bool(wanted) and find_concept(wanted, line.concept) is not None
    return Comparison(
        label=_("Text and concept"),
        of_line=line.concept,
        of_payment=wanted,
        agrees=carried or (False if wanted and _has_number(line.concept) else None),
    )


def _compare_dates(line: BankTransaction, payment: Payment) -> Comparison:
    booked, created = _find_day(line.booked_at), _find_day(payment.created_at)
    return Comparison(
        label=_("Date"),
        of_line=_write_day(booked),
        of_payment=_write_day(created),
        agrees=booked >= created if booked and created else None,
    )


def _compare_states(line: BankTransaction, payment: Payment) -> Comparison:
    return Comparison(
        label=_("State"),
        of_line=_("reconciled") if line.reconciled else _("not reconciled"),
        of_payment=payment.status_label,
        agrees=not line.reconciled and payment.status in OPEN_STATUSES,
    )


def _has_number(text: str) -> bool:
    """Whether a text carries something that could be a concept: without one it disagrees with none."""
    return _NUMBER.search(text) is not None


def _find_day(moment: datetime | None) -> date | None:
    return day_of(moment) if moment else None


def _write_day(day: date | None) -> str:
    return date_format(day, "j M Y") if day else ""

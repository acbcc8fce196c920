"""Was it reconciled? What the payment and the bank line say when they are read again (contract 4.5, 6.2)."""

from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.pages import Page, iterate_pages
from backoffice.cryptopocket.resources import BankTransactionResource, parse_bank_transaction
from backoffice.operations.kinds import CannotTell, Done, NotDone, ReadBack
from payments.columns import identify_by
from payments.models import Payment
from payments.queries import OPEN_STATUSES

MOST_PAGES = 20
"""Pages read to find one line; a provider that takes no date can have it anywhere."""

_identify = identify_by("list_bank_transactions")


def find_line(client: CryptoPocketClient, *, iban: str, line_id: str, booked_on: str) -> BankTransactionResource | None:
    """Return a line of an account as the provider lists it now, None where it is not among the pages read.

    booked_on: the line's date as ISO text, or nothing. Raises the client's errors, and UnreadableItem.
    """
    first_day, last_day = _days_around(booked_on)

    def fetch(number: int) -> Page:
        return client.list_bank_transactions(iban=iban, page=number, date_from=first_day, date_to=last_day)

    for page in islice(iterate_pages(fetch), MOST_PAGES):
        for item in page.items:
            if isinstance(item, dict) and _identify(item, iban) == line_id:
                return parse_bank_transaction(item, catalogue=client.catalogue, account_iban=iban)
    return None


def judge(*, line: BankTransactionResource | None, payment_status: str, payment_id: str, answer: Any) -> ReadBack:
    """Say whether the line pays the payment, from what both say; `answer` is what Done carries."""
    if line is None:
        return CannotTell(reason=_("The bank line was not found in the provider's list."))
    if line.payment_id:
        return Done(answer=answer) if line.payment_id == payment_id else NotDone()
    if line.reconciled is True and payment_status in (Payment.Status.PAYMENT_RECEIVED, Payment.Status.COINS_SENT):
        return Done(answer=answer)
    if line.reconciled is False and payment_status in OPEN_STATUSES:
        return NotDone()
    return CannotTell(reason=_explain(line, payment_status))


def _explain(line: BankTransactionResource, payment_status: str) -> str:
    states = {True: _("reconciled"), False: _("not reconciled")}
    state = states.get(line.reconciled is True) if isinstance(line.reconciled, bool) else _("unknown")
    text = _(
        "The two do not agree: the payment's status is “%(status)s”, and the bank line, which names no payment, is "
        "%(state)s. Look at both at the provider."
    )
    return text % {"status": payment_status or "?", "state": state}


def _days_around(booked_on: str) -> tuple[date | None, date | None]:
    if not booked_on:
        return None, None
    day = date.fromisoformat(booked_on)
    return day - timedelta(days=1), day + timedelta(days=1)

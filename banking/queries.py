"""What pages and other rooms ask about bank accounts, their lines and their pairings."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.cryptopocket.resources.banking import FALLBACK_PREFIX
from backoffice.operations.models import Operation
from backoffice.security.masking import MASK
from backoffice.security.restriction import is_restricted
from banking.models import BankTransaction, Reconciliation
from payments.models import Payment
from payments.money import read_amount

Lines = QuerySet[BankTransaction]

PATIENCE = timedelta(days=1)
"""How long an incoming line may wait before a person should look at it."""


def live_pairings(side: str) -> Exists:
    """For `filter` and `annotate`: whether a row is being paired. side: `payment` or `bank_transaction`."""
    return Exists(Reconciliation.objects.filter(is_live=True, **{side: OuterRef("pk")}))


def lines_to_reconcile(lines: Lines | None = None) -> Lines:
    """Incoming lines that are not reconciled and are not being paired; of all lines, or of those given."""
    waiting = _of(lines).filter(
        direction=BankTransaction.Direction.CREDIT, amount__gt=0, reconciled=False, payment=None, missing_since=None
    )
    return waiting.exclude(live_pairings("bank_transaction"))


def lines_waiting_long(lines: Lines | None = None) -> Lines:
    """Incoming lines that nobody has reconciled for longer than `PATIENCE`."""
    return lines_to_reconcile(lines).filter(booked_at__lt=timezone.now() - PATIENCE)


def lines_in_progress(lines: Lines | None = None) -> Lines:
    """Lines that are being paired, and that the provider does not show as reconciled yet."""
    return _of(lines).filter(live_pairings("bank_transaction"), reconciled=False, payment=None)


def lines_reconciled(lines: Lines | None = None) -> Lines:
    """Lines that the provider shows as reconciled."""
    return _of(lines).filter(Q(reconciled=True) | Q(payment__isnull=False))


def _of(lines: Lines | None) -> Lines:
    return BankTransaction.objects.all() if lines is None else lines


def search_lines(lines: Lines, words: str, *, by_iban: bool) -> Lines:
    """The lines that people mean by a text, a name, an IBAN, an id, a payment's id or an amount: every word counts.

    by_iban: whether the reader may know the other party's IBAN, and so may be told by finding it.
    """
    for word in words.split():
        lines = lines.filter(_means(word, by_iban=by_iban))
    return lines


def _means(word: str, *, by_iban: bool) -> Q:
    iban = word.upper()
    exact = Q(remote_id=word) | Q(payment_id=word) | Q(account_id=iban)
    if by_iban:
        exact |= Q(counterparty_iban=iban)
    amount = read_amount(word)
    named = Q(concept__icontains=word) | Q(counterparty_name__icontains=word)
    return exact | named if amount is None else exact | named | Q(amount=amount)


def pairing_of(*, line: BankTransaction, payment: Payment) -> Reconciliation | None:
    """The live pairing that holds one of the two rows, with its people; the line's first."""
    either = Q(bank_transaction=line) | Q(payment=payment)
    found = live_reconciliations().filter(either).order_by("pk")
    return max(found, key=lambda pairing: pairing.bank_transaction_id == line.pk, default=None)


def pairing_of_line(line: BankTransaction) -> Reconciliation | None:
    """The live pairing of a bank line, with its payment, operation and person."""
    return live_reconciliations().filter(bank_transaction=line).first()


def pairing_of_payment(payment: Payment) -> Reconciliation | None:
    """The live pairing of a payment, with its bank line, operation and person."""
    return live_reconciliations().filter(payment=payment).first()


def live_reconciliations() -> QuerySet[Reconciliation]:
    """Pairings that are on their way or done, with everything a page shows of them."""
    return Reconciliation.objects.filter(is_live=True).select_related(
        "bank_transaction", "payment", "operation__requested_by"
    )


def reasons_shown(pairing: Reconciliation, between: str) -> str:
    """Why the two belong together, as it was when that was asked; the payment's customer must have been fetched."""
    return _shown(pairing, between.join(pairing.reasons))


def differences_shown(pairing: Reconciliation, between: str) -> str:
    """Where the two differed, as `reasons_shown`."""
    found = (f"{each['label']}: {each['of_line']} / {each['of_payment']}" for each in pairing.differences)
    return _shown(pairing, between.join(found))


def _shown(pairing: Reconciliation, text: str) -> str:
    """The payer's name can stand in it, so nothing is said about a customer who asked to be forgotten."""
    customer = pairing.payment.customer
    return MASK if text and customer is not None and is_restricted(customer) else text


def obstacle_to_reconciling(line: BankTransaction) -> str:
    """Why a bank line is not one that can be reconciled, in plain words; empty where it is. No queries."""
    return _not_incoming(line) or _not_waiting(line)


def _not_incoming(line: BankTransaction) -> str:
    if line.direction == BankTransaction.Direction.DEBIT:
        return _("This line is outgoing: it pays for no payment, so there is nothing to reconcile.")
    if line.direction != BankTransaction.Direction.CREDIT:
        text = _(
            "The provider calls the direction of this line “%(word)s”. Nobody knows that word: it may be outgoing."
        )
        return text % {"word": line.direction}
    if line.amount <= 0:
        return _("This line brought no money, so there is nothing to reconcile.")
    return ""


def _not_waiting(line: BankTransaction) -> str:
    if line.reconciled or line.payment_id:
        return _("This line is reconciled at the provider already.")
    if line.missing_since is not None:
        return _("The provider no longer lists this line, so it cannot be reconciled.")
    if line.remote_id.startswith(FALLBACK_PREFIX):
        return _("The provider gave this line no id, so we cannot name it in the call: reconcile it in its own panel.")
    return ""


def operations_of_payment(payment: Payment) -> QuerySet[Operation]:
    """The operations that were to reconcile the payment; they are about the bank line."""
    return Operation.objects.filter(pk__in=Reconciliation.objects.filter(payment=payment).values("operation"))

"""What pages and other rooms ask about payments and off-ramps."""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone

from backoffice.face.filtering import MOST_WORDS
from backoffice.operations.models import Operation
from backoffice.security.restriction import is_restricted, without_restricted
from customers.models import Customer
from payments.models import OffRamp, Payment
from payments.money import read_amount

OPEN_STATUSES = (Payment.Status.STARTED, Payment.Status.PENDING_BANK)
"""The statuses of a payment that waits for its money (contract 4.5)."""

WAITING_LONG_AFTER = timedelta(days=2)


MOVING_STATUSES = (*OPEN_STATUSES, Payment.Status.PAYMENT_RECEIVED)
"""The statuses that are known not to be the last one; whether an unknown word is, nobody knows."""


def payments_not_final() -> QuerySet[Payment]:
    """Payments that the provider can still move on (contract 4.5)."""
    return Payment.objects.filter(status__in=MOVING_STATUSES)


def off_ramps_not_final() -> QuerySet[OffRamp]:
    """Off-ramps that are known not to be paid out yet (contract 5.3)."""
    return OffRamp.objects.filter(status__in=(OffRamp.Status.PENDING, OffRamp.Status.CRYPTO_RECEIVED))


def payments_waiting_long(payments: QuerySet[Payment] | None = None) -> QuerySet[Payment]:
    """Payments whose transfer was announced, or whose money came in, days ago; of all, or of those given."""
    moving = (Payment.Status.PENDING_BANK, Payment.Status.PAYMENT_RECEIVED)
    everything = Payment.objects.all() if payments is None else payments
    return everything.filter(status__in=moving, created_at__lt=timezone.now() - WAITING_LONG_AFTER, missing_since=None)


def payments_with_customers() -> QuerySet[Payment]:
    """Payments with their customers, in one query, without the payloads."""
    return Payment.objects.select_related("customer").defer("payload", "customer__payload")


def payments_waiting_for_money() -> QuerySet[Payment]:
    """Payments, with their customers, whose money has not come yet."""
    return payments_with_customers().filter(status__in=OPEN_STATUSES, missing_since=None)


def payer_names(payment: Payment) -> list[str]:
    """The names that the payer of a payment is known by; the customer must have been fetched with it."""
    customer = payment.customer
    names = [payment.holder]
    if customer is not None and not is_restricted(customer):
        names += [f"{customer.name} {customer.last_name}", customer.company_name]
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


def search_customers(words: str, *, by_email: bool) -> QuerySet[Customer]:
    """The customers whom people mean by an id, a name or an e-mail, as `search_payments`."""
    rows = without_restricted(Customer.objects.filter(missing_since=None).defer("payload"))
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(_is_customer(word, by_email=by_email) | Q(remote_id=word))
    return rows.order_by("last_name", "name", "company_name", "pk")


def search_payments(rows: QuerySet[Payment], words: str, *, by_email: bool) -> QuerySet[Payment]:
    """The payments that people mean by an id, external id, concept, txid, name, e-mail or amount: every word counts.

    by_email: whether the reader sees e-mail addresses, and so may be told by finding one.
    """
    for word in words.split():
        meant = _is_id(word, _PAYMENT_IDS) | _is_amount(word) | _of_customer(word, by_email=by_email)
        rows = rows.filter(meant | _has_holder(word))
    return rows


def search_off_ramps(rows: QuerySet[OffRamp], words: str, *, by_email: bool) -> QuerySet[OffRamp]:
    """The off-ramps that people mean by an id, a name, an e-mail or an amount, as `search_payments`."""
    for word in words.split():
        rows = rows.filter(_is_id(word, _OFF_RAMP_IDS) | _is_amount(word) | _of_customer(word, by_email=by_email))
    return rows


_PAYMENT_IDS = ("remote_id", "external_id", "transfer_concept", "txid", "customer_id")
_OFF_RAMP_IDS = ("remote_id", "customer_id")
_CUSTOMER_NAMES = ("name", "last_name", "company_name")
_NOBODY = Q(pk__in=[])


def _is_id(word: str, columns: tuple[str, ...]) -> Q:
    return reduce(or_, (Q(**{column: word}) for column in columns))


def _of_customer(word: str, *, by_email: bool) -> Q:
    """Match by the customer: a subquery, since there are fewer customers to look through than payments."""
    meant = _is_customer(word, by_email=by_email)
    return Q(customer_id__in=without_restricted(Customer.objects.filter(meant)).values("remote_id"))


def _is_customer(word: str, *, by_email: bool) -> Q:
    columns = (*_CUSTOMER_NAMES, *(("email",) if by_email else ()))
    return reduce(or_, (Q(**{f"{column}__icontains": word}) for column in columns))


def _has_holder(word: str) -> Q:
    """Match by the payer's name, which has no digits: an id is not looked for in it."""
    return _NOBODY if any(letter.isdigit() for letter in word) else Q(holder__icontains=word)


def _is_amount(word: str) -> Q:
    """Match an amount as people write it, with a point or a comma; nothing where the word is none."""
    amount = read_amount(word)
    return _NOBODY if amount is None else Q(fiat_amount=amount)


def operation_of_payment(payment: Payment) -> QuerySet[Operation]:
    """The operation that created the payment; none where it was not created here."""
    return Operation.objects.filter(payment_instructions__payment=payment)


def operation_of_off_ramp(off_ramp: OffRamp) -> QuerySet[Operation]:
    """The operation that created the off-ramp; none where it was not created here."""
    return Operation.objects.filter(off_ramp_instructions__off_ramp=off_ramp)

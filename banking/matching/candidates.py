"""Candidates for a pair: few queries whatever the number of rows, weighed and ranked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from banking.matching.concepts import concepts_in
from banking.matching.reasons import Reason, weigh
from banking.models import BankTransaction
from banking.queries import lines_to_reconcile, live_pairings
from payments.models import Payment
from payments.queries import payments_waiting_for_money

LONGEST_WAIT = timedelta(days=60)
"""A payment older than this when the money came is a candidate only by its concept."""

DAYS_AHEAD = timedelta(days=2)
"""A bank's day can begin before the provider's clock, and a payer can be early."""

LIKELY_FROM = 60
"""Points: the amount, the day and the customer's word count 55 at most, so a concept or a name is among them."""

MOST_ROWS = 200
"""Rows weighed for one page; the nearest in time come first."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A pair that could belong together. `is_tied`: another candidate has exactly as many points."""

    transaction: BankTransaction
    payment: Payment
    reasons: tuple[Reason, ...]
    is_tied: bool = False

    @property
    def points(self) -> int:
        """What all reasons count together."""
        return sum(reason.points for reason in self.reasons)

    @property
    def is_likely(self) -> bool:
        """Whether more speaks for it than its amount and its date."""
        return self.points >= LIKELY_FROM


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Candidates, the likeliest first. `is_cut`: there were more rows of this amount than were weighed."""

    ranked: tuple[Candidate, ...]
    is_cut: bool = False

    @property
    def is_tied(self) -> bool:
        """Whether the likeliest one has an equal."""
        return bool(self.ranked) and self.ranked[0].is_tied


def find_candidates(transaction: BankTransaction) -> Candidates:
    """Return the payments that an incoming bank line could pay.

    They wait for money and are not being paired already. Either their amount and currency are the line's and they
    are near in time, or the line's text carries their concept.
    """
    waiting = payments_waiting_for_money().exclude(live_pairings("payment"))
    alike = waiting.filter(fiat_amount=transaction.amount, fiat_symbol=transaction.currency)
    near = _before(alike, transaction.booked_at).order_by(F("created_at").desc(nulls_last=True), "-pk")
    by_amount = list(near[: MOST_ROWS + 1])
    by_concept = waiting.filter(transfer_concept__in=_concepts(transaction)).order_by("-pk")[:MOST_ROWS]
    payments = {payment.pk: payment for payment in [*by_amount[:MOST_ROWS], *by_concept]}
    return _rank([(transaction, payment) for payment in payments.values()], is_cut=len(by_amount) > MOST_ROWS)


def find_lines(payment: Payment) -> Candidates:
    """Return the incoming bank lines that could pay a payment: the same question from the other side."""
    waiting = lines_to_reconcile()
    alike = Q(amount=payment.fiat_amount, currency=payment.fiat_symbol)
    if payment.transfer_concept:
        alike |= Q(currency=payment.fiat_symbol, concept__icontains=payment.transfer_concept)
    if payment.created_at is not None:
        waiting = waiting.filter(Q(booked_at__gte=payment.created_at - DAYS_AHEAD) | Q(booked_at=None))
    lines = list(waiting.filter(alike).select_related("account").order_by("booked_at", "pk")[: MOST_ROWS + 1])
    return _rank([(line, payment) for line in lines[:MOST_ROWS]], is_cut=len(lines) > MOST_ROWS)


def _before(payments: QuerySet[Payment], booked_at: datetime | None) -> QuerySet[Payment]:
    if booked_at is None:
        return payments
    in_time = Q(created_at__range=(booked_at - LONGEST_WAIT, booked_at + DAYS_AHEAD))
    return payments.filter(in_time | Q(created_at=None))


def _concepts(transaction: BankTransaction) -> list[str]:
    return [concept for concept in concepts_in(transaction.concept) if len(concept) <= 100]


def _rank(pairs: list[tuple[BankTransaction, Payment]], *, is_cut: bool) -> Candidates:
    weighed = [
        Candidate(transaction=transaction, payment=payment, reasons=tuple(weigh(transaction, payment)))
        for transaction, payment in pairs
    ]
    ranked = sorted(weighed, key=lambda candidate: -candidate.points)
    counts: dict[int, int] = {}
    for candidate in ranked:
        counts[candidate.points] = counts.get(candidate.points, 0) + 1
    tied = (
        Candidate(
            transaction=candidate.transaction,
            payment=candidate.payment,
            reasons=candidate.reasons,
            is_tied=counts[candidate.points] > 1,
        )
        for candidate in ranked
    )
    return Candidates(ranked=tuple(tied), is_cut=is_cut)

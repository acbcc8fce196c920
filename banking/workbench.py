"""Who pays this? What stands on an incoming bank line's page until it is reconciled."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from backoffice.face.parameters import text_in
from backoffice.security.masking import Kind
from backoffice.security.readers import sees_clearly
from backoffice.sync.queries import last_success_at
from banking import queries
from banking.matching import Candidate, Candidates, find_candidates, weigh
from banking.models import BankTransaction, Reconciliation
from banking.tables import RECONCILE_PERMISSION
from payments.models import Payment
from payments.queries import payments_with_customers, search_payments

SEARCH_PARAMETER = "find"
MOST_SHOWN = 20
MOST_FOUND = 20


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """What the page offers: an obstacle, or the pairing on its way, or candidates and what the search found.

    `payments_read_at` is when the payments were last synced: a transfer can be newer than its payment here.
    `found` is None where nobody searched; `has_more_found` says that only the first ones are shown.
    """

    line: BankTransaction
    may_reconcile: bool
    obstacle: str = ""
    pairing: Reconciliation | None = None
    candidates: Candidates = field(default_factory=lambda: Candidates(ranked=()))
    words: str = ""
    found: list[Candidate] | None = None
    payments_read_at: datetime | None = None
    has_more_found: bool = False

    @property
    def shown(self) -> tuple[Candidate, ...]:
        """The likeliest candidates."""
        return self.candidates.ranked[:MOST_SHOWN]

    @property
    def likely(self) -> list[Candidate]:
        """Those for which more speaks than their amount and their date."""
        return [candidate for candidate in self.shown if candidate.is_likely]

    @property
    def unlikely(self) -> list[Candidate]:
        """The others."""
        return [candidate for candidate in self.shown if not candidate.is_likely]

    @property
    def is_cut(self) -> bool:
        """Whether there are more candidates than are shown."""
        return self.candidates.is_cut or len(self.candidates.ranked) > MOST_SHOWN

    @property
    def is_tied(self) -> bool:
        """Whether the likeliest candidate has an equal."""
        return self.candidates.is_tied


def make_workbench(request: HttpRequest, line: BankTransaction) -> Workbench | None:
    """What this reader sees on a line's page; None for those who may not see payments."""
    if not request.user.has_perm("payments.view_payment"):
        return None
    frame: dict[str, Any] = {"line": line, "may_reconcile": request.user.has_perm(RECONCILE_PERMISSION)}
    obstacle = queries.obstacle_to_reconciling(line)
    pairing = queries.pairing_of_line(line)
    if obstacle or pairing is not None:
        return Workbench(**frame, obstacle=obstacle, pairing=pairing)
    words = text_in(request.GET, SEARCH_PARAMETER).strip()[:200]
    found = find_others(line, words) if words else None
    return Workbench(
        **frame,
        candidates=find_candidates(line),
        payments_read_at=last_success_at("payments"),
        words=words,
        found=found[:MOST_FOUND] if found is not None else None,
        has_more_found=found is not None and len(found) > MOST_FOUND,
    )


def find_others(line: BankTransaction, words: str) -> list[Candidate]:
    """Any payments that people mean by the words, weighed against the line; one more than are shown."""
    found = search_payments(payments_with_customers(), words, by_email=sees_clearly(Kind.EMAIL)).order_by(
        "-created_at", "-pk"
    )
    return [_weighed(line, payment) for payment in found[: MOST_FOUND + 1]]


def _weighed(line: BankTransaction, payment: Payment) -> Candidate:
    return Candidate(transaction=line, payment=payment, reasons=tuple(weigh(line, payment)))

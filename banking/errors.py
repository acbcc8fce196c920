# ruff: noqa: N818 - the names say what happened, as callers read them: `except AlreadyPaired`
"""What can be in the way of a pairing. Each text is fit to be shown, and nothing was sent.

BankingError
├── CannotReconcile   the bank line is not one that can be reconciled
└── AlreadyPaired     the line or the payment is paired with another row; `pairing` is that one
"""

from django.utils.translation import gettext as _

from banking.badges import name_of
from banking.models import Reconciliation


class BankingError(Exception):
    """Root of the errors of this room."""


class CannotReconcile(BankingError):
    """The bank line is not one that can be reconciled; the text says why."""


class AlreadyPaired(BankingError):
    """Somebody paired one of the two rows already; `pairing` is None where that ended in this very moment."""

    def __init__(self, pairing: Reconciliation | None) -> None:
        self.pairing = pairing
        super().__init__(_explain(pairing))


def _explain(pairing: Reconciliation | None) -> str:
    if pairing is None:
        return _("Another pairing of one of the two was just being made and has ended. Nothing was sent. Try again.")
    text = _("%(person)s paired bank transaction %(line)s with payment %(payment)s already. Nothing was sent.")
    return text % {
        "person": name_of(pairing.operation.requested_by),
        "line": pairing.bank_transaction.remote_id,
        "payment": pairing.payment.remote_id,
    }

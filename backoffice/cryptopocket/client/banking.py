"""Bank accounts, their transactions, reconciling (contract 6)."""

from datetime import date

from backoffice.cryptopocket.client.caller import Caller
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.cryptopocket.resources import ReconciliationResource, parse_reconciliation


class BankingCalls(Caller):
    """The calls about bank accounts."""

    def list_bank_accounts(self, *, page: int = 1, per_page: int | None = None) -> Page:
        """Return the accounts of the integration (contract 6.1). One page, unless the override file says else."""
        return self._list("list_bank_accounts", page=page, per_page=per_page)

    def list_bank_transactions(
        self,
        *,
        iban: str,
        page: int = 1,
        per_page: int | None = None,
        date_from: date | None = None,
        date_to: date | None = None,
    ) -> Page:
        """Return one page of an account's transactions (contract 6.2).

        iban: exactly as `list_bank_accounts` gave it. Raises NotFound.
        """
        return self._list(
            "list_bank_transactions",
            page=page,
            per_page=per_page,
            iban=iban,
            date_from=date_from,
            date_to=date_to,
        )

    def reconcile_payment(self, *, payment_id: str, bank_transaction_id: str) -> Item[ReconciliationResource]:
        """Match a payment with a bank transaction (contract 6.3; everything inferred).

        It moves the payment on and may not be undone. After an unknown outcome read the payment back.
        """
        return self._act(
            "reconcile_payment",
            parse_reconciliation,
            payment_id=payment_id,
            bank_transaction_id=bank_transaction_id,
        )

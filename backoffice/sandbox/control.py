"""The powers that only the owner of the process has: faults, time, rows, and a look inside."""

from __future__ import annotations

from typing import Any

from backoffice.sandbox.calls import ReceivedRequest
from backoffice.sandbox.collection import Collection
from backoffice.sandbox.data.source import Row
from backoffice.sandbox.faults import Fault
from backoffice.sandbox.passage import advance
from backoffice.sandbox.routes.banking import add_bank_transaction, describe_account
from backoffice.sandbox.routes.customers import add_customer
from backoffice.sandbox.routes.offramps import add_offramp
from backoffice.sandbox.routes.payments import add_payment
from backoffice.sandbox.routing import OPERATIONS
from backoffice.sandbox.webhooks.control import WebhookControl

Summary = dict[str, Any]


class Control(WebhookControl):
    """What a test may do to a stand-in provider behind the client's back.

    Hidden fields of rows, never answered: ``_banned``, ``_reinforced`` (enhanced verification
    needed), ``_foreign`` (documents are refused with 403), ``_fails`` (the KYC will fail) on
    customers. Rows are answered to the caller as dicts, exactly as the provider would show them.
    """

    # Faults

    def fault(self, kind: str, operation: str | None = None, *, count: int | None = 1, **more: Any) -> Fault:
        """Ask for a fault; the kinds stand in ``faults.py``.

        ``operation`` is an operationId (``listCustomers``), None for any call; ``count`` None for
        all calls until ``clear_faults``; ``skip`` lets that many matching calls pass first. More by
        kind: ``milliseconds``, ``seconds``, ``status``, ``code``, ``field``, ``value``, ``item``,
        ``after_work``.

        Raises:
            ValueError: no fault, or no call, has that name.
        """
        if operation is not None and operation not in OPERATIONS:
            raise ValueError(f"no call is named {operation!r}: the names are operationIds, such as listCustomers")
        return self._provider.faults.add(Fault(kind=kind, operation=operation, count=count, **more))

    def clear_faults(self) -> None:
        """Forget all faults that are still to come, and release calls that are held."""
        self._provider.faults.clear()

    def pending_faults(self) -> list[Fault]:
        """Return the faults that are still to come."""
        return self._provider.faults.pending()

    def release(self) -> None:
        """Let the calls go on that the fault ``hold`` keeps."""
        self._provider.faults.release()

    def expire_tokens(self) -> None:
        """End every token now; the next call is answered authorization_incorrect."""
        self._provider.tokens.expire_all()

    def allow_card(self, *, allowed: bool) -> None:
        """Allow or forbid card for the integration (``method_not_allowed``)."""
        self._state.card_allowed = allowed

    # Time

    def advance(self, steps: int = 1) -> int:
        """Move time on; return the step reached.

        A row added since the start moves one stage a step: a KYC from unused to processing to valid,
        a payment from started to payment_received (transfer: pending_bank, and its bank line is
        booked) to coins_sent, an off-ramp from pending to crypto_received to finished. Generated
        rows take 1 to 12 steps a stage. Every step also brings one new transfer and one bank debit.
        """
        advance(self._state, steps)
        return self._state.clock.step

    # Rows

    def add_customer(self, **fields: Any) -> Row:
        """Add a customer as the newest one; any field may be given, also a wrong one."""
        with self._state.lock:
            add_customer(self._state, fields)
            return self._newest(self._state.customers)

    def add_payment(self, **fields: Any) -> Row:
        """Add a payment as the newest one; ``fiat_amount`` in hundredths, a transfer unless said otherwise."""
        with self._state.lock:
            add_payment(self._state, fields)
            return self._newest(self._state.payments)

    def add_offramp(self, **fields: Any) -> Row:
        """Add an off-ramp as the newest one."""
        with self._state.lock:
            add_offramp(self._state, fields)
            return self._newest(self._state.offramps)

    def add_bank_transaction(self, *, account: int = 0, **fields: Any) -> Row:
        """Add a line to the first or second account; ``amount`` as decimal text."""
        with self._state.lock:
            add_bank_transaction(self._state, fields, account=account)
            return self._newest(self._state.accounts[account])

    def change_customer(self, customer_id: Any, **fields: Any) -> Row:
        """Change fields of a customer.

        Raises:
            LookupError: there is none of that id.
        """
        return self._change(self._state.customers, self._state.find_customer(customer_id), fields)

    def change_payment(self, payment_id: str, **fields: Any) -> Row:
        """Change fields of a payment; raises LookupError as ``change_customer``."""
        return self._change(self._state.payments, self._state.find_payment(payment_id), fields)

    def change_offramp(self, offramp_id: str, **fields: Any) -> Row:
        """Change fields of an off-ramp; raises LookupError as ``change_customer``."""
        return self._change(self._state.offramps, self._state.find_offramp(offramp_id), fields)

    def change_bank_transaction(self, transaction_id: Any, **fields: Any) -> Row:
        """Change fields of a bank line; raises LookupError as ``change_customer``."""
        found = self._state.find_bank_transaction(transaction_id)
        account, index = found or (self._state.accounts[0], None)
        return self._change(account, index, fields)

    # A look inside

    def customers(self) -> list[Row]:
        """Return all customers, oldest first. Makes every row: for small sizes."""
        return self._all(self._state.customers)

    def payments(self) -> list[Row]:
        """Return all payments, oldest first."""
        return self._all(self._state.payments)

    def offramps(self) -> list[Row]:
        """Return all off-ramps, oldest first."""
        return self._all(self._state.offramps)

    def bank_transactions(self, *, account: int = 0) -> list[Row]:
        """Return all lines of an account, oldest first."""
        return self._all(self._state.accounts[account])

    def bank_accounts(self) -> list[Row]:
        """Return both accounts."""
        with self._state.lock:
            return [describe_account(account) for account in self._state.accounts]

    def customers_with_email(self, email: str) -> list[Row]:
        """Return every customer of an e-mail address: two would be a duplicate."""
        return [row for row in self.customers() if str(row.get("email")).lower() == email.lower()]

    def payments_with_external_id(self, external_id: str) -> list[Row]:
        """Return every payment of an integrator's reference."""
        return [row for row in self.payments() if row.get("external_id") == external_id]

    def company_forms(self) -> list[Row]:
        """Return the link and the password of every company that was registered: nothing else shows them again."""
        with self._state.lock:
            customers = self._state.customers
            rows = [customers.row(index) for index in range(len(customers))]
            return [
                {"id": row["id"], "link": row["_kyb_link"], "password": row["_kyb_password"]}
                for row in rows
                if "_kyb_link" in row
            ]

    def documents(self) -> list[Row]:
        """Return what documents came in: ``user_id``, ``type``, ``mime``, ``size``, ``sha256`` or ``url``."""
        with self._state.lock:
            return [dict(document) for document in self._state.documents]

    def captures(self) -> list[Row]:
        """Return what delegated KYC brought: ``user_id``, and for each capture what ``documents`` says of a file."""
        with self._state.lock:
            return [dict(captures) for captures in self._state.captures]

    def enhanced_verifications(self) -> list[Row]:
        """Return the enhanced verification forms that were made."""
        with self._state.lock:
            return [{name: form[name] for name in form if name != "_step"} for form in self._state.forms]

    def reconciliations(self) -> list[Row]:
        """Return the pairs of payment and bank line that were reconciled."""
        with self._state.lock:
            return [dict(pair) for pair in self._state.reconciliations]

    def requests(self, operation: str | None = None) -> list[ReceivedRequest]:
        """Return the newest requests, of one call or of all, oldest first."""
        return self._provider.requests.of(operation)

    def calls(self, operation: str | None = None) -> int:
        """Return how often a call was made, or how many there were in all."""
        counts = self._provider.requests.counts()
        return sum(counts.values()) if operation is None else counts.get(operation, 0)

    def call_counts(self) -> dict[str, int]:
        """Return how often each call was made, by operationId."""
        return self._provider.requests.counts()

    def wait_for_call(self, operation: str, *, count: int = 1, seconds: float = 10.0) -> bool:
        """Wait until a call has come in so often; tell whether it did in time."""
        return self._provider.requests.wait_for(operation, count=count, seconds=seconds)

    def forget_calls(self) -> None:
        """Begin to count anew."""
        self._provider.requests.clear()

    def tokens_issued(self) -> int:
        """Return how many tokens were issued since the start."""
        return self._provider.tokens.issued

    def tokens_live(self) -> int:
        """Return how many tokens are good now."""
        return self._provider.tokens.live()

    def rows_held(self) -> int:
        """Return how many rows are in memory; generated ones are not."""
        state = self._state
        lists: tuple[Collection[Any], ...] = (state.customers, state.payments, state.offramps, *state.accounts)
        return sum(collection.held for collection in lists)

    def summary(self) -> Summary:
        """Return sizes and counts, for the control address."""
        state = self._state
        return {
            "step": state.clock.step,
            "customers": len(state.customers),
            "payments": len(state.payments),
            "offramps": len(state.offramps),
            "bank_transactions": sum(len(account) for account in state.accounts),
            "documents": len(state.documents),
            "enhanced_verifications": len(state.forms),
            "reconciliations": len(state.reconciliations),
            "deliveries": self.delivery_counts(),
            "rows_held": self.rows_held(),
            "tokens_live": self.tokens_live(),
            "tokens_issued": self.tokens_issued(),
            "calls": self.call_counts(),
            "faults": [f"{fault.kind} {fault.operation or '*'}" for fault in self.pending_faults()],
        }

    def _all(self, collection: Collection[Any]) -> list[Row]:
        with self._state.lock:
            return [collection.public(index) for index in range(len(collection))]

    def _change(self, collection: Collection[Any], index: int | None, fields: Row) -> Row:
        if index is None:
            raise LookupError("There is no row of that id.")
        with self._state.lock:
            collection.change(index, fields)
            return collection.public(index)

    @staticmethod
    def _newest(collection: Collection[Any]) -> Row:
        return collection.public(len(collection) - 1)

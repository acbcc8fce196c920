"""Everything one stand-in provider knows: its lists, and what was done to them."""

from __future__ import annotations

import threading
from typing import Any

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.collection import Collection
from backoffice.sandbox.data.banking import BankSource
from backoffice.sandbox.data.calendar import day_start
from backoffice.sandbox.data.customers import FIRST_ID, CustomerSource
from backoffice.sandbox.data.mixing import stream_key
from backoffice.sandbox.data.offramps import OffRampSource
from backoffice.sandbox.data.payments import FIRST_CONCEPT, PaymentSource
from backoffice.sandbox.journal import Entry, Journal, read_entries
from backoffice.sandbox.options import Options
from backoffice.sandbox.pages import WrittenPages
from backoffice.sandbox.scans import Scans
from backoffice.sandbox.statuses import StatusWatch

Record = dict[str, Any]


class State:
    """The lists and the records. Whoever changes anything holds ``lock``."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lock = threading.RLock()
        self.clock = Clock(today=options.today)
        self.journal = Journal()
        self.scans = Scans()
        self.pages = WrittenPages()
        self.reference_day = options.reference_day
        self.forms: list[Record] = []
        self.documents: list[Record] = []
        self.captures: list[Record] = []
        self.reconciliations: list[Record] = []
        self.subscriptions: dict[str, str] = {}
        self.subscription_changes: list[Record] = []
        self.card_allowed = options.card_allowed
        entries = list(read_entries(options.state)) if options.state else []
        self._take_header(entries)
        self._build_lists()
        self._replay(entries[1:])
        self.statuses = StatusWatch((self.customers, self.payments, self.offramps))
        if options.state:
            self.journal.restart(options.state, self._entries())

    @property
    def accounts(self) -> tuple[Collection[BankSource], ...]:
        """The lists of bank lines, one an account."""
        return self._accounts

    def record(self, kind: str, record: Record) -> None:
        """Keep something that was done: a form, a document, a reconciliation or a subscription."""
        self.journal.append({"record": kind, "value": record})
        self._keep(kind, record)

    def set_step(self, step: int) -> None:
        """Move the clock to a step."""
        with self.statuses.time_moves():
            self.clock.step = step
        self.journal.append({"step": step})

    def number(self, name: str, count: int) -> int:
        """Return the number from which the count-th thing of a kind is made."""
        return stream_key(self.options.seed, name) + count * 2

    def next_concept(self) -> int:
        """Return the next free transfer concept."""
        added = sum(1 for index in self.payments.added_indexes() if self.payments.row(index).get("concept"))
        return FIRST_CONCEPT + self.payments.source.concepts() + added

    def find_customer(self, customer_id: Any) -> int | None:
        """Return the index of a customer by id."""
        added = self.customers.find_added(customer_id)
        if added is not None:
            return added
        text = str(customer_id)
        index = int(text) - FIRST_ID if text.isascii() and text.isdecimal() and len(text) < 12 else -1
        return index if 0 <= index < self.customers.source.count else None

    def find_customer_by_email(self, email: str) -> int | None:
        """Return the index of a customer by e-mail address; case does not matter."""
        wanted = email.strip().lower()
        for index in self.customers.touched_indexes():
            if str(self.customers.row(index).get("email")).lower() == wanted:
                return index
        return self.customers.source.index_of_email(wanted)

    def find_payment(self, payment_id: str) -> int | None:
        """Return the index of a payment by id."""
        return _find_by_token(self.payments, payment_id)

    def find_offramp(self, offramp_id: str) -> int | None:
        """Return the index of an off-ramp by id."""
        return _find_by_token(self.offramps, offramp_id)

    def find_bank_transaction(self, transaction_id: Any) -> tuple[Collection[BankSource], int] | None:
        """Return account and index of a bank line by id."""
        text = str(transaction_id)
        for account in self.accounts:
            index = account.find_added(text)
            if index is None and text.isascii() and text.isdecimal() and len(text) < 12:
                index = int(text) - account.source.first_id
            if index is not None and 0 <= index < len(account):
                return account, index
        return None

    def _take_header(self, entries: list[Entry]) -> None:
        """Take the day of the history from the file; it would move with the calendar otherwise."""
        if not entries:
            return
        if entries[0].get("made_with") != self._header()["made_with"]:
            raise ValueError(
                f"{self.options.state} was made with other options ({entries[0].get('made_with')}): "
                "give the same ones, or remove the file to begin anew."
            )
        self.reference_day = type(self.reference_day).fromisoformat(entries[0]["reference_day"])

    def _header(self) -> Entry:
        options = self.options
        sizes = (options.customers, options.payments, options.offramps, options.bank_transactions)
        return {"made_with": [options.seed, *sizes], "reference_day": self.reference_day.isoformat()}

    def _build_lists(self) -> None:
        options, end = self.options, day_start(self.reference_day)
        customers = CustomerSource(seed=options.seed, count=options.customers, end=end)
        payments = PaymentSource(seed=options.seed, count=options.payments, end=end, customers=customers)
        offramps = OffRampSource(seed=options.seed, count=options.offramps, end=end, customers=customers)
        second = options.bank_transactions // 3
        counts = (options.bank_transactions - second, second)
        banks = (
            BankSource(seed=options.seed, account=account, count=count, end=end, payments=payments)
            for account, count in enumerate(counts)
        )
        common: dict[str, Any] = {
            "clock": self.clock,
            "journal": self.journal,
            "inferred_fields": options.inferred_fields,
        }
        self.customers = Collection(name="customers", source=customers, **common)
        self.payments = Collection(name="payments", source=payments, **common)
        self.offramps = Collection(name="offramps", source=offramps, **common)
        self._accounts = tuple(Collection(name=bank.iban, source=bank, **common) for bank in banks)

    def _lists(self) -> dict[str, Collection[Any]]:
        lists: tuple[Collection[Any], ...] = (self.customers, self.payments, self.offramps, *self.accounts)
        return {collection.name: collection for collection in lists}

    def _replay(self, entries: list[Entry]) -> None:
        lists = self._lists()
        for entry in entries:
            if "step" in entry:
                self.clock.step = entry["step"]
            elif "record" in entry:
                self._keep(entry["record"], entry["value"])
            else:
                lists[entry["list"]].replay(entry)

    def _keep(self, kind: str, record: Record) -> None:
        if kind == "subscriptions":
            self.subscriptions[record["type"]] = record["url"]
            self.subscription_changes.append(dict(record))
        else:
            getattr(self, kind).append(record)

    def _entries(self) -> list[Entry]:
        records = [
            {"record": kind, "value": record}
            for kind in ("forms", "documents", "captures", "reconciliations")
            for record in getattr(self, kind)
        ]
        records += [
            {"record": "subscriptions", "value": {"type": kind, "url": url}} for kind, url in self.subscriptions.items()
        ]
        changes = [entry for collection in self._lists().values() for entry in collection.entries()]
        return [self._header(), {"step": self.clock.step}, *records, *changes]


def _find_by_token(collection: Collection[Any], token: str) -> int | None:
    added: int | None = collection.find_added(token)
    if added is not None:
        return added
    index: int = collection.source.codec.decode(token)
    return index if 0 <= index < collection.source.count else None

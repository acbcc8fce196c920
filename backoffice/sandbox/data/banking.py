"""Generated lines of the integration's bank accounts; contract 6.2."""

from __future__ import annotations

from functools import lru_cache

from backoffice.sandbox.data.bank_texts import CREDIT_TEXTS, DEBIT_TEXTS, printed_name
from backoffice.sandbox.data.calendar import DAY, Calendar, iso_text
from backoffice.sandbox.data.identification import spanish_iban
from backoffice.sandbox.data.mixing import scramble, stream_key
from backoffice.sandbox.data.payments import PaymentSource
from backoffice.sandbox.data.source import Row

_HOUR = 3_600_000_000
_FIRST_IDS = (10_000_001, 50_000_001)
_ACCOUNT_NAMES = ("Customer funds", "Operations")
_OPENING_CENTS = (125_075_032, 4_810_417)
# The second account is the company's own: only every tenth line is a credit there.
_CREDIT_PLACES = ((0, 1, 3, 4, 6, 7, 9), (5,))
_RECEIVED = ("payment_received", "coins_sent")


class BankSource:
    """Lines of one account by index; those of the first are mostly transfers that pay for something."""

    status_field = None
    inferred_fields: frozenset[str] = frozenset()

    def __init__(self, *, seed: int, account: int, count: int, end: int, payments: PaymentSource) -> None:
        self.count = count
        self.first_id = _FIRST_IDS[account]
        self.iban = spanish_iban(stream_key(seed, f"account-{account}"))
        self.name = _ACCOUNT_NAMES[account]
        self.opening_cents = _OPENING_CENTS[account]
        self._credits = _CREDIT_PLACES[account]
        self._paid_for = account == 0
        self._key = stream_key(seed, f"bank-transactions-{account}")
        self._calendar = Calendar(key=self._key, start=end - 365 * DAY, end=end, count=count)
        self._payments = payments
        # Each line asks for its own and for that of the credit before it, so every one is wanted twice.
        self._transfer_before = lru_cache(maxsize=4096)(self._find_transfer_before)

    def created(self, index: int) -> int:
        """Return when the line was booked."""
        return self._calendar.time(index)

    def paid_payment(self, index: int) -> int | None:
        """Return the index of the payment that a line pays, None for any other line.

        It is the last transfer created an hour or more before the line, unless the credit before
        this one pays it already: so no payment is paid twice, and none before it exists.
        """
        place = index % 10
        if not self._paid_for or place not in self._credits or not self._payments.count:
            return None
        ordinal = self._transfer_before(index)
        before = index - 1 if place - 1 in self._credits or place == 0 else index - 2
        taken = self._transfer_before(before) if before >= 0 else -1
        return self._payments.transfer_index(ordinal) if ordinal > taken else None

    def row(self, index: int, status: str) -> Row:
        """Return a line; ``amount`` in whole units as decimal text, its sign told by ``direction``."""
        number = scramble(self._key ^ (index << 1))
        row: Row = {
            "id": self.first_id + index,
            "iban": self.iban,
            "amount": "",
            "currency": "EUR",
            "direction": "credit",
            "concept": None,
            "counterparty_name": None,
            "counterparty_iban": None,
            "booked_at": iso_text(self.created(index)),
            "reconciled": False,
            "payment_id": None,
        }
        payment = self.paid_payment(index)
        if payment is not None:
            self._fill_paid(row, payment=payment, number=number)
        elif index % 10 in self._credits:
            self._fill_stray(row, number=number)
        else:
            _fill_debit(row, number=number)
        return row

    def status(self, index: int) -> str:
        """Return nothing: a bank line has no status."""
        return ""

    def moved_on(self, status: str, *, steps: int, index: int, held: Row) -> str:
        """Return the status as it is."""
        return status

    def dress(self, row: Row, *, status: str, index: int) -> None:
        """Leave the row as it is."""

    def _find_transfer_before(self, index: int) -> int:
        return self._payments.last_transfer_until(self.created(index) - _HOUR)

    def _fill_paid(self, row: Row, *, payment: int, number: int) -> None:
        cents = self._payments.cents(payment)
        # One payer in twenty sends half a euro less: a bank on the way kept it.
        cents -= 50 if number % 20 == 0 else 0
        payer = self._payments.payer(payment)
        name = self._payments.customers.name(payer)
        row["amount"] = decimal_text(cents)
        row["concept"] = CREDIT_TEXTS[(number >> 8) % len(CREDIT_TEXTS)](str(self._payments.concept(payment)), name)
        row["counterparty_name"] = printed_name(name, number >> 16)
        row["counterparty_iban"] = self._payments.customers.iban(payer)
        if self._payments.status(payment) in _RECEIVED:
            row["reconciled"] = True
            row["payment_id"] = self._payments.codec.encode(payment)

    def _fill_stray(self, row: Row, *, number: int) -> None:
        customers = self._payments.customers
        payer = number % max(1, customers.count)
        row["amount"] = decimal_text(((number >> 8) % 40 + 1) * 5_000)
        row["concept"] = ("TRANSFERENCIA RECIBIDA", "", None, "INGRESO EN EFECTIVO", "DEVOLUCION")[number % 5]
        row["counterparty_name"] = printed_name(customers.name(payer), number >> 16)
        row["counterparty_iban"] = customers.iban(payer)


def _fill_debit(row: Row, *, number: int) -> None:
    text, name = DEBIT_TEXTS[number % len(DEBIT_TEXTS)]
    row["direction"] = "debit"
    row["amount"] = decimal_text(300 + (number >> 8) % 400_000)
    row["concept"] = text.format(number=number % 1_000_000)
    row["counterparty_name"] = name


def decimal_text(cents: int) -> str:
    """Return hundredths as decimal text with two places."""
    return f"{cents // 100}.{cents % 100:02d}"

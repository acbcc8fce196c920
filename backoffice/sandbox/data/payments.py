"""Generated on-ramp payments; contract 4.5 and 4.6."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from backoffice.sandbox.data.calendar import DAY, Calendar, iso_text
from backoffice.sandbox.data.customers import FIRST_ID, CustomerSource
from backoffice.sandbox.data.mixing import TokenCodec, coprime_near, scramble, stream_key
from backoffice.sandbox.data.names import bank_spelling
from backoffice.sandbox.data.reference import ASSETS, EURO_RATES
from backoffice.sandbox.data.source import Row, pace

FIRST_CONCEPT = 130_001
STATUSES = ("started", "pending_bank", "payment_received", "coins_sent")

_METHODS = ("card", "transfer", "card", "transfer", "psd2")
_TRANSFER_PLACES = (1, 3)
_TRANSFER_STATUSES = ("coins_sent", "pending_bank", "coins_sent", "payment_received", "coins_sent",
                      "pending_bank", "coins_sent", "started", "coins_sent", "pending_bank")  # fmt: skip
_OTHER_STATUSES = (
    "coins_sent",
    "coins_sent",
    "started",
    "coins_sent",
    "coins_sent",
    "payment_received",
    "coins_sent",
)
_ROUND_CENTS = (5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 50_000, 100_000)
_EXTERNAL_ID = re.compile(r"remit-([0-9]{7,11})\Z")
_PICO = 10**12
_PRICES = tuple(int(asset.price * _PICO) for asset in ASSETS)


class PaymentSource:
    """Payments by index. Every second or third is a bank transfer with a concept."""

    status_field = "status"
    # Contract 4.5 shows neither; without them nobody could match a transfer by its concept.
    inferred_fields = frozenset(("payment_type", "concept"))

    def __init__(self, *, seed: int, count: int, end: int, customers: CustomerSource) -> None:
        self.count = count
        self.customers = customers
        self.codec = TokenCodec(stream_key(seed, "payment-ids"))
        self._key = stream_key(seed, "payments")
        self._calendar = Calendar(key=self._key, start=end - 365 * DAY, end=end, count=count)
        self._payers = max(1, customers.valid_count())
        self._stride = coprime_near(self._payers)

    def number(self, index: int) -> int:
        """Return the 64 bits that everything about one payment follows from."""
        return scramble(self._key ^ (index << 1))

    def created(self, index: int) -> int:
        """Return when the payment was created."""
        return self._calendar.time(index)

    def method(self, index: int) -> str:
        """Return card, transfer, psd2, or the method of the payer's country."""
        method = _METHODS[index % 5]
        if method == "psd2":
            return self.customers.place(self.payer(index)).method
        return method

    def payer(self, index: int) -> int:
        """Return the index of the customer who pays, one who was registered by then."""
        moment = self.created(index)
        customer = self.customers.valid_index(index * self._stride % self._payers)
        while customer and (self.customers.created(customer) > moment or self.customers.status(customer) != "valid"):
            customer //= 2
        return customer

    def cents(self, index: int) -> int:
        """Return the amount in hundredths of a euro; round sums are frequent, so equal ones are too."""
        number = self.number(index)
        if number % 10 < 4:
            return _ROUND_CENTS[(number >> 8) % len(_ROUND_CENTS)]
        return 2_000 + (number >> 8) % 248_000

    def transfer_index(self, ordinal: int) -> int:
        """Return the index of the n-th payment by transfer."""
        return ordinal // 2 * 5 + _TRANSFER_PLACES[ordinal % 2]

    def last_transfer_until(self, moment: int) -> int:
        """Return the ordinal of the last transfer created by then, -1 if there is none."""
        block, place = divmod(self._calendar.last_until(moment), 5)
        return block * 2 + sum(1 for transfer in _TRANSFER_PLACES if transfer <= place) - 1

    def concept(self, index: int) -> int | None:
        """Return what the payer must write in the bank transfer, None for other methods."""
        block, place = divmod(index, 5)
        if place not in _TRANSFER_PLACES:
            return None
        return FIRST_CONCEPT + block * 2 + _TRANSFER_PLACES.index(place)

    def concepts(self) -> int:
        """Return how many concepts the generated payments use up."""
        blocks, rest = divmod(self.count, 5)
        return blocks * 2 + sum(1 for place in _TRANSFER_PLACES if place < rest)

    def status(self, index: int) -> str:
        """Return the status at the start."""
        block, place = divmod(index, 5)
        if place in _TRANSFER_PLACES:
            return _TRANSFER_STATUSES[(block * 2 + _TRANSFER_PLACES.index(place)) % 10]
        return _OTHER_STATUSES[index % 7]

    def moved_on(self, status: str, *, steps: int, index: int, held: Row) -> str:
        """Move a payment on. A transfer stops at pending_bank: only reconciling takes it further."""
        added = index >= self.count
        number = self.number(index)
        # Most of those who left the checkout at the start never come back to it.
        if status == "started" and not added and number % 4:
            return status
        stages = steps // pace(number=number, added=added)
        if status == "started" and stages:
            if (held.get("payment_type") == "transfer") if added else self.is_transfer(index):
                return "pending_bank"
            status, stages = "payment_received", stages - 1
        if status == "payment_received" and stages:
            return "coins_sent"
        return status

    def is_transfer(self, index: int) -> bool:
        """Tell whether a generated payment is a bank transfer."""
        return index < self.count and index % 5 in _TRANSFER_PLACES

    def dress(self, row: Row, *, status: str, index: int) -> None:
        """Set the status, and the transaction id that comes with the last one."""
        row["status"] = status
        if status == "coins_sent":
            number = self.number(index)
            row.setdefault("txid", f"0x{number:016x}{scramble(number):016x}{index:032x}")

    def index_of_external_id(self, external_id: str) -> int | None:
        """Return the generated payment of an integrator's reference."""
        found = _EXTERNAL_ID.match(external_id)
        index = int(found.group(1)) if found else self.count
        return index if index < self.count and self.external_id(index) == external_id else None

    def external_id(self, index: int) -> str | None:
        """Return the integrator's reference; one payment in five has none."""
        return None if self.number(index) >> 40 & 7 == 0 else f"remit-{index:07d}"

    def row(self, index: int, status: str) -> Row:
        """Return a payment as both reads show one; ``fiat_amount`` in hundredths (contract 4.5)."""
        payer = self.payer(index)
        method = self.method(index)
        cents, currency = self.cents(index), "EUR"
        if method not in ("card", "transfer", "psd2"):
            currency = self.customers.place(payer).currency
        asset = (self.number(index) >> 32) % len(ASSETS)
        row: Row = {
            "id": self.codec.encode(index),
            "external_id": self.external_id(index),
            "user_id": str(FIRST_ID + payer),
            "status": status,
            "fiat_amount": cents if currency == "EUR" else int(cents * EURO_RATES[currency]),
            "fiat_symbol": currency,
            "coin_symbol": ASSETS[asset].symbol,
            # The provider sends a JSON number here, so a float is what has to go out.
            "coin_amount": cents * _PICO * 10_000 // _PRICES[asset] / 1_000_000,
            "created_at": iso_text(self.created(index)),
            "holder": None,
            "payment_type": method,
        }
        if method == "transfer":
            row["concept"] = self.concept(index)
            if status in ("payment_received", "coins_sent"):
                row["holder"] = bank_spelling(" ".join(self.customers.name(payer)[:2])).strip()
        self.dress(row, status=status, index=index)
        return row


def to_cents(amount: Decimal) -> int:
    """Return whole currency units as hundredths."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))

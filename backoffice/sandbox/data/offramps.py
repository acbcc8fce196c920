"""Generated off-ramps; contract 5.3 and 5.4."""

from __future__ import annotations

from backoffice.sandbox.data.calendar import DAY, Calendar, iso_text
from backoffice.sandbox.data.customers import FIRST_ID, CustomerSource
from backoffice.sandbox.data.mixing import TokenCodec, scramble, stream_key
from backoffice.sandbox.data.reference import ASSETS
from backoffice.sandbox.data.source import Row, pace

# Only "finished" was ever seen; the other two names are guesses (contract 5.3).
_STATUSES = (
    "finished",
    "finished",
    "pending",
    "finished",
    "crypto_received",
    "finished",
    "finished",
    "finished",
)


class OffRampSource:
    """Off-ramps by index."""

    status_field = "status"
    # The documented answer has neither; contract 5.3.
    inferred_fields = frozenset(("user_id", "created_at"))

    def __init__(self, *, seed: int, count: int, end: int, customers: CustomerSource) -> None:
        self.count = count
        self.codec = TokenCodec(stream_key(seed, "offramp-ids"))
        self._key = stream_key(seed, "offramps")
        self._calendar = Calendar(key=self._key, start=end - 365 * DAY, end=end, count=count)
        self._customers = customers
        self._sellers = max(1, customers.valid_count())

    def number(self, index: int) -> int:
        """Return the 64 bits that everything about one off-ramp follows from."""
        return scramble(self._key ^ (index << 1))

    def created(self, index: int) -> int:
        """Return when the off-ramp was created."""
        return self._calendar.time(index)

    def seller(self, index: int) -> int:
        """Return the index of the customer who sells, one who was registered by then."""
        moment = self.created(index)
        customer = self._customers.valid_index(self.number(index) % self._sellers)
        while customer and (self._customers.created(customer) > moment or self._customers.status(customer) != "valid"):
            customer //= 2
        return customer

    def status(self, index: int) -> str:
        """Return the status at the start."""
        return _STATUSES[index % len(_STATUSES)]

    def moved_on(self, status: str, *, steps: int, index: int, held: Row) -> str:
        """Move an off-ramp on: pending, crypto_received, finished."""
        stages = steps // pace(number=self.number(index), added=index >= self.count)
        if status == "pending" and stages:
            status, stages = "crypto_received", stages - 1
        if status == "crypto_received" and stages:
            return "finished"
        return status

    def dress(self, row: Row, *, status: str, index: int) -> None:
        """Set the status."""
        row["status"] = status

    def row(self, index: int, status: str) -> Row:
        """Return an off-ramp; ``amount`` in base units as digits, ``fiat_amount`` in whole units as text."""
        number = self.number(index)
        asset = ASSETS[(number >> 16) % len(ASSETS)]
        cents = 5_000 + number % 500_000
        base_units = cents * 10**asset.decimals * 10_000 // int(asset.price * 1_000_000)
        return {
            "id": self.codec.encode(index),
            "status": status,
            "blockchain": asset.chain,
            "crypto": asset.symbol,
            "amount": str(base_units),
            "decimals": asset.decimals,
            "fiat_amount": f"{cents // 100}.{cents % 100:02d}",
            "user_id": str(FIRST_ID + self.seller(index)),
            "created_at": iso_text(self.created(index)),
        }

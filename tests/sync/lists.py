"""Lists at a provider that a test can bend at will, and the resources that mirror them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from backoffice.cryptopocket.errors import NotFound, UnreadableItem
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.sync import resources
from backoffice.sync.resources import Resource, Row
from banking.models import BankTransaction
from payments.models import OffRamp, Payment

BEGINNING = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def line(number: int, **fields: Any) -> dict[str, Any]:
    """A bank line as the provider lists it."""
    return {"id": number, "amount": "100.00", "concept": f"Transfer {number}", **fields}


def lines(count: int) -> list[dict[str, Any]]:
    """That many bank lines, the newest first."""
    return [line(number) for number in range(count, 0, -1)]


@dataclass
class RemoteList:
    """A list of a provider in pages, newest first.

    `asked` are the page numbers that were asked for; `before_page` is called with each number before it is answered
    and may raise or change the list. The clock moves by a second with each answer.
    """

    items: list[Any] = field(default_factory=list)
    page_size: int = 3
    page_bytes: int = 0
    asked: list[int] = field(default_factory=list)
    before_page: Callable[[int], None] | None = None
    tells_total: bool = True
    clock: datetime = field(default_factory=lambda: datetime.now(UTC))

    def list_page(self, client: Any, partition: str, number: int) -> Page:
        """The page of that number."""
        self.asked.append(number)
        if self.before_page:
            self.before_page(number)
        self.clock += timedelta(seconds=1)
        start = (number - 1) * self.page_size
        return Page(
            number=number,
            items=list(self.items[start : start + self.page_size]),
            total=len(self.items) if self.tells_total else None,
            last_page=max(1, -(-len(self.items) // self.page_size)),
            read_at=self.clock,
            size_bytes=self.page_bytes,
        )

    def read_one(self, client: Any, remote_id: str) -> Item[Any]:
        """The object of that id."""
        self.clock += timedelta(seconds=1)
        found = next((item for item in self.items if str(item["id"]) == remote_id), None)
        if found is None:
            raise NotFound(endpoint="read_one", code="not_found")
        return Item(payload=found, read_at=self.clock, parser=dict)

    def change(self, number: int, **fields: Any) -> None:
        """Change an item at the provider."""
        self.items = [{**item, **fields} if item["id"] == number else item for item in self.items]

    def remove(self, number: int) -> None:
        """Take an item off the list."""
        self.items = [item for item in self.items if item["id"] != number]


def read_amount(raw: Mapping[str, Any], name: str) -> Decimal:
    """An amount, or the refusal that a domain would give."""
    try:
        return Decimal(str(raw[name]))
    except InvalidOperation:
        raise UnreadableItem(kind="line", field=name, reason="is not a number", payload=raw) from None


def parse_line(raw: Mapping[str, Any], partition: str) -> Row:
    """A bank line as a row."""
    if not isinstance(raw, Mapping) or raw.get("id") is None:
        raise UnreadableItem(kind="line", field="id", reason="is missing", payload=raw)
    columns = {name: raw[name] for name in ("concept", "counterparty_name", "direction") if name in raw}
    if "amount" in raw:
        columns["amount"] = read_amount(raw, "amount")
    if partition:
        columns["account_id"] = partition
    return Row(remote_id=str(raw["id"]), columns=columns)


def parse_payment(raw: Mapping[str, Any], partition: str) -> Row:
    """A payment as a row."""
    columns = {name: raw[name] for name in ("status", "holder") if name in raw}
    for name in ("fiat_amount", "coin_amount"):
        if name in raw:
            columns[name] = read_amount(raw, name)
    return Row(remote_id=str(raw["id"]), columns=columns)


def parse_off_ramp(raw: Mapping[str, Any], partition: str) -> Row:
    """An off-ramp as a row."""
    return Row(remote_id=str(raw["id"]), columns={"base_units": raw["amount"], "decimals": raw["decimals"]})


def lines_resource(remote: RemoteList, **options: Any) -> Resource:
    """Bank lines, read from a list of a test."""
    return _register(remote, **{"name": "lines", "model": BankTransaction, "parse": parse_line, **options})


def payments_resource(remote: RemoteList, **options: Any) -> Resource:
    """Payments, read from a list of a test, and singly while they are not final."""
    defaults = {
        "name": "purchases",
        "model": Payment,
        "parse": parse_payment,
        "read_one": remote.read_one,
        "open_rows": lambda: Payment.objects.exclude(status="coins_sent"),
    }
    return _register(remote, **{**defaults, **options})


def off_ramps_resource(remote: RemoteList) -> Resource:
    """Off-ramps, read from a list of a test."""
    return _register(remote, name="sales", model=OffRamp, parse=parse_off_ramp)


def _register(remote: RemoteList, **options: Any) -> Resource:
    resources.unregister(options["name"])
    resource = Resource(**{"label": options["name"], "version": 1, "list_page": remote.list_page, **options})
    resources.register(resource)
    return resource

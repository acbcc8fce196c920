"""Bank lines by the hundred thousand, made a page at a time, and the resource that mirrors them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from backoffice.cryptopocket.pages import Page
from backoffice.sync import resources
from backoffice.sync.resources import Resource
from banking.sync import BANK_TRANSACTIONS
from benchmarks import PAGE_SIZE

IBAN = "ES9121000418450200051332"
NAME = "benchmark_lines"


@dataclass(kw_only=True)
class Lines:
    """A list of `count` bank lines, newest first. Of a hundred, `changed` have another text and amount.

    `seconds` is how long the making of its pages took: no part of what is measured.
    """

    count: int
    changed: int = 0
    seconds: float = 0.0

    def list_page(self, client: Any, partition: str, number: int) -> Page:
        """The page of that number, made now."""
        began = time.perf_counter()
        newest = self.count - (number - 1) * PAGE_SIZE
        items = [self.make(line) for line in range(newest, max(0, newest - PAGE_SIZE), -1)]
        self.seconds += time.perf_counter() - began
        return Page(
            number=number,
            items=items,
            total=self.count,
            last_page=max(1, -(-self.count // PAGE_SIZE)),
            read_at=timezone.now(),
            size_bytes=0,
        )

    def pages(self) -> Iterator[Page]:
        """All pages, one after the other."""
        return (self.list_page(None, IBAN, number) for number in range(1, -(-self.count // PAGE_SIZE) + 1))

    def make(self, line: int) -> dict[str, Any]:
        """A line as the provider lists it (contract 6.2)."""
        is_changed = line % 100 < self.changed
        return {
            "id": line,
            "iban": IBAN,
            "amount": f"{line % 9000 + is_changed}.{line % 100:02}",
            "currency": "EUR",
            "direction": "debit" if line % 7 == 0 else "credit",
            "concept": f"{'CORRECTED ' if is_changed else ''}TRANSFER {line:08} REF 12{line % 100_000:05}",
            "counterparty_name": f"ORTEGA RUIZ LENA {line % 5000}",
            "counterparty_iban": f"ES79210008136101{line % 100_000_000:08}",
            "booked_at": f"2026-{line % 12 + 1:02}-{line % 28 + 1:02}T{line % 24:02}:{line % 60:02}:00.000000Z",
            "reconciled": False,
            "payment_id": None,
        }


def mirror(lines: Lines) -> Resource:
    """The product's own resource for bank lines, reading these."""
    resources.unregister(NAME)
    resource = replace(
        BANK_TRANSACTIONS,
        name=NAME,
        list_page=lines.list_page,
        partitions=lambda: [IBAN],
        depends_on=(),
    )
    resources.register(resource)
    return resource

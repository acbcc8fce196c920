"""Lines without an id of the provider's: told apart by counting those that are alike (contract 6.2).

Which of two equal lines is counted first does not matter: n equal lines get the same n keys whatever the order.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.pages import Page
from backoffice.cryptopocket.resources import find_raw
from backoffice.provider import get_catalogue

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")


class LineWithoutId(dict[str, Any]):
    """A line as received, with how many lines equal to it came before. Only what was received is its content."""

    def __init__(self, line: Mapping[str, Any], *, occurrence: int) -> None:
        """Keep the line; `occurrence` is 0 for the first of several equal lines."""
        super().__init__(line)
        self.occurrence = occurrence


def occurrence_of(line: Mapping[str, Any]) -> int:
    """How many lines equal to this one came before it."""
    return line.occurrence if isinstance(line, LineWithoutId) else 0


def list_lines(client: CryptoPocketClient, iban: str, number: int) -> Page:
    """Return one page of an account's lines; those without an id know which of several equal ones they are."""
    page = client.list_bank_transactions(iban=iban, page=number)
    if all(map(_has_id, page.items)):
        return page
    counted = _count_before(client, iban, page)
    return msgspec.structs.replace(page, items=[_number(item, counted) for item in page.items])


def _count_before(client: CryptoPocketClient, iban: str, page: Page) -> Counter[bytes]:
    """Count the lines on the pages before that can equal one here: equal lines have one date and stand together."""
    counted: Counter[bytes] = Counter()
    number, first = page.number - 1, page.items[0]
    while number >= 1:
        before = client.list_bank_transactions(iban=iban, page=number)
        counted.update(_encoder.encode(item) for item in before.items if not _has_id(item))
        if not before.items or _date_of(before.items[0]) != _date_of(first):
            break
        number -= 1
    return counted


def _number(item: Any, counted: Counter[bytes]) -> Any:
    if _has_id(item):
        return item
    key = _encoder.encode(item)
    counted[key] += 1
    return LineWithoutId(item, occurrence=counted[key] - 1)


def _has_id(item: Any) -> bool:
    """Tell whether an item has an id; what is no object is left to the engine's quarantine."""
    return not isinstance(item, Mapping) or _field(item, "id") is not None


def _date_of(item: Any) -> Any:
    return _field(item, "booked_at") if isinstance(item, Mapping) else None


def _field(item: Mapping[str, Any], field: str) -> Any:
    return find_raw(item, get_catalogue()["list_bank_transactions"].fields[field])

"""Cents or whole units: checked with one payment before a list is trusted (contract 4.6)."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.errors import NotFound, UnitMismatch, UnreadableItem
from backoffice.cryptopocket.pages import Page
from backoffice.cryptopocket.resources import PaymentResource, ensure_same_units, find_raw, parse_payment

MOST_TRIES = 3
"""A payment of the list can be gone when it is read alone; then another one is tried, so often at most."""


def check_units(client: CryptoPocketClient, page: Page) -> None:
    """Read one payment of a page alone and compare the two amounts.

    Only an amount other than zero tells the units apart; a page without one is taken as it is.
    Raises UnitMismatch, and the client's errors when the payment cannot be read.
    """
    for listed in [*_readable(client, page.items)][:MOST_TRIES]:
        read = _read_alone(client, listed.id)
        if read is not None:
            ensure_same_units(listed=listed, read=read)
            return
    _check_fractions(client, page.items)


def _readable(client: CryptoPocketClient, items: list[Any]) -> Iterator[PaymentResource]:
    """Yield the payments of a page that can be read and have an amount other than zero."""
    for item in items:
        try:
            listed = parse_payment(item, catalogue=client.catalogue, endpoint="list_payments")
        except UnreadableItem:
            continue  # the engine quarantines it, with the reason, when its turn comes
        if listed.fiat_amount:
            yield listed


def _read_alone(client: CryptoPocketClient, payment_id: str) -> PaymentResource | None:
    try:
        return client.get_payment(payment_id=payment_id).parse()
    except (NotFound, UnreadableItem):
        return None


def _check_fractions(client: CryptoPocketClient, items: list[Any]) -> None:
    """Look at amounts that are no cents because they have a fraction, where no other payment could be compared."""
    for item in items[:MOST_TRIES]:
        payment_id, raw = _raw_amount(client, item)
        read = _read_alone(client, payment_id) if payment_id and raw is not None else None
        if read is not None and read.fiat_amount == raw:
            text = _(
                "payment %(id)s is %(listed)s in the list and %(read)s whole units when read alone, so the list is "
                "not in cents. Set fiat_unit of list_payments in the override file."
            )
            raise UnitMismatch(text % {"id": payment_id, "listed": raw, "read": read.fiat_amount})


def _raw_amount(client: CryptoPocketClient, item: Any) -> tuple[str, Decimal | None]:
    if not isinstance(item, dict):
        return "", None
    fields = client.catalogue["list_payments"].fields
    try:
        amount = Decimal(str(find_raw(item, fields["fiat_amount"])))
    except InvalidOperation:
        return "", None
    return str(find_raw(item, fields["id"]) or ""), amount if amount.is_finite() and amount else None

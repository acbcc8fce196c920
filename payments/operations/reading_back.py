"""Was it created? What the provider's lists say when the answer to a creation was lost (contract 4.6, 5.4).

A match counts only where nothing else can have made it, and its absence only where the newest end of the list was
read back to before the request: anything less is for a person to decide.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from msgspec import UNSET

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.cryptopocket.pages import FetchPage, Page, iterate_pages_from_newest
from backoffice.cryptopocket.resources import OffRampResource, PaymentResource, parse_off_ramp, parse_payment
from backoffice.operations.kinds import CannotTell, Done, NotDone, ReadBack
from backoffice.operations.models import Operation
from payments.columns import is_newest_first
from payments.models import OffRamp, OffRampInstructions, Payment, PaymentInstructions

MOST_PAGES = 20
"""Pages read from the newest end before it is left to a person."""

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far the provider's clock may be from ours."""

Parsed = PaymentResource | OffRampResource


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """An item of a list that can be the outcome: its id, the item as received, and when its page was asked for."""

    remote_id: str
    payload: dict[str, Any]
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was found, and whether everything that is newer than the request was read and could be judged."""

    found: list[Sighting]
    is_conclusive: bool


def find_payment(operation: Operation, client: CryptoPocketClient) -> ReadBack:
    """Look for the payment that the operation asked for, by its external id. `Done` carries a `Sighting`."""
    wanted = operation.request["external_id"]

    def matches(parsed: Any) -> bool | None:
        return None if parsed.external_id is UNSET else parsed.external_id == wanted

    def parse(item: Any) -> PaymentResource:
        return parse_payment(item, catalogue=client.catalogue, endpoint="list_payments")

    def fetch_filtered(number: int) -> Page:
        return client.list_payments(page=number, external_id=wanted)

    # The filter is a guess: what it finds is checked, and what it does not find proves nothing.
    search = _search(
        [fetch_filtered(1)], "list_payments", parse=parse, matches=matches, possible_since=operation.can_be_done_since
    )
    found = _new_payments(search.found, operation)
    if found:
        return _judge(found, is_conclusive=True)
    pages = _newest_pages(lambda number: client.list_payments(page=number), "list_payments")
    search = _search(pages, "list_payments", parse=parse, matches=matches, possible_since=operation.can_be_done_since)
    found = _new_payments(search.found, operation)
    return _judge(found, is_conclusive=search.is_conclusive)


def find_off_ramp(operation: Operation, client: CryptoPocketClient) -> ReadBack:
    """Look for the off-ramp that the operation asked for: the customer's, of that coin, chain and amount.

    Off-ramps have no external id, so several alike cannot be told apart. `Done` carries a `Sighting`.
    """
    request = operation.request
    symbol, chain, amount = request["symbol"], request["blockchain"], Decimal(request["amount"])

    def matches(parsed: Any) -> bool | None:
        agreements = [
            _agree(parsed.customer_id, request["user_id"]),
            _agree(parsed.symbol, symbol),
            _agree(parsed.amount, amount),
            _agree(parsed.blockchain, chain) if chain else True,
        ]
        return False if False in agreements else None if None in agreements else True

    def parse(item: Any) -> OffRampResource:
        return parse_off_ramp(item, catalogue=client.catalogue, endpoint="list_off_ramps")

    pages = _newest_pages(
        lambda number: client.list_off_ramps(page=number, user_id=request["user_id"]), "list_off_ramps"
    )
    search = _search(pages, "list_off_ramps", parse=parse, matches=matches, possible_since=operation.can_be_done_since)
    found = _leave_out_known(
        search.found, operation, OffRamp.objects.all(), OffRampInstructions.objects.all(), "off_ramp_id"
    )
    return _judge(found, is_conclusive=search.is_conclusive)


def _new_payments(found: list[Sighting], operation: Operation) -> list[Sighting]:
    return _leave_out_known(found, operation, Payment.objects.all(), PaymentInstructions.objects.all(), "payment_id")


def _judge(found: list[Sighting], *, is_conclusive: bool) -> ReadBack:
    if len(found) > 1:
        ids = ", ".join(sighting.remote_id for sighting in found)
        return CannotTell(
            reason=_("Several at the provider can be it: %(ids)s. Look at them there, and decide.") % {"ids": ids}
        )
    if not is_conclusive:
        return CannotTell(reason=_("The provider's list could not be read far enough, or does not say enough."))
    return Done(answer=found[0]) if found else NotDone()


def _newest_pages(fetch: FetchPage, endpoint: str) -> Iterator[Page]:
    return islice(iterate_pages_from_newest(fetch, newest_first=is_newest_first(endpoint)()), MOST_PAGES)


def _search(
    pages: Any,
    endpoint: str,
    *,
    parse: Callable[[Any], Parsed],
    matches: Callable[[Any], bool | None],
    possible_since: datetime,
) -> Search:
    """Read pages until one has an item that is older than the request; `matches` says None where it cannot say."""
    found: list[Sighting] = []
    can_be_judged, newest_first = True, is_newest_first(endpoint)()
    for page in pages:
        reached_older = False
        for item in page.items:
            parsed = _parse_or_none(parse, item)
            created_at = parsed.created_at if parsed is not None else None
            if isinstance(created_at, datetime) and created_at < possible_since - CLOCKS_DIFFER:
                reached_older = True
                continue
            verdict = None if parsed is None else matches(parsed)
            if verdict and parsed is not None:
                found.append(Sighting(remote_id=parsed.id, payload=item, read_at=page.read_at))
            can_be_judged = can_be_judged and verdict is not None
        begins_at_the_newest = newest_first or page.last_page is not None
        if (reached_older and begins_at_the_newest) or _is_end(page, newest_first=newest_first):
            return Search(found=found, is_conclusive=can_be_judged)
    return Search(found=found, is_conclusive=False)


def _is_end(page: Page, *, newest_first: bool) -> bool:
    """Whether nothing is left to read: a list that has its newest items at the end is read from there to page 1."""
    walks_back = not newest_first and page.last_page is not None
    return page.number == 1 if walks_back else page.is_last


def _parse_or_none(parse: Callable[[Any], Parsed], item: Any) -> Parsed | None:
    try:
        return parse(item)
    except UnreadableItem:
        return None


def _leave_out_known(
    found: list[Sighting], operation: Operation, mirrored: QuerySet[Any], created_here: QuerySet[Any], column: str
) -> list[Sighting]:
    """Leave out what was here before this was sent, and what another operation has created."""
    ids = [sighting.remote_id for sighting in found]
    before = mirrored.filter(remote_id__in=ids, first_seen_at__lt=operation.can_be_done_since)
    others = created_here.filter(**{f"{column}__in": ids}).exclude(operation=operation)
    known = {*before.values_list("remote_id", flat=True), *others.values_list(column, flat=True)}
    unique = {sighting.remote_id: sighting for sighting in found if sighting.remote_id not in known}
    return list(unique.values())


def _agree(told: Any, wanted: Any) -> bool | None:
    """Whether a field says what is wanted; None where it says nothing."""
    if told is UNSET or told is None:
        return None
    return bool(str(told).casefold() == str(wanted).casefold() if isinstance(wanted, str) else told == wanted)

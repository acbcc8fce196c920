"""Pages of a list: read in whichever layout they come, walked without going in circles (contract 1.5)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint, PageLayout
from backoffice.cryptopocket.errors import PaginationError, UnreadableAnswer

FetchPage = Callable[[int], "Page"]
"""Fetches the page of that number, e.g. `lambda number: client.list_customers(page=number)`."""

_NOTHING_MORE = (False, 0, "false", "0")
_MORE = (True, 1, "true", "1")
_FINGERPRINT = msgspec.json.Encoder(decimal_format="number", order="deterministic")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list.

    number: as the answer says, else as asked for. items: as received, unparsed, so that one that does not
    parse harms no other. total, last_page: None when the answer does not say. read_at: when the request
    began. size_bytes: of the answer's body, decompressed.
    """

    number: int
    items: list[Any]
    total: int | None
    last_page: int | None
    read_at: datetime
    size_bytes: int

    def __repr__(self) -> str:
        """Return number and count; items are personal data."""
        return f"<Page {self.number} of {self.last_page or '?'}, {len(self.items)} items>"

    @property
    def is_last(self) -> bool:
        """Whether nothing follows: the page is empty, or the answer says that it is the last."""
        return not self.items or (self.last_page is not None and self.number >= self.last_page)


def read_page(
    document: dict[str, Any],
    *,
    endpoint: Endpoint,
    catalogue: Catalogue,
    asked: int,
    read_at: datetime,
    size_bytes: int,
) -> Page:
    """Return the page in `document`. Raises UnreadableAnswer when it holds no list of items, or is not the only one."""
    if endpoint.pagination:
        shift = 1 - endpoint.pagination.first_page
        for layout in endpoint.pagination.layouts:
            items, number = dig(document, layout.items), _read_current(document, layout, asked=asked, shift=shift)
            if isinstance(items, list) and number is not None:
                return Page(
                    number=number,
                    items=items,
                    total=_read_number(dig(document, layout.total)) if layout.total else None,
                    last_page=_read_last_page(document, layout, number=number, shift=shift),
                    read_at=read_at,
                    size_bytes=size_bytes,
                )
    return Page(
        number=asked,
        items=_find_items(document, endpoint, catalogue),
        total=None,
        last_page=None if endpoint.pagination else asked,
        read_at=read_at,
        size_bytes=size_bytes,
    )


def _find_items(document: dict[str, Any], endpoint: Endpoint, catalogue: Catalogue) -> list[Any]:
    places = (dig(document, place) for place in endpoint.object_locations)
    items = next((place for place in places if isinstance(place, list)), None)
    if items is None:
        raise UnreadableAnswer(
            "the answer holds no list of items in any known layout", endpoint=endpoint.name, only_read=True
        )
    if endpoint.pagination is None and _has_more(document, catalogue):
        raise UnreadableAnswer(
            "the answer is one page of several, but the contract says that this list has no pages: "
            "set its pagination in the override file",
            endpoint=endpoint.name,
            only_read=True,
        )
    return items


def _has_more(document: dict[str, Any], catalogue: Catalogue) -> bool:
    """Whether the answer says that another page follows, in the way of any list of the contract."""
    paginations = {endpoint.pagination for endpoint in catalogue.endpoints.values() if endpoint.pagination}
    return any(
        _says_more(document, layout, first_page=pagination.first_page)
        for pagination in paginations
        for layout in pagination.layouts
    )


def _says_more(document: dict[str, Any], layout: PageLayout, *, first_page: int) -> bool:
    last = _read_last_page(document, layout, number=1, shift=1 - first_page)
    following = dig(document, layout.next_url) if layout.next_url else ""
    flag = dig(document, layout.more) if layout.more else False
    return (last or 1) > 1 or (isinstance(following, str) and bool(following)) or flag in _MORE


def _read_current(document: dict[str, Any], layout: PageLayout, *, asked: int, shift: int) -> int | None:
    """Return the page's number, from 1; the one asked for where the layout does not say."""
    if not layout.current_page:
        return asked
    number = _read_number(dig(document, layout.current_page))
    return None if number is None else number + shift


def _read_last_page(document: dict[str, Any], layout: PageLayout, *, number: int, shift: int) -> int | None:
    """Return the last page's number, from 1; a paginator without one says by a link or a flag that nothing follows."""
    last = _read_number(dig(document, layout.last_page)) if layout.last_page else None
    if last is not None:
        return last + shift
    count = _read_number(dig(document, layout.page_count)) if layout.page_count else None
    if count is not None:
        return count
    ends_by_link = bool(layout.next_url) and dig(document, layout.next_url) is None
    ends_by_flag = bool(layout.more) and dig(document, layout.more) in _NOTHING_MORE
    return number if ends_by_link or ends_by_flag else None


def _read_number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if type(value) is int and 0 <= value < 10**9 else None


def iterate_pages(fetch: FetchPage, *, start: int = 1) -> Iterator[Page]:
    """Yield pages from `start` to the end, the last and perhaps empty one included.

    Stops on an empty page or when the number reaches the last page, whichever comes first.
    Raises PaginationError when an answer's page number is not the one asked for, or a page has the same
    items as an earlier one.
    """
    seen: set[int] = set()
    asked = start
    while True:
        page = fetch(asked)
        _ensure_progress(page, asked=asked, seen=seen)
        yield page
        if page.is_last:
            return
        asked += 1


def iterate_pages_from_newest(fetch: FetchPage, *, newest_first: bool, start: int = 1) -> Iterator[Page]:
    """Yield pages beginning at the newest end; `newest_first` comes from the endpoint's pagination.

    Where the newest end is the last page, the first page is read to learn which one that is, and comes last
    as it was read then. Where no last page is told, the newest end cannot be reached but by reading
    everything, so the pages come in their own order.
    """
    if newest_first:
        yield from iterate_pages(fetch, start=start)
        return
    first = fetch(start)
    _ensure_progress(first, asked=start, seen=set())
    if first.last_page is None:
        yield from iterate_pages(_reuse(first, fetch), start=start)
        return
    yield from _walk_back(fetch, first=first, start=start)


def _walk_back(fetch: FetchPage, *, first: Page, start: int) -> Iterator[Page]:
    """Yield the pages from the last to the first; one that was added meanwhile is taken along."""
    newest = first
    last = first.last_page or start
    while last > newest.number:
        newest = _fetch_one(fetch, last, seen=set())
        last = max(last, newest.last_page or last)
    seen: set[int] = set()
    for number in range(newest.number, start, -1):
        page = newest if number == newest.number else fetch(number)
        _ensure_progress(page, asked=number, seen=seen)
        yield page
    _ensure_progress(first, asked=start, seen=seen)
    yield first


def _fetch_one(fetch: FetchPage, number: int, *, seen: set[int]) -> Page:
    page = fetch(number)
    _ensure_progress(page, asked=number, seen=seen)
    return page


def _reuse(first: Page, fetch: FetchPage) -> FetchPage:
    return lambda number: first if number == first.number else fetch(number)


def _ensure_progress(page: Page, *, asked: int, seen: set[int]) -> None:
    if page.number != asked:
        raise PaginationError(f"page {asked} was asked for and page {page.number} came: the page number does not move")
    if not page.items:
        return
    fingerprint = hash(_FINGERPRINT.encode(page.items))
    if fingerprint in seen:
        raise PaginationError(f"page {asked} has the same items as a page before it: the list repeats itself")
    seen.add(fingerprint)

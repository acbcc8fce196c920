"""Lists in pages: three layouts, one reading; and no going in circles (contract 1.5)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from backoffice.cryptopocket import CryptoPocketClient, Page, iterate_pages, iterate_pages_from_newest, load_catalogue
from backoffice.cryptopocket.endpoints import PageLayout, Pagination
from backoffice.cryptopocket.errors import PaginationError, UnreadableAnswer
from tests.cryptopocket.conftest import MakeClient, PatientClock
from tests.cryptopocket.scripted import Reply, ScriptedProvider

LENA, MARTA = {"id": 4711, "name": "Lena"}, {"id": 4712, "name": "Marta"}


def make_page(number: int, items: list[Any], last_page: int | None = None) -> Page:
    """Return a page as a fetch would."""
    return Page(number=number, items=items, total=None, last_page=last_page, read_at=datetime.now(UTC), size_bytes=0)


def serve(pages: list[list[Any]], *, tell_last: bool = True) -> Callable[[int], Page]:
    """Return a fetch over these pages; beyond them come empty ones."""
    last = len(pages) if tell_last else None

    def fetch(number: int) -> Page:
        return make_page(number, pages[number - 1] if number <= len(pages) else [], last)

    return fetch


@pytest.mark.parametrize(
    "answer",
    [
        {
            "status": "ok",
            "data": [LENA, MARTA],
            "pagination": {"current_page": 2, "per_page": 2, "total": 123, "last_page": 62},
        },
        {"status": "ok", "data": {"data": [LENA, MARTA], "current_page": 2, "last_page": 62, "total": 123}},
        {"status": "ok", "data": [LENA, MARTA], "current_page": 2, "last_page": 62, "total": 123},
        {"data": [LENA, MARTA], "current_page": 2, "last_page": 62, "total": 123},
        {"data": [LENA, MARTA], "meta": {"current_page": "2", "last_page": "62", "total": "123"}},
    ],
)
def test_every_layout_of_a_page_is_read_alike(
    provider: ScriptedProvider, client: CryptoPocketClient, answer: Any
) -> None:
    provider.answer(answer)

    page = client.list_customers(page=2, per_page=2)

    assert (page.number, page.items, page.total, page.last_page) == (2, [LENA, MARTA], 123, 62)
    assert provider.calls[0].path == "/api/customers/list?page=2&per_page=2"


@pytest.mark.parametrize(("following", "is_last"), [(None, True), ("https://x.example?page=2", False)])
def test_a_paginator_without_totals_ends_where_nothing_follows(
    provider: ScriptedProvider, client: CryptoPocketClient, following: str | None, is_last: bool
) -> None:
    provider.answer({"status": "ok", "data": {"data": [LENA], "current_page": 1, "next_page_url": following}})

    assert client.list_customers().is_last is is_last


def test_a_page_says_when_its_request_began_and_how_large_it_was(
    provider: ScriptedProvider, client: CryptoPocketClient, clock: PatientClock
) -> None:
    provider.answer(Reply(b'{"status": "ok", "data": []}'))

    page = client.list_customers()

    assert page.read_at == clock.now()
    assert page.size_bytes == 28


def test_numbers_with_a_point_in_a_page_are_never_floats(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    from decimal import Decimal

    provider.answer(Reply(b'{"status": "ok", "data": [{"id": "x", "coin_amount": 0.1}]}'))

    amount = client.list_payments().items[0]["coin_amount"]

    assert (type(amount), amount) == (Decimal, Decimal("0.1"))


def test_bad_items_do_not_keep_the_page_from_being_read(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "ok", "data": [LENA, None, "abc", 5, {}]})

    assert len(client.list_customers().items) == 5


@pytest.mark.parametrize("data", [None, "none", {"items": []}, 5])
def test_an_answer_without_a_list_is_not_taken_for_an_empty_one(
    provider: ScriptedProvider, client: CryptoPocketClient, data: Any
) -> None:
    provider.answer({"status": "ok", "data": data})

    with pytest.raises(UnreadableAnswer, match="no list"):
        client.list_customers()


def test_the_page_size_stays_below_what_the_provider_allows(
    provider: ScriptedProvider, make_client: MakeClient
) -> None:
    client = make_client(provider.base_url, page_size=10_000)

    client.list_customers()

    assert provider.calls[0].path.endswith("per_page=500")


def test_a_list_without_pages_sends_no_page_parameters(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "ok", "data": [{"iban": "ES00"}]})

    page = client.list_bank_accounts()

    assert provider.calls[0].path == "/api/banking/accounts"
    assert page.is_last


ACCOUNTS = {"status": "ok", "data": [{"iban": "ES00"}]}


@pytest.mark.parametrize(
    "around",
    [
        {"pagination": {"last_page": 2}},
        {"last_page": 2},
        {"meta": {"last_page": "2"}},
        {"links": {"next": "https://provider.example/api/banking/accounts?page=2"}},
        {"next_page_url": "https://provider.example/api/banking/accounts?page=2"},
    ],
)
def test_a_list_that_turns_out_to_have_pages_is_not_read_by_its_first_one_only(
    provider: ScriptedProvider, client: CryptoPocketClient, around: dict[str, Any]
) -> None:
    provider.answer({**ACCOUNTS, **around})

    with pytest.raises(UnreadableAnswer, match="set its pagination"):
        client.list_bank_accounts()


@pytest.mark.parametrize(
    "around",
    [
        {"pagination": {"last_page": 1}},
        {"last_page": 0},
        {"last_page": None, "next_page_url": None},
        {"links": {"next": ""}},
        {"total": 5_000},
        {"hay_mas": True},
    ],
)
def test_a_list_whose_answer_holds_everything_is_read(
    provider: ScriptedProvider, client: CryptoPocketClient, around: dict[str, Any]
) -> None:
    provider.answer({**ACCOUNTS, **around})

    assert len(client.list_bank_accounts().items) == 1


@pytest.mark.parametrize(
    ("layout", "around", "has_more"),
    [
        ({"more": "hay_mas"}, {"hay_mas": True}, True),
        ({"more": "hay_mas"}, {"hay_mas": 1}, True),
        ({"more": "hay_mas"}, {"hay_mas": False}, False),
        ({"page_count": "hojas"}, {"hojas": 3}, True),
        ({"page_count": "hojas"}, {"hojas": 1}, False),
        ({"last_page": "ultima"}, {"ultima": 1}, True),
        ({"last_page": "ultima"}, {"ultima": 0}, False),
        ({"last_page": "ultima"}, {"pagination": {"last_page": 2}}, False),
    ],
)
def test_whether_more_follows_is_read_where_the_contract_file_says(
    provider: ScriptedProvider,
    make_client: MakeClient,
    layout: dict[str, str],
    around: dict[str, Any],
    has_more: bool,
) -> None:
    catalogue = load_catalogue()
    pages = Pagination(layouts=(PageLayout(items="lista", **layout),), first_page=0)
    calls = {name: replace(call, pagination=call.pagination and pages) for name, call in catalogue.endpoints.items()}
    client = make_client(provider.base_url, catalogue=replace(catalogue, endpoints=calls))
    provider.answer({**ACCOUNTS, **around})

    if has_more:
        with pytest.raises(UnreadableAnswer, match="set its pagination"):
            client.list_bank_accounts()
    else:
        assert len(client.list_bank_accounts().items) == 1


def test_pages_are_walked_to_the_last() -> None:
    pages = list(iterate_pages(serve([[LENA], [MARTA], [{"id": 3}]])))

    assert [page.number for page in pages] == [1, 2, 3]


def test_pages_are_walked_to_an_empty_one_where_no_last_is_told() -> None:
    pages = list(iterate_pages(serve([[LENA], [MARTA]], tell_last=False)))

    assert [len(page.items) for page in pages] == [1, 1, 0]


def test_an_empty_list_is_one_empty_page() -> None:
    assert [page.items for page in iterate_pages(serve([]))] == [[]]


def test_walking_can_begin_in_the_middle() -> None:
    assert [page.number for page in iterate_pages(serve([[LENA], [MARTA], [{}]]), start=2)] == [2, 3]


def test_a_page_that_repeats_the_one_before_ends_with_an_error_not_a_loop() -> None:
    with pytest.raises(PaginationError, match="repeats itself"):
        list(iterate_pages(lambda number: make_page(number, [LENA])))


def test_two_pages_that_come_in_turns_end_with_an_error_too() -> None:
    with pytest.raises(PaginationError, match="repeats itself"):
        list(iterate_pages(lambda number: make_page(number, [LENA] if number % 2 else [MARTA])))


def test_a_page_number_that_does_not_move_ends_with_an_error_not_a_loop() -> None:
    with pytest.raises(PaginationError, match="does not move"):
        list(iterate_pages(lambda number: make_page(1, [{"id": number}])))


def test_the_newest_end_comes_first_where_it_is_the_first_page() -> None:
    pages = iterate_pages_from_newest(serve([[LENA], [MARTA]]), newest_first=True)

    assert [page.number for page in pages] == [1, 2]


def test_the_newest_end_comes_first_where_it_is_the_last_page() -> None:
    pages = iterate_pages_from_newest(serve([[LENA], [MARTA], [{"id": 3}]]), newest_first=False)

    assert [page.number for page in pages] == [3, 2, 1]


def test_a_page_added_while_walking_back_is_taken_along() -> None:
    growing = [[LENA], [MARTA]]
    asked: list[int] = []

    def fetch(number: int) -> Page:
        asked.append(number)
        page = serve(growing)(number)
        if len(asked) == 1:
            growing.append([{"id": 3}])
        return page

    pages = iterate_pages_from_newest(fetch, newest_first=False)

    assert [page.number for page in pages] == [3, 2, 1]


def test_a_list_that_tells_no_last_page_is_walked_in_its_own_order() -> None:
    pages = iterate_pages_from_newest(serve([[LENA], [MARTA]], tell_last=False), newest_first=False)

    assert [page.number for page in pages] == [1, 2, 3]


def test_a_single_page_is_read_once_from_either_end() -> None:
    asked: list[int] = []

    def fetch(number: int) -> Page:
        asked.append(number)
        return serve([[LENA]])(number)

    assert len(list(iterate_pages_from_newest(fetch, newest_first=False))) == 1
    assert asked == [1]

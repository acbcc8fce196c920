"""Pages, layouts and filters; contract 1.5, 4.6 and 6.2."""

from __future__ import annotations

import requests

from backoffice.sandbox import Sandbox, start_sandbox
from tests.sandbox.conftest import Caller, StartCaller

LISTS = ("/customers/list", "/payments/list", "/rampoff/list")


def read(sandbox: Sandbox, path: str) -> requests.Response:
    """Read a path with a token of its own; the answer is not checked."""
    keys = {"api_key": "pk_demo_1", "api_secret": "sk_demo_1"}
    token = requests.post(f"{sandbox.base_url}/authenticate", json=keys, timeout=10).json()["data"]["token"]
    return requests.get(sandbox.base_url + path, headers={"auth": token}, timeout=10)


def test_a_list_is_cut_into_pages_newest_first(caller: Caller) -> None:
    lists = (*LISTS, f"/banking/accounts/{caller.iban()}/transactions")
    for path in lists:
        pages = []
        for number in (1, 2, 3):
            answer = caller.get(path, page=number, per_page=7).json()
            assert answer["pagination"]["current_page"] == number
            pages += answer["data"]
        times = [row.get("created_at") or row["booked_at"] for row in pages]
        assert times == sorted(times, reverse=True)
        assert len({row["id"] for row in pages}) == len(pages) > 14


def test_the_pages_of_a_list_hold_every_row_once(caller: Caller) -> None:
    for path, total in zip(LISTS, (50, 100, 20), strict=True):
        found = []
        for number in range(1, -(-total // 7) + 1):
            page = caller.get(path, page=number, per_page=7).json()
            assert page["pagination"] == {
                "current_page": number, "per_page": 7, "total": total, "last_page": -(-total // 7),
            }  # fmt: skip
            found += [row["id"] for row in page["data"]]
        assert len(set(found)) == len(found) == total


def test_behind_the_last_page_there_is_an_empty_one(caller: Caller) -> None:
    answer = caller.get("/payments/list", page=99).json()
    assert answer["data"] == []
    assert answer["pagination"]["current_page"] == 99
    assert answer["pagination"]["last_page"] == 2


def test_an_empty_list_has_one_empty_page(empty: Caller) -> None:
    answer = empty.get("/customers/list").json()
    assert answer == {
        "status": "ok", "data": [],
        "pagination": {"current_page": 1, "per_page": 50, "total": 0, "last_page": 1},
    }  # fmt: skip


def test_a_page_holds_500_rows_at_most(start_caller: StartCaller) -> None:
    caller = start_caller(customers=600)
    answer = caller.get("/customers/list", per_page=10_000).json()
    assert len(answer["data"]) == answer["pagination"]["per_page"] == 500


def test_a_page_number_that_is_none_counts_as_not_given(caller: Caller) -> None:
    answer = caller.get("/customers/list", page="abc", per_page="-3", wrong=True).json()
    assert (answer["pagination"]["current_page"], answer["pagination"]["per_page"]) == (1, 50)


def test_laravels_paginator_can_stand_inside_data_or_at_the_top() -> None:
    for layout in ("laravel-data", "laravel-top"):
        with start_sandbox(page_layout=layout) as sandbox:
            answer = read(sandbox, "/customers/list?per_page=20&page=2").json()
            paginator = answer["data"] if layout == "laravel-data" else answer
            assert answer["status"] == "ok"
            assert len(paginator["data"]) == 20
            assert (paginator["current_page"], paginator["last_page"], paginator["total"]) == (2, 3, 50)
            assert paginator["next_page_url"] is not None
            last = read(sandbox, "/customers/list?per_page=20&page=3").json()
            assert (last["data"] if layout == "laravel-data" else last)["next_page_url"] is None


def test_payments_are_filtered_by_status_customer_and_reference(caller: Caller) -> None:
    rows = caller.list("/payments/list")
    sample = next(row for row in rows if row["external_id"])
    for field in ("status", "user_id", "external_id"):
        expected = [row for row in rows if row[field] == sample[field]]
        assert caller.list("/payments/list", **{field: sample[field]}) == expected
    both = [row for row in rows if (row["status"], row["user_id"]) == (sample["status"], sample["user_id"])]
    assert caller.list("/payments/list", status=sample["status"], user_id=sample["user_id"]) == both
    assert caller.list("/payments/list", status="unheard_of") == []


def test_filters_see_what_was_changed_and_created_since(caller: Caller) -> None:
    control = caller.sandbox.control
    before = len(caller.list("/payments/list", status="coins_sent"))
    payment = caller.list("/payments/list", status="pending_bank")[0]
    control.change_payment(payment["id"], status="coins_sent", external_id="mine", user_id="7")
    created = control.add_payment(status="coins_sent", external_id="mine", user_id="7")
    assert len(caller.list("/payments/list", status="coins_sent")) == before + 2
    expected = [created["id"], payment["id"]]
    assert [row["id"] for row in caller.list("/payments/list", external_id="mine")] == expected
    assert [row["id"] for row in caller.list("/payments/list", user_id="7")] == expected


def test_payments_and_bank_lines_are_filtered_by_day_both_ends_included(caller: Caller) -> None:
    caller.sandbox.control.add_payment()
    caller.sandbox.control.add_bank_transaction()
    lines = f"/banking/accounts/{caller.iban()}/transactions"
    for path, field in (("/payments/list", "created_at"), (lines, "booked_at")):
        rows = caller.list(path)
        days = sorted({row[field][:10] for row in rows})
        start, end = days[3], days[-3]
        expected = [row for row in rows if start <= row[field][:10] <= end]
        assert caller.list(path, date_from=start, date_to=end) == expected
        assert 0 < len(expected) < len(rows)
        assert caller.list(path, date_from=days[-1]) == [row for row in rows if row[field][:10] == days[-1]]
        assert caller.list(path, date_from=end, date_to=start) == []


def test_sales_are_filtered_by_status_and_customer(caller: Caller) -> None:
    rows = caller.list("/rampoff/list")
    for field in ("status", "user_id"):
        value = rows[0][field]
        assert caller.list("/rampoff/list", **{field: value}) == [row for row in rows if row[field] == value]


def test_fields_that_no_page_documents_can_be_left_out(start_caller: StartCaller) -> None:
    caller = start_caller(inferred_fields=False)
    caller.sandbox.control.add_payment()
    caller.sandbox.control.add_offramp()
    for path, fields in zip(
        LISTS, ({"type", "company_name", "phone"}, {"concept", "payment_type"}, {"user_id", "created_at"}), strict=True
    ):
        for row in caller.list(path):
            assert not fields & row.keys()
    assert "concept" not in caller.get(f"/payment/{caller.list('/payments/list')[0]['id']}").json()["data"]

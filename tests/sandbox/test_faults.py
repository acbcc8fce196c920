"""What can be made to go wrong."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Caller, StartCaller

LENA = {"name": "Lena", "email": "lena@example.org"}


def raw(caller: Caller, path: str, **query: Any) -> requests.Response:
    """Read something without holding the answer against the contract."""
    return caller.session.get(caller.sandbox.base_url + path, params=query, timeout=10)


def register(caller: Caller) -> requests.Response:
    """Register Lena without holding the answer against the contract."""
    return caller.session.post(caller.sandbox.base_url + "/registerUser", json=LENA, timeout=10)


def lenas(caller: Caller) -> int:
    """How many Lenas there are."""
    return len(caller.sandbox.control.customers_with_email("lena@example.org"))


@pytest.mark.parametrize(("kind", "work_done"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_leaves_the_work_undone_or_done(empty: Caller, kind: str, work_done: int) -> None:
    empty.sandbox.control.fault(kind, "createCustomer")
    with pytest.raises(requests.ConnectionError):
        register(empty)
    assert lenas(empty) == work_done
    (request,) = empty.sandbox.control.requests("createCustomer")
    assert (request.worked, request.answered) == (bool(work_done), None)


@pytest.mark.parametrize(("kind", "work_done"), [("error_500", 0), ("error_500_after", 1)])
def test_an_http_500_says_nothing_about_the_work(empty: Caller, kind: str, work_done: int) -> None:
    empty.sandbox.control.fault(kind, "createCustomer")
    assert register(empty).status_code == 500
    assert lenas(empty) == work_done


def test_another_status_of_a_broken_server_can_be_asked_for(empty: Caller) -> None:
    empty.sandbox.control.fault("error_500", status=503)
    assert raw(empty, "/customers/list").status_code == 503


def test_too_many_requests_say_when_to_come_back(empty: Caller) -> None:
    empty.sandbox.control.fault("too_many_requests", seconds=7, count=2)
    answers = [raw(empty, "/customers/list") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_a_cut_body_is_shorter_than_its_length_says(empty: Caller) -> None:
    empty.sandbox.control.fault("cut_body", "createCustomer")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        register(empty)
    assert lenas(empty) == 1


def test_html_and_nonsense_come_with_http_200_and_the_work_is_done(empty: Caller) -> None:
    empty.sandbox.control.fault("html_body")
    page = raw(empty, "/customers/list")
    assert (page.status_code, page.text[:15]) == (200, "<!DOCTYPE html>")
    assert page.headers["Content-Type"].startswith("text/html")
    empty.sandbox.control.fault("nonsense", "createCustomer")
    assert register(empty).json() == ["nonsense", 42]
    assert lenas(empty) == 1


def test_a_token_can_end_in_the_middle_of_a_list(caller: Caller) -> None:
    caller.sandbox.control.fault("expire_tokens", "listCustomers", skip=2)
    statuses = [caller.get("/customers/list", page=page).json()["status"] for page in (1, 2, 3, 4)]
    assert statuses == ["ok", "ok", "error", "error"]


def test_any_documented_code_can_be_answered_by_any_call(empty: Caller) -> None:
    empty.sandbox.control.fault("error_code", "createEnhancedVerificationLink", code="unexpected_error")
    answer = empty.post("/onboarding-form", {"user_id": 1})
    assert (answer.status_code, answer.json()) == (200, {"status": "error", "error": "unexpected_error"})


@pytest.mark.parametrize("after_work", [False, True])
def test_latency_passes_before_or_after_the_work(empty: Caller, after_work: bool) -> None:
    empty.sandbox.control.fault("latency", "createCustomer", milliseconds=80, after_work=after_work)
    begun = time.monotonic()
    assert register(empty).status_code == 200
    assert time.monotonic() - begun >= 0.08


@pytest.mark.parametrize("after_work", [False, True])
def test_a_call_can_be_held_before_or_after_its_work(empty: Caller, after_work: bool) -> None:
    control = empty.sandbox.control
    control.fault("hold", "createCustomer", after_work=after_work)
    caller = threading.Thread(target=register, args=(empty,))
    caller.start()
    assert control.wait_for_call("createCustomer")
    held = control.requests("createCustomer")[0]
    deadline = time.monotonic() + 5
    while after_work and not held.worked and time.monotonic() < deadline:
        time.sleep(0.005)
    assert (lenas(empty), held.answered) == (int(after_work), None)
    assert caller.is_alive()
    control.release()
    caller.join(timeout=5)
    assert lenas(empty) == 1


def test_a_row_arrives_between_two_pages(caller: Caller) -> None:
    accounts = f"/banking/accounts/{caller.iban()}/transactions"
    for operation, path, total in (
        ("listCustomers", "/customers/list", 50),
        ("listOnRampTransactions", "/payments/list", 100),
        ("listOffRampTransactions", "/rampoff/list", 20),
        ("listBankAccountTransactions", accounts, 40),
    ):
        caller.sandbox.control.fault("moving_total", operation)
        first, second, third = (caller.get(path, page=page, per_page=5).json() for page in (1, 2, 2))
        assert [page["pagination"]["total"] for page in (first, second, third)] == [total, total + 1, total + 1]
        assert second["data"][0]["id"] == first["data"][-1]["id"], "one row is seen twice"


@pytest.mark.parametrize(("field", "value"), [("id", None), ("fiat_amount", "abc"), ("created_at", "yesterday")])
def test_one_item_of_a_page_cannot_be_parsed(caller: Caller, field: str, value: Any) -> None:
    whole = raw(caller, "/payments/list").json()["data"]
    caller.sandbox.control.fault("bad_item", "listOnRampTransactions", field=field, value=value, item=3)
    spoiled = raw(caller, "/payments/list").json()["data"]
    assert spoiled[3].get(field) == value
    assert spoiled[3] != whole[3]
    assert spoiled[:3] + spoiled[4:] == whole[:3] + whole[4:]
    assert raw(caller, "/payments/list").json()["data"] == whole


def test_a_status_that_nobody_knows(caller: Caller) -> None:
    for operation, path, field in (
        ("listCustomers", "/customers/list", "kyc_status"),
        ("listOnRampTransactions", "/payments/list", "status"),
        ("listOffRampTransactions", "/rampoff/list", "status"),
    ):
        caller.sandbox.control.fault("unknown_status", operation, value="frozen_by_bank")
        assert raw(caller, path).json()["data"][0][field] == "frozen_by_bank"


def test_a_page_that_repeats_the_one_before(caller: Caller) -> None:
    caller.sandbox.control.fault("repeat_page", "listCustomers", skip=1)
    first, second = (caller.get("/customers/list", page=page, per_page=10).json() for page in (1, 2))
    assert second["data"] == first["data"]
    assert second["pagination"]["current_page"] == 2


def test_a_current_page_that_does_not_move(caller: Caller) -> None:
    caller.sandbox.control.fault("stuck_page", "listCustomers", count=None)
    pages = [caller.get("/customers/list", page=page, per_page=10).json() for page in (1, 2, 3)]
    assert [page["pagination"]["current_page"] for page in pages] == [1, 1, 1]
    assert pages[0]["data"] != pages[1]["data"]


def test_the_payment_list_can_be_in_another_unit_than_the_single_read(caller: Caller) -> None:
    caller.sandbox.control.fault("wrong_unit", "listOnRampTransactions", count=None)
    listed = caller.get("/payments/list").json()["data"][0]
    single = caller.get(f"/payment/{listed['id']}").json()["data"]
    assert listed["fiat_amount"] == single["fiat_amount"] // 100


def test_a_fault_of_one_call_leaves_the_others_alone_and_ends_after_its_count(caller: Caller) -> None:
    caller.sandbox.control.fault("error_500", "listCustomers", count=2, skip=1)
    assert raw(caller, "/payments/list").status_code == 200
    assert [raw(caller, "/customers/list").status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    assert caller.sandbox.control.pending_faults() == []


def test_a_fault_without_a_count_lasts_until_it_is_cleared(caller: Caller) -> None:
    caller.sandbox.control.fault("error_500", count=None)
    assert {raw(caller, "/customers/list").status_code for _ in range(4)} == {500}
    caller.sandbox.control.clear_faults()
    assert raw(caller, "/customers/list").status_code == 200


def test_a_fault_that_does_not_exist_is_refused_with_those_that_do(caller: Caller) -> None:
    with pytest.raises(ValueError, match="drop_after"):
        caller.sandbox.control.fault("earthquake")


def test_a_count_is_kept_exactly_when_many_call_at_once(caller: Caller) -> None:
    caller.sandbox.control.fault("error_500", "listCustomers", count=5)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: raw(caller, "/customers/list").status_code, range(40)))
    assert statuses.count(500) == 5


def test_a_fault_for_a_call_that_does_not_exist_is_refused(start_caller: StartCaller) -> None:
    with pytest.raises(ValueError, match="listPayments"):
        start_caller().sandbox.control.fault("error_500", "listPayments")


def test_two_stand_ins_in_one_process_do_not_know_of_each_other(start_caller: StartCaller) -> None:
    first, second = start_caller(customers=5), start_caller(customers=5)
    first.sandbox.control.fault("error_500", count=None)
    first.sandbox.control.add_customer(**LENA)
    assert raw(first, "/customers/list").status_code == 500
    assert len(second.list("/customers/list")) == 5
    refused = requests.get(second.sandbox.base_url + "/customers/list", headers=dict(first.session.headers), timeout=10)
    assert refused.json()["error"] == "authorization_incorrect"

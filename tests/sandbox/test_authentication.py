"""Tokens; contract 1.2 and 2.1."""

from __future__ import annotations

import time

import pytest
import requests

from tests.sandbox.conftest import Caller, StartCaller
from tests.sandbox.contract import check_answer

REFUSED = {"status": "error", "error": "authorization_incorrect"}


def test_key_and_secret_give_a_token_of_31_lower_case_letters_and_digits(caller: Caller) -> None:
    token = caller.session.headers["auth"]
    assert isinstance(token, str)
    assert len(token) == 31
    assert token.isalnum()
    assert token == token.lower()


@pytest.mark.parametrize("keys", [
    {"api_key": "pk_demo_1", "api_secret": "wrong"},
    {"api_key": "wrong", "api_secret": "sk_demo_1"},
    {"api_key": "pk_demo_1"},
])  # fmt: skip
def test_wrong_keys_are_refused_at_http_200(caller: Caller, keys: dict[str, str]) -> None:
    answer = caller.post("/authenticate", keys, wrong=True)
    assert (answer.status_code, answer.json()) == (200, REFUSED)


@pytest.mark.parametrize("headers", [{}, {"auth": ""}, {"auth": "madeup"}, {"Authorization": "Bearer madeup"}])
def test_a_missing_or_unknown_token_is_refused_at_http_200(caller: Caller, headers: dict[str, str]) -> None:
    answer = requests.get(caller.sandbox.base_url + "/customers/list", headers=headers, timeout=10)
    check_answer(answer)
    assert (answer.status_code, answer.json()) == (200, REFUSED)


def test_an_expired_token_is_refused_like_a_wrong_one_and_a_new_one_works(caller: Caller) -> None:
    caller.sandbox.control.expire_tokens()
    assert caller.get("/customers/list").json() == REFUSED
    caller.sign_in()
    assert caller.get("/customers/list").json()["status"] == "ok"


def test_a_token_ends_by_itself(start_caller: StartCaller) -> None:
    caller = start_caller(token_seconds=0.05)
    deadline = time.monotonic() + 5
    while caller.sandbox.control.tokens_live() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert caller.get("/customers/list").json() == REFUSED
    assert caller.sandbox.control.tokens_issued() == 1


def test_a_refused_call_does_no_work(caller: Caller) -> None:
    caller.sandbox.control.expire_tokens()
    caller.post("/registerUser", {"name": "Lena", "email": "lena@example.org"})
    assert caller.sandbox.control.customers_with_email("lena@example.org") == []


def test_an_address_that_is_not_listed_is_refused_whatever_the_token(caller: Caller) -> None:
    caller.sandbox.control.fault("refuse_address", count=None)
    assert caller.get("/customers/list").json() == REFUSED
    answer = caller.post("/authenticate", {"api_key": "pk_demo_1", "api_secret": "sk_demo_1"})
    assert answer.json() == REFUSED
    caller.sandbox.control.clear_faults()
    assert caller.get("/customers/list").json()["status"] == "ok"

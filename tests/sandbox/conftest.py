"""A running stand-in provider, and a caller who checks every answer against the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox, start_sandbox
from tests.sandbox.contract import check_answer, check_request


class Caller:
    """Calls the provider with a token. Every answer is checked; requests are, unless wrong on purpose."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        """Take a new token."""
        keys = {"api_key": self.sandbox.options.api_key, "api_secret": self.sandbox.options.api_secret}
        answer = self.post("/authenticate", keys)
        self.session.headers["auth"] = answer.json()["data"]["token"]

    def get(self, path: str, *, wrong: bool = False, **query: Any) -> requests.Response:
        """Read something."""
        return self._checked(self.session.get(self.sandbox.base_url + path, params=query, timeout=10), wrong)

    def post(self, path: str, body: Any = None, *, wrong: bool = False, form: bool = False) -> requests.Response:
        """Do something, with a JSON or a form body."""
        content = {"data": body} if form else {"json": body}
        return self._checked(self.session.post(self.sandbox.base_url + path, timeout=10, **content), wrong)

    def list(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Read every page of a list."""
        rows: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.get(path, page=page, per_page=500, **query).json()
            rows += answer["data"]
            if page >= answer["pagination"]["last_page"]:
                return rows
            page += 1

    def iban(self, account: int = 0) -> str:
        """The IBAN of the first or second account."""
        return str(self.get("/banking/accounts").json()["data"][account]["iban"])

    def close(self) -> None:
        """Close the connection."""
        self.session.close()

    @staticmethod
    def _checked(answer: requests.Response, wrong: bool) -> requests.Response:
        if not wrong:
            check_request(answer.request)
        check_answer(answer)
        return answer


StartCaller = Callable[..., Caller]


@pytest.fixture
def start_caller() -> Iterator[StartCaller]:
    """Starts stand-in providers with any options; all are stopped after the test."""
    callers: list[Caller] = []

    def start(**options: Any) -> Caller:
        caller = Caller(start_sandbox(**options))
        callers.append(caller)
        return caller

    yield start
    for caller in callers:
        caller.close()
        caller.sandbox.stop()


@pytest.fixture
def caller(start_caller: StartCaller) -> Caller:
    """A signed-in caller of a stand-in provider of the usual small size."""
    return start_caller()


@pytest.fixture
def empty(start_caller: StartCaller) -> Caller:
    """A signed-in caller of a stand-in provider that holds nothing yet."""
    return start_caller(customers=0, payments=0, offramps=0, bank_transactions=0)


@pytest.fixture
def lena(empty: Caller) -> dict[str, Any]:
    """Lena Ortega, verified, the only customer."""
    return empty.sandbox.control.add_customer(
        name="Lena",
        last_name="Ortega",
        email="lena@example.org",
        kyc_status="valid",
        country="Spain",
        identification_number="00000000T",
    )

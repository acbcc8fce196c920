"""Requests that no client of ours would send."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from backoffice.sandbox.routing import HANDLERS
from tests.sandbox.conftest import Caller

PATHS = sorted(path for method, path in HANDLERS if method == "POST")
ODD_VALUES: list[Any] = [[1], {"a": 1}, True, 10**30, -1, "\x00", "x" * 10_000, 1.5]
FIELDS = (
    "user_id", "fiat_amount", "fiat_symbol", "coin_symbol", "coin_chain", "wallet", "amount", "symbol", "blockchain",
    "iban", "payment_id", "bank_transaction_id", "email", "name", "company_name", "type", "file", "expires_in_days",
    "payment_type", "external_id",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: type(value).__name__)
def test_a_value_of_the_wrong_type_is_refused_and_breaks_nothing(
    empty: Caller, lena: dict[str, Any], path: str, value: Any
) -> None:
    good = {
        "user_id": lena["id"], "fiat_amount": 50, "fiat_symbol": "EUR", "coin_symbol": "USDC", "coin_chain": "polygon",
        "wallet": "0x" + "1" * 40, "amount": 5, "symbol": "USDC", "blockchain": "polygon", "iban": "ES00",
        "email": "marta@example.org", "name": "Marta", "company_name": "Aurora S.L.",
    }  # fmt: skip
    for field in FIELDS:
        url = empty.sandbox.base_url + path.replace("{user_id}", str(lena["id"]))
        answer = empty.session.post(url, json=good | {field: value}, timeout=10)
        assert answer.status_code in (200, 404, 409, 422)
        assert "status" in answer.json() or "errors" in answer.json()


def speak(caller: Caller, text: bytes) -> bytes:
    """Send bytes as they are; return the answer."""
    address = urlsplit(caller.sandbox.base_url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=5) as connection:
        connection.sendall(text)
        return connection.makefile("rb").read()


@pytest.mark.parametrize("length", [b"abc", b"-1", b"99999999999"])
def test_a_length_that_is_none_or_too_much_is_refused(empty: Caller, length: bytes) -> None:
    answer = speak(empty, b"POST /api/authenticate HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("body", [b"[" * 200_000, b"[1, 2]", b"\xff\xfe", b"null"])
def test_a_body_that_is_no_object_is_an_empty_one(empty: Caller, body: bytes) -> None:
    head = b"POST /api/authenticate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    assert speak(empty, head % len(body) + body).endswith(b'{"status":"error","error":"authorization_incorrect"}')


def test_a_mistake_of_its_own_is_http_500_and_is_shown(
    empty: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(_: object) -> None:
        raise RuntimeError("stumbled")

    monkeypatch.setitem(HANDLERS, ("GET", "/customers/list"), ("listCustomers", stumble))
    answer = empty.session.get(empty.sandbox.base_url + "/customers/list", timeout=10)
    assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})
    assert "RuntimeError: stumbled" in capsys.readouterr().err

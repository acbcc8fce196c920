"""What goes out: addresses, path parameters, exact amounts, ids; and settings that cannot work."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from backoffice.cryptopocket import CryptoPocketClient, load_catalogue
from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.errors import (
    ConfigurationError,
    InvalidRequest,
)
from backoffice.cryptopocket.outgoing import build_request, join_url
from tests.cryptopocket.scripted import ScriptedProvider


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://h.example/api", "/kyc/check", "https://h.example/api/kyc/check"),
        ("https://h.example/api/", "/kyc/check", "https://h.example/api/kyc/check"),
        ("https://h.example/api", "/api/kyc/check", "https://h.example/api/kyc/check"),
        ("https://h.example", "/api/kyc/check", "https://h.example/api/kyc/check"),
        ("https://h.example/api", "/apiary", "https://h.example/api/apiary"),
    ],
)
def test_api_is_never_doubled(base: str, path: str, url: str) -> None:
    assert join_url(base, path) == url


@pytest.mark.parametrize("iban", ["ES00/../../x", "ES 00", "ES00?x=1", "ES00#", "ES00%2F", "ñ"])
def test_a_path_parameter_cannot_leave_its_place(
    provider: ScriptedProvider, client: CryptoPocketClient, iban: str
) -> None:
    client.list_bank_transactions(iban=iban)

    path = provider.calls[0].path.partition("?")[0]
    assert path == f"/api/banking/accounts/{quote(iban, safe='')}/transactions"


@pytest.mark.parametrize("payment_id", ["", " ", ".", ".."])
def test_a_path_parameter_that_would_change_the_path_is_not_sent(
    provider: ScriptedProvider, client: CryptoPocketClient, payment_id: str
) -> None:
    with pytest.raises(InvalidRequest):
        client.get_payment(payment_id=payment_id)

    assert provider.requests == []


def test_amounts_are_sent_as_exact_numbers_without_an_exponent() -> None:
    endpoint = load_catalogue()["create_off_ramp"]

    def sent(amount: Decimal) -> bytes:
        body = build_request(endpoint, {"amount": amount}, base_url="https://h.example/api").body
        assert body is not None
        return body

    assert sent(Decimal("1E+3")) == b'{"amount":1000}'
    assert sent(Decimal("0.000000000000000001")) == b'{"amount":0.000000000000000001}'
    assert sent(Decimal("240.10")) == b'{"amount":240.10}'


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_an_amount_that_is_no_number_is_not_sent(
    provider: ScriptedProvider, client: CryptoPocketClient, amount: str
) -> None:
    with pytest.raises(InvalidRequest, match="finite"):
        client.get_on_ramp_quote(amount=Decimal(amount), symbol="USDC", payment_type="card")


def test_a_float_is_not_sent(client: CryptoPocketClient) -> None:
    wrong: Any = 0.1

    with pytest.raises(InvalidRequest, match="must be Decimal"):
        client.get_on_ramp_quote(amount=wrong, symbol="USDC", payment_type="card")


def test_ids_are_sent_as_numbers_only_where_nothing_is_lost() -> None:
    endpoint = load_catalogue()["reconcile_payment"]

    def sent(line: str) -> Any:
        body = build_request(endpoint, {"bank_transaction_id": line}, base_url="https://h.example/api").body
        return json.loads(body or b"")["bank_transaction_id"]

    assert sent("90001") == 90001
    assert sent("090001") == "090001"
    assert sent("fp-12") == "fp-12"


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "provider.example/api"},
        {"base_url": "http://provider.example/api"},
        {"base_url": "https://user:pw@provider.example/api"},
        {"base_url": "https://provider.example/api?x=1"},
        {"api_secret": " "},
        {"api_key": ""},
        {"requests_per_second": 0.0},
        {"read_timeout": -1.0},
        {"page_size": 0},
    ],
)
def test_settings_that_cannot_work_are_refused_before_anything_is_sent(changes: dict[str, Any]) -> None:
    good = {"base_url": "https://provider.example/api", "api_key": "pk_demo_1", "api_secret": "sk_demo_1"}

    with pytest.raises(ConfigurationError) as refused:
        Configuration(**{**good, **changes})

    assert "pw" not in str(refused.value)

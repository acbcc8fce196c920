"""Whoever watches the calls is told of each, and changes none."""

import logging
from collections.abc import Callable, Iterator

import pytest

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.errors import NotSent, Refused
from backoffice.cryptopocket.observing import ObservedCall, Observer
from backoffice.cryptopocket.tokens import InMemoryTokenStore
from backoffice.sandbox import Sandbox, start_sandbox


@pytest.fixture
def provider() -> Iterator[Sandbox]:
    """A stand-in that knows nobody."""
    with start_sandbox(customers=0, payments=0, offramps=0, bank_transactions=0) as sandbox:
        yield sandbox


@pytest.fixture
def client_told(provider: Sandbox) -> Callable[..., CryptoPocketClient]:
    """Makes a client whose calls these observers are told of."""

    def make(*observers: Observer) -> CryptoPocketClient:
        configuration = Configuration(
            base_url=provider.base_url, api_key=provider.options.api_key, api_secret=provider.options.api_secret
        )
        return CryptoPocketClient(configuration, load_catalogue(), InMemoryTokenStore(), observers=observers)

    return make


def test_each_call_is_told_with_what_came_back(client_told: Callable[..., CryptoPocketClient]) -> None:
    seen: list[ObservedCall] = []
    with client_told(seen.append) as client:
        client.list_customers(page=1)
        with pytest.raises(Refused):
            client.get_payment(payment_id="nothing")
    assert [call.request.endpoint.name for call in seen] == ["authenticate", "list_customers", "get_payment"]
    assert [call.document is not None for call in seen] == [True, True, False]
    assert isinstance(seen[2].error, Refused)
    assert all(call.answer and call.answer.http_status == 200 and call.seconds > 0 for call in seen)


def test_a_call_without_an_answer_is_told_too(
    provider: Sandbox, client_told: Callable[..., CryptoPocketClient]
) -> None:
    seen: list[ObservedCall] = []
    provider.stop()
    with client_told(seen.append) as client, pytest.raises(NotSent):
        client.list_customers(page=1)
    assert seen[0].answer is None
    assert seen[0].error is not None


def test_an_observer_that_fails_changes_nothing(
    client_told: Callable[..., CryptoPocketClient], caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[ObservedCall] = []

    def fail(_call: ObservedCall) -> None:
        raise RuntimeError("holds lena@example.org")

    with caplog.at_level(logging.ERROR), client_told(fail, seen.append) as client:
        assert client.list_customers(page=1).items == []
    assert len(seen) == 2
    assert "list_customers could not be noted: RuntimeError" in caplog.text
    assert "lena" not in caplog.text

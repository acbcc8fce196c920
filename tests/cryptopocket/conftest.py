"""A provider that answers as told, a client for it, and a clock that needs no waiting."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backoffice.cryptopocket import (
    Catalogue,
    Configuration,
    CryptoPocketClient,
    InMemoryTokenStore,
    TokenStore,
    load_catalogue,
)
from backoffice.cryptopocket.transport import HttpTransport
from tests.cryptopocket.scripted import ScriptedProvider, start_scripted_provider


class PatientClock:
    """A clock on which sleeping costs nothing; it notes how long it was asked to."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        """Return a moment of July 2026, as far on as was slept."""
        return datetime(2026, 7, 1, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return the seconds slept so far."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Pass the time at once."""
        self.sleeps.append(seconds)
        self.seconds += seconds


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    """Return a provider that gives the answers it is told to."""
    with start_scripted_provider() as running:
        yield running


@pytest.fixture
def clock() -> PatientClock:
    """Return a clock that needs no waiting."""
    return PatientClock()


@pytest.fixture
def catalogue() -> Catalogue:
    """Return the contract as shipped."""
    return load_catalogue()


MakeClient = Callable[..., CryptoPocketClient]


@pytest.fixture
def make_client(clock: PatientClock) -> Iterator[MakeClient]:
    """Return a maker of clients, which are closed at the end."""
    made: list[CryptoPocketClient] = []

    def make(
        base_url: str,
        *,
        catalogue: Catalogue | None = None,
        store: TokenStore | None = None,
        api_key: str = "pk_demo_1",
        api_secret: str = "sk_demo_1",
        **settings: Any,
    ) -> CryptoPocketClient:
        configuration = Configuration(
            base_url=base_url,
            api_key=api_key,
            api_secret=api_secret,
            **{"requests_per_second": 1000.0, "read_timeout": 2.0, "connect_timeout": 2.0, **settings},
        )
        contract = catalogue or load_catalogue()
        transport = HttpTransport(configuration, clock=clock)
        client = CryptoPocketClient(configuration, contract, store or InMemoryTokenStore(), transport)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(provider: ScriptedProvider, make_client: MakeClient) -> CryptoPocketClient:
    """Return a client of the provider that answers as told."""
    return make_client(provider.base_url)

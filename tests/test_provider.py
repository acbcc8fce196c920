"""The clients of a process keep one limit together: the one that is configured, or the provider's where it is lower."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backoffice.cryptopocket.errors import NotSent, RateLimited
from backoffice.provider import get_client, get_quick_client, reset_client
from tests.cryptopocket.conftest import PatientClock
from tests.cryptopocket.scripted import Reply, ScriptedProvider, start_scripted_provider

pytestmark = pytest.mark.django_db

KYC = {"status": "ok", "data": {"user_id": 4711, "kyc_status": "valid"}}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> PatientClock:
    """Return the clock by which the clients wait; waiting costs nothing."""
    patient = PatientClock()
    monkeypatch.setattr("backoffice.cryptopocket.transport.SystemClock", lambda: patient)
    return patient


@pytest.fixture
def provider(settings: Any, clock: PatientClock) -> Iterator[ScriptedProvider]:
    """Return a provider that gives the answers it is told to, and that the settings name."""
    with start_scripted_provider() as running:
        settings.CRYPTOPOCKET_BASE_URL = running.base_url
        settings.CRYPTOPOCKET_REQUESTS_PER_SECOND = 4.0
        settings.CRYPTOPOCKET_CONTRACT = ""
        running.answer(KYC)
        reset_client()
        yield running
        get_client().close()
        get_quick_client().close()
        reset_client()


def read_in_turns(times: int) -> None:
    """Read with both clients of the process, one after the other."""
    for _ in range(times):
        get_client().get_kyc_status(user_id="4711")
        get_quick_client().get_kyc_status(user_id="4711")


def test_the_two_clients_of_a_process_send_no_more_often_together_than_one_may(
    provider: ScriptedProvider, clock: PatientClock
) -> None:
    read_in_turns(20)

    assert len(provider.calls) == 40
    assert clock.seconds >= (len(provider.requests) - 4) / 4


def test_a_limit_that_the_provider_states_holds_for_both_together(
    provider: ScriptedProvider, clock: PatientClock, settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "contract.toml"
    file.write_text("[conventions]\nrequests_per_second = 0.5\n", encoding="utf-8")
    settings.CRYPTOPOCKET_CONTRACT = str(file)
    reset_client()

    read_in_turns(5)

    assert clock.seconds >= (len(provider.requests) - 1) / 0.5


def test_a_pause_that_the_provider_asks_one_client_for_holds_the_other_too(
    provider: ScriptedProvider, clock: PatientClock
) -> None:
    read_in_turns(1)
    provider.answer(Reply(status=429, headers={"Retry-After": "30"}), KYC)
    with pytest.raises(RateLimited):
        get_quick_client().get_kyc_status(user_id="4711")
    before = clock.seconds

    get_client().get_kyc_status(user_id="4711")

    assert clock.seconds - before >= 30


def test_who_has_no_patience_for_a_pause_that_the_provider_asked_for_is_turned_away_at_once(
    provider: ScriptedProvider, clock: PatientClock
) -> None:
    read_in_turns(1)
    provider.answer(Reply(status=429, headers={"Retry-After": "30"}), KYC)
    with pytest.raises(RateLimited):
        get_quick_client().get_kyc_status(user_id="4711")
    before, sent = clock.seconds, len(provider.calls)

    with pytest.raises(NotSent, match="our own rate limit"):
        get_quick_client().get_kyc_status(user_id="4711")

    assert (clock.seconds, len(provider.calls)) == (before, sent)


def test_a_changed_limit_counts_once_the_clients_are_forgotten(
    provider: ScriptedProvider, clock: PatientClock, settings: Any
) -> None:
    read_in_turns(1)
    settings.CRYPTOPOCKET_REQUESTS_PER_SECOND = 1_000.0
    reset_client()
    before = clock.seconds

    read_in_turns(20)

    assert clock.seconds - before < 1

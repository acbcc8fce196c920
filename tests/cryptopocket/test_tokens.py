"""The token: fetched once, shared, renewed in time, and given up with a clear word (contract 1.2)."""

import threading
from contextlib import AbstractContextManager
from typing import Any

import pytest

from backoffice.cryptopocket import CryptoPocketClient, InMemoryTokenStore
from backoffice.cryptopocket.errors import CryptoPocketError, NotAuthorised, NotSent, RateLimited
from tests.cryptopocket.conftest import MakeClient, PatientClock
from tests.cryptopocket.scripted import TOKEN, Drop, Reply, ScriptedProvider

KYC = {"status": "ok", "data": {"user_id": 4711, "kyc_status": "valid"}}
CREATED = {"status": "ok", "data": {"id": 4711}}
REFUSED = {"status": "error", "error": "authorization_incorrect"}


def give(token: str) -> dict[str, Any]:
    """Return the answer that gives this token."""
    return {"status": "ok", "data": {"token": token}}


def test_the_token_is_fetched_on_first_use_and_used_again(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(KYC)
    assert provider.requests == []

    client.get_kyc_status(user_id="4711")
    client.get_kyc_status(user_id="4711")

    assert len(provider.token_requests) == 1
    assert provider.token_requests[0].json == {"api_key": "pk_demo_1", "api_secret": "sk_demo_1"}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "ok", "data": {"token": TOKEN}},
        {"status": "ok", "data": TOKEN},
        {"status": "success", "token": TOKEN},
        {"token": TOKEN},
    ],
)
def test_the_token_is_found_in_every_place_where_it_may_stand(
    provider: ScriptedProvider, client: CryptoPocketClient, answer: Any
) -> None:
    provider.answer_to_authenticate(answer)
    provider.answer(KYC)

    client.get_kyc_status(user_id="4711")

    assert provider.calls[0].headers["auth"] == TOKEN


def test_a_token_is_renewed_ahead_of_its_end(
    provider: ScriptedProvider, make_client: MakeClient, clock: PatientClock
) -> None:
    client = make_client(provider.base_url, store=InMemoryTokenStore(clock))
    provider.answer_to_authenticate(give("first"), give("second"))
    provider.answer(KYC)
    client.get_kyc_status(user_id="4711")
    clock.seconds += 22.9 * 3600
    client.get_kyc_status(user_id="4711")
    clock.seconds += 0.2 * 3600
    client.get_kyc_status(user_id="4711")

    assert [request.headers["auth"] for request in provider.calls] == ["first", "first", "second"]


@pytest.mark.parametrize("refusal", [REFUSED, Reply({"message": "Unauthenticated."}, status=401)])
def test_a_refused_token_is_renewed_once_and_the_read_repeated(
    provider: ScriptedProvider, client: CryptoPocketClient, refusal: Any
) -> None:
    provider.answer_to_authenticate(give("first"), give("second"))
    provider.answer(refusal, KYC)

    assert client.get_kyc_status(user_id="4711").parse().kyc_status == "valid"
    assert [request.headers["auth"] for request in provider.calls] == ["first", "second"]


def test_a_refused_token_is_renewed_once_and_the_act_repeated_since_it_was_not_done(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer_to_authenticate(give("first"), give("second"))
    provider.answer(REFUSED, CREATED)

    assert client.create_customer(name="Lena", email="lena@example.org").parse().id == "4711"
    assert len(provider.calls) == 2


def test_a_second_refusal_names_the_three_possible_causes(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer_to_authenticate(give("first"), give("second"))
    provider.answer(REFUSED)

    with pytest.raises(NotAuthorised) as refused:
        client.create_customer(name="Lena", email="lena@example.org")

    text = str(refused.value)
    assert all(cause in text for cause in ("token", "expiry", "IP list", "API key"))
    assert "first" not in text.replace("first", "", text.count("the first"))
    assert len(provider.calls) == 2


def test_a_wrong_key_is_not_authorised_and_nothing_else_is_sent(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer_to_authenticate(REFUSED)

    with pytest.raises(NotAuthorised, match="refused to give a token"):
        client.create_customer(name="Lena", email="lena@example.org")

    assert provider.calls == []
    assert len(provider.token_requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Drop(),
        Reply(status=500),
        Reply(b"<html>Welcome</html>"),
        {"status": "ok"},
        {"status": "ok", "data": {"token": ""}},
        {"status": "ok", "data": {"token": "two words"}},
        {"status": "ok", "data": {"token": "line\r\nX-Evil: 1"}},
        {"status": "ok", "data": {"token": 5}},
        {"status": "error", "error": "unexpected_error"},
    ],
)
def test_an_act_for_which_no_token_could_be_had_was_not_sent(
    provider: ScriptedProvider, client: CryptoPocketClient, answer: Any
) -> None:
    provider.answer_to_authenticate(answer)

    with pytest.raises(NotSent, match="no token could be had"):
        client.create_customer(name="Lena", email="lena@example.org")

    assert provider.calls == []


def test_a_rate_limit_on_the_token_says_when_to_come_back(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer_to_authenticate(Reply(status=429, headers={"Retry-After": "9"}))

    with pytest.raises(RateLimited) as limited:
        client.create_customer(name="Lena", email="lena@example.org")

    assert limited.value.retry_after == 9


def test_a_token_that_another_process_has_renewed_already_is_used(
    provider: ScriptedProvider, make_client: MakeClient
) -> None:
    class SharedStore(InMemoryTokenStore):
        """A store into which another process puts a token as soon as the old one is refused."""

        def lock(self) -> AbstractContextManager[object]:
            self.put("renewed-by-another", 60)
            return super().lock()

    store = SharedStore()
    store.put("old", 60)
    client = make_client(provider.base_url, store=store)
    provider.answer(REFUSED, KYC)

    client.get_kyc_status(user_id="4711")

    assert [request.headers["auth"] for request in provider.calls] == ["old", "renewed-by-another"]
    assert provider.token_requests == []


def test_many_threads_whose_token_is_refused_at_once_renew_it_once(
    provider: ScriptedProvider, make_client: MakeClient
) -> None:
    store = InMemoryTokenStore()
    store.put("old", 3600)
    client = make_client(provider.base_url, store=store)
    at_once = threading.Barrier(8)
    provider.respond = lambda request: Reply(REFUSED if request.headers["auth"] == "old" else KYC)
    outcomes: list[object] = []

    def read() -> None:
        at_once.wait(5)
        try:
            outcomes.append(client.get_kyc_status(user_id="4711").parse().kyc_status)
        except CryptoPocketError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == ["valid"] * 8
    assert len(provider.token_requests) == 1


def test_a_renewal_by_another_process_that_does_not_end_means_not_sent(
    provider: ScriptedProvider, make_client: MakeClient
) -> None:
    class StuckStore(InMemoryTokenStore):
        """A store whose lock somebody keeps."""

        def lock(self) -> AbstractContextManager[object]:
            raise TimeoutError

    client = make_client(provider.base_url, store=StuckStore())

    with pytest.raises(NotSent, match="another process"):
        client.create_customer(name="Lena", email="lena@example.org")


def test_forgetting_an_old_token_leaves_a_newer_one() -> None:
    store = InMemoryTokenStore()
    store.put("new", 60)

    store.forget("old")

    assert store.get() == "new"


def test_authenticate_fetches_a_token_even_if_there_is_one(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer_to_authenticate(give("first"), give("second"))
    provider.answer(KYC)
    client.get_kyc_status(user_id="4711")

    client.authenticate()
    client.get_kyc_status(user_id="4711")

    assert [request.headers["auth"] for request in provider.calls] == ["first", "second"]

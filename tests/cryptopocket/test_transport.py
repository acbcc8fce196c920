"""Bad days on the wire: what is proven not sent, what may have been done, what is tried again."""

import contextlib
import gzip
import http.server
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from backoffice.cryptopocket import CryptoPocketClient, InMemoryTokenStore, load_catalogue, make_data_uri
from backoffice.cryptopocket.answers import read_retry_after
from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.errors import (
    NotSent,
    OutcomeUnknown,
    RateLimited,
    UnreadableAnswer,
)
from backoffice.cryptopocket.rate import RateLimiter
from tests.cryptopocket.conftest import MakeClient, PatientClock
from tests.cryptopocket.scripted import TOKEN, Drip, Drop, Hang, Reply, ScriptedProvider

KYC = {"status": "ok", "data": {"user_id": 4711, "kyc_status": "valid"}}


def register_lena(client: CryptoPocketClient) -> Any:
    """Register Lena Ortega."""
    return client.create_customer(name="Lena", email="lena@example.org")


def find_free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextlib.contextmanager
def listen_with_own_certificate(folder: Path) -> Iterator[int]:
    """Listen with a certificate that nobody has signed, and yield the port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_refused_connection_is_proven_not_sent(make_client: MakeClient) -> None:
    client = make_client(f"http://127.0.0.1:{find_free_port()}/api")

    with pytest.raises(NotSent, match="refused or unreachable"):
        register_lena(client)


def test_a_name_that_cannot_be_looked_up_is_proven_not_sent(make_client: MakeClient) -> None:
    client = make_client("http://provider.invalid/api", allow_plain_http=True, attempts=1)

    with pytest.raises(NotSent, match="could not be looked up"):
        register_lena(client)


def test_a_certificate_that_does_not_verify_is_proven_not_sent(make_client: MakeClient, tmp_path: Path) -> None:
    with listen_with_own_certificate(tmp_path) as port:
        client = make_client(f"https://127.0.0.1:{port}/api")

        with pytest.raises(NotSent, match="certificate does not verify"):
            register_lena(client)


def test_a_server_that_does_not_speak_tls_gets_no_act(make_client: MakeClient, provider: ScriptedProvider) -> None:
    client = make_client(provider.base_url.replace("http://", "https://"), read_timeout=1.0)

    with pytest.raises(NotSent, match="no token could be had"):
        register_lena(client)
    assert provider.calls == []


def test_a_connection_dropped_during_an_act_leaves_its_outcome_unknown(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(Drop())

    with pytest.raises(OutcomeUnknown, match="dropped"):
        register_lena(client)

    assert len(provider.calls) == 1


def test_silence_during_an_act_leaves_its_outcome_unknown(provider: ScriptedProvider, make_client: MakeClient) -> None:
    client = make_client(provider.base_url, read_timeout=0.2)
    provider.answer(Hang())

    with pytest.raises(OutcomeUnknown, match="within the time allowed"):
        register_lena(client)

    assert len(provider.calls) == 1


@pytest.mark.parametrize("cut", [0, 1, 20])
def test_a_body_cut_off_leaves_the_outcome_of_an_act_unknown(
    provider: ScriptedProvider, client: CryptoPocketClient, cut: int
) -> None:
    provider.answer(Reply({"status": "ok", "data": {"id": 4711}}, cut=cut))

    with pytest.raises(OutcomeUnknown):
        register_lena(client)

    assert len(provider.calls) == 1


def test_a_body_that_drips_does_not_hold_a_worker(provider: ScriptedProvider) -> None:
    configuration = Configuration(
        base_url=provider.base_url,
        api_key="pk_demo_1",
        api_secret="sk_demo_1",
        read_timeout=0.2,
        connect_timeout=0.1,
        attempts=1,
    )
    provider.answer(Drip())
    began = time.monotonic()

    with (
        CryptoPocketClient(configuration, load_catalogue(), InMemoryTokenStore()) as client,
        pytest.raises(OutcomeUnknown, match="too slowly"),
    ):
        client.get_kyc_status(user_id="4711")

    assert time.monotonic() - began < 5


def test_an_answer_that_is_too_large_is_not_taken_in(provider: ScriptedProvider, make_client: MakeClient) -> None:
    client = make_client(provider.base_url, maximum_answer_bytes=10_000, attempts=1)
    bomb = gzip.compress(b" " * 50_000_000)
    provider.answer(Reply(bomb, headers={"Content-Encoding": "gzip"}))

    with pytest.raises(OutcomeUnknown, match="too large"):
        client.get_kyc_status(user_id="4711")


def upload_a_document(client: CryptoPocketClient) -> Any:
    """Upload Lena's passport."""
    picture = make_data_uri(b"a picture", media_type="image/png")
    return client.upload_customer_document(user_id="4711", document_type="PASSPORT", file=picture)


@pytest.mark.parametrize(
    ("act", "timeouts", "is_patient"),
    [
        (upload_a_document, {"read_timeout": 0.05, "upload_timeout": 20.0}, True),
        (upload_a_document, {"read_timeout": 20.0, "upload_timeout": 0.05}, False),
        (register_lena, {"read_timeout": 20.0, "upload_timeout": 0.05}, True),
        (register_lena, {"read_timeout": 0.05, "upload_timeout": 20.0}, False),
    ],
)
def test_a_document_has_the_longer_time_that_it_needs_and_nothing_else_has(
    provider: ScriptedProvider,
    make_client: MakeClient,
    act: Callable[[CryptoPocketClient], Any],
    timeouts: dict[str, float],
    is_patient: bool,
) -> None:
    store = InMemoryTokenStore()
    store.put(TOKEN, 60)
    client = make_client(provider.base_url, store=store, **timeouts)
    provider.answer(Hang(seconds=0.8))

    with pytest.raises(OutcomeUnknown) as unknown:
        act(client)

    given_up, dropped = "no complete answer within the time allowed", "the connection was dropped"
    assert (dropped if is_patient else given_up) in unknown.value.reason


def test_a_compressed_answer_is_read(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer(Reply(gzip.compress(json.dumps(KYC).encode()), headers={"Content-Encoding": "gzip"}))

    assert client.get_kyc_status(user_id="4711").parse().kyc_status == "valid"


@pytest.mark.parametrize("fault", [Drop(), Reply(status=500), Reply(status=503), Reply(status=429)])
def test_a_read_is_tried_again_after_a_fault(
    provider: ScriptedProvider, client: CryptoPocketClient, fault: Any
) -> None:
    provider.answer(fault, fault, KYC)

    assert client.get_kyc_status(user_id="4711").parse().kyc_status == "valid"
    assert len(provider.calls) == 3


@pytest.mark.parametrize("fault", [Drop(), Reply(status=500), Reply(status=503), Reply(status=429)])
def test_an_act_is_never_tried_again(provider: ScriptedProvider, client: CryptoPocketClient, fault: Any) -> None:
    provider.answer(fault, {"status": "ok", "data": {"id": 4711}})

    with pytest.raises((OutcomeUnknown, RateLimited)):
        register_lena(client)

    assert len(provider.calls) == 1


def test_a_read_that_fails_to_the_end_says_that_nothing_was_changed(
    provider: ScriptedProvider, client: CryptoPocketClient, clock: PatientClock
) -> None:
    provider.answer(Reply({"status": "error", "error": "unexpected_error"}, status=500))

    with pytest.raises(OutcomeUnknown, match="only a read: nothing was changed") as unknown:
        client.get_kyc_status(user_id="4711")

    assert (unknown.value.only_read, unknown.value.http_status) == (True, 500)
    assert len(provider.calls) == 4


def test_the_pauses_between_attempts_grow_and_are_bounded(
    provider: ScriptedProvider, make_client: MakeClient, clock: PatientClock
) -> None:
    client = make_client(provider.base_url, attempts=9)
    provider.answer(Drop())

    with pytest.raises(OutcomeUnknown):
        client.get_kyc_status(user_id="4711")

    pauses = [pause for pause in clock.sleeps if pause > 0.1]
    assert len(pauses) == 8
    assert 0.25 <= pauses[0] <= 0.5
    assert all(4 <= pause <= 8 for pause in pauses[-4:])


def test_a_rate_limit_of_the_provider_is_waited_out_as_it_asks(
    provider: ScriptedProvider, client: CryptoPocketClient, clock: PatientClock
) -> None:
    provider.answer(Reply(status=429, headers={"Retry-After": "7"}), KYC)

    client.get_kyc_status(user_id="4711")

    assert 7 <= sum(clock.sleeps) < 8


def test_a_wait_that_is_too_long_is_handed_to_the_caller(
    provider: ScriptedProvider, client: CryptoPocketClient, clock: PatientClock
) -> None:
    provider.answer(Reply(status=429, headers={"Retry-After": "3600"}))

    with pytest.raises(RateLimited) as limited:
        client.get_kyc_status(user_id="4711")

    assert limited.value.retry_after == 3600
    assert len(provider.calls) == 1


def test_an_act_turned_away_by_a_rate_limit_was_not_done_and_says_when_to_come_back(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(Reply(status=429, headers={"Retry-After": "30"}))

    with pytest.raises(NotSent) as limited:
        register_lena(client)

    assert limited.value.retry_after == 30


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("12", 12.0),
        ("1.5", 1.5),
        (format_datetime(datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC), usegmt=True), 30.0),
        (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("nan", None),
        ("9" * 400, None),
        ("Wed, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(header: str | None, seconds: float | None) -> None:
    assert read_retry_after(header, now=datetime(2026, 7, 1, 12, tzinfo=UTC)) == seconds


def test_our_own_rate_limit_spreads_calls_out() -> None:
    clock = PatientClock()
    limiter = RateLimiter(requests_per_second=4, clock=clock)

    waits = [limiter.reserve(maximum_wait=60) for _ in range(8)]

    assert waits == [0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0]


def test_our_own_rate_limit_holds_for_all_threads_together() -> None:
    limiter = RateLimiter(requests_per_second=10, clock=PatientClock())
    waits: list[float | None] = []
    threads = [
        threading.Thread(target=lambda: waits.extend(limiter.reserve(maximum_wait=60) for _ in range(25)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    longest = max(wait for wait in waits if wait is not None)
    assert len(waits) == 100
    assert longest == pytest.approx(9.0)


def test_a_call_that_would_wait_too_long_for_our_own_limit_is_not_sent(
    provider: ScriptedProvider, make_client: MakeClient
) -> None:
    client = make_client(provider.base_url, requests_per_second=0.01, maximum_wait=1.0)
    provider.answer(KYC)

    with pytest.raises(NotSent, match="our own rate limit"):
        client.get_kyc_status(user_id="4711")

    assert provider.calls == []


def test_a_redirect_is_not_followed_so_that_the_token_stays_here(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    elsewhere = f"{provider.base_url}/elsewhere"
    provider.answer(Reply(status=302, headers={"Location": elsewhere}), KYC)

    with pytest.raises(UnreadableAnswer, match="redirect"):
        client.get_kyc_status(user_id="4711")

    assert len(provider.calls) == 1


def test_cookies_are_not_kept(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer(Reply(KYC, headers={"Set-Cookie": "session=1; Path=/"}))

    client.get_kyc_status(user_id="4711")
    client.get_kyc_status(user_id="4711")

    assert all("cookie" not in request.headers for request in provider.calls)


def test_proxies_and_netrc_of_the_environment_are_not_consulted(
    provider: ScriptedProvider, client: CryptoPocketClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{find_free_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{find_free_port()}")
    provider.answer(KYC)

    assert client.get_kyc_status(user_id="4711").parse().kyc_status == "valid"


def test_reads_share_a_connection_and_each_act_has_its_own(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(KYC)
    client.get_kyc_status(user_id="4711")
    client.get_kyc_status(user_id="4711")
    provider.answer({"status": "ok", "data": {"id": 4711}})
    register_lena(client)
    register_lena(client)

    first, second, third, fourth = (request.connection for request in provider.calls)
    assert first == second
    assert len({second, third, fourth}) == 3


def test_the_token_goes_bare_in_the_auth_header_and_nowhere_else(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(KYC)

    client.get_kyc_status(user_id="4711")

    call = provider.calls[0]
    assert call.headers["auth"] == TOKEN
    assert "auth" not in provider.token_requests[0].headers
    assert call.path == "/api/kyc/check?user_id=4711"


def test_one_client_serves_many_threads(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer(KYC)
    statuses: list[str] = []
    read: Callable[[], None] = lambda: statuses.append(  # noqa: E731
        client.get_kyc_status(user_id="4711").parse().kyc_status
    )
    threads = [threading.Thread(target=read) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == ["valid"] * 12
    assert len(provider.token_requests) == 1

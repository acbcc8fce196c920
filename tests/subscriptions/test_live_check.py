"""The live check: a signed event of our own, through the public address, and what became of it."""

import datetime
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from backoffice import provider
from backoffice.audit.models import AuditRecord
from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.signature import SignatureVerdict, check_signature
from backoffice.operations.models import Operation
from backoffice.sandbox import Sandbox
from backoffice.webhooks import sending
from backoffice.webhooks.live_checks import EVENT_TYPE, event_body, request_live_check, result_of, run_live_check
from backoffice.webhooks.models import LiveCheck, WebhookEffect, WebhookEvent, WebhookSubscription
from backoffice.webhooks.payloads import read_notice
from backoffice.webhooks.public_address import CheckedAddress
from backoffice.webhooks.sending import make_session, send_event
from backoffice.webhooks.services import process_events
from backoffice.webhooks.sightings import note_event

from .conftest import ADDRESS, PATH, Receiver, handler_for, running_server

pytestmark = pytest.mark.django_db

PAGE = "/admin/webhooks/webhooksubscription/"
RESULT = f"{PAGE}live-check-result/"


@pytest.fixture
def inbox(receiver: Receiver, settings: Any) -> Receiver:
    """The address of this back office is one on this machine."""
    settings.CRYPTOPOCKET_ENVIRONMENT = "local"
    settings.WEBHOOK_PUBLIC_URL = receiver.url
    return receiver


def check_now(adam: User) -> LiveCheck:
    """Ask for a check, and do what its worker does."""
    check = request_live_check(requested_by=adam)
    run_live_check(check.pk)
    check.refresh_from_db()
    return check


def let_time_pass(check: LiveCheck, seconds: float) -> LiveCheck:
    """Make everything about it older."""
    check.refresh_from_db()
    back = timedelta(seconds=seconds)
    check.asked_at -= back
    check.sent_at = check.sent_at and check.sent_at - back
    check.save()
    return check


def take_in(receiver: Receiver) -> bool:
    """Do with what was received as the inbox does: check it, and note it; whether it causes nothing else."""
    delivery = receiver.deliveries[-1]
    verdict = check_signature(
        body=delivery.body,
        headers=delivery.headers,
        api_key="pk_demo_1",
        api_secret="sk_demo_1",
        contract=provider.get_catalogue().webhook,
        now=timezone.now(),
    )
    assert verdict is SignatureVerdict.VALID
    body = json.loads(delivery.body)
    return note_event(event_type=body["type"], event_id=body["event_id"], received_at=timezone.now())


def test_an_event_that_arrives_is_told_with_its_seconds(adams: Client, adam: User, inbox: Receiver) -> None:
    answer = adams.post(f"{PAGE}live-check/")
    assert answer.headers["Location"] == PAGE
    assert "It waits for a worker." in adams.get(PAGE).content.decode()
    check = LiveCheck.objects.get()

    run_live_check(check.pk)
    assert "the inbox is being watched" in adams.get(RESULT).content.decode()
    assert [delivery.path for delivery in inbox.deliveries] == [f"/{PATH}"]
    assert json.loads(inbox.deliveries[0].body) == {"type": EVENT_TYPE, "event_id": check.nonce}
    assert take_in(inbox) is True

    check.refresh_from_db()
    assert result_of(check).word == "arrived"
    page = adams.get(RESULT).content.decode()
    assert "data-live-done" in page
    assert "seconds after it was sent" in page
    assert not WebhookSubscription.objects.exists()
    assert not Operation.objects.exists()
    assert AuditRecord.objects.filter(action="webhook.live_check_requested", actor_name="adam").exists()


def test_its_event_is_laid_out_as_the_catalogue_says_that_events_are() -> None:
    contract = WebhookContract(
        data_locations=("cuerpo.objeto", "cuerpo"), type_fields=("evento",), event_id_fields=("uuid", "event_id")
    )
    without_ids = WebhookContract(event_id_fields=())
    for each in (contract, without_ids, WebhookContract()):
        notice = read_notice(event_body("abc", each), each)
        assert (notice.event_type_sent, notice.event_id, notice.ids) == (EVENT_TYPE, "abc", ())


def test_the_inbox_itself_takes_it_and_causes_nothing(adam: User, inbox: Receiver, sandbox: Sandbox) -> None:
    check = check_now(adam)
    delivery = inbox.deliveries[0]
    answer = Client().post(delivery.path, data=delivery.body, content_type="application/json", headers=delivery.headers)
    process_events()
    check.refresh_from_db()
    assert answer.status_code == 200
    assert result_of(check).word == "arrived"
    assert WebhookEvent.objects.get().state == WebhookEvent.State.DONE
    assert not WebhookEffect.objects.exists()
    assert sandbox.control.calls() == 0


@pytest.mark.usefixtures("sandbox")
def test_where_events_have_no_ids_a_live_check_is_still_known_by_its_own(
    adam: User, inbox: Receiver, settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "contract.toml"
    file.write_text("[webhook]\nevent_id_fields = []\n", encoding="utf-8")
    settings.CRYPTOPOCKET_CONTRACT = str(file)
    provider.reset_client()
    check = check_now(adam)
    delivery = inbox.deliveries[0]
    Client().post(delivery.path, data=delivery.body, content_type="application/json", headers=delivery.headers)
    process_events()
    check.refresh_from_db()
    assert result_of(check).word == "arrived"


def test_each_check_has_an_event_of_its_own_and_an_old_one_proves_nothing(adam: User, inbox: Receiver) -> None:
    first = check_now(adam)
    take_in(inbox)
    second = check_now(adam)
    take_in(inbox)
    inbox.deliveries.pop()
    take_in(inbox)
    for check in (first, second):
        check.refresh_from_db()
    assert first.nonce != second.nonce
    assert first.arrived_at is not None
    assert second.arrived_at is not None
    assert first.arrived_at < second.arrived_at


def test_an_event_that_comes_after_the_time_is_told_as_late(adam: User, inbox: Receiver) -> None:
    check = let_time_pass(check_now(adam), 60)
    assert result_of(check).word == "did not arrive"
    take_in(inbox)
    check.refresh_from_db()
    result = result_of(check)
    assert result.word == "arrived late"
    assert result.seconds is not None
    assert result.seconds >= 60


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (200, ["not in this inbox", "Another installation"]),
        (401, ["The signature was refused", "same CRYPTOPOCKET_API_KEY"]),
        (404, ["HTTP 404", "WEBHOOK_PATH"]),
        (503, ["HTTP 503", "see the log"]),
        (301, ["redirect (HTTP 301)", "Set WEBHOOK_PUBLIC_URL"]),
    ],
)
def test_another_answer_than_that_of_the_inbox_is_told_with_what_to_do(
    adams: Client, adam: User, inbox: Receiver, status: int, says: list[str]
) -> None:
    inbox.status, inbox.location = status, inbox.url if status == 301 else ""
    let_time_pass(check_now(adam), 60)
    page = adams.get(RESULT).content.decode()
    assert "did not arrive" in page
    assert [words for words in says if words not in page] == []
    assert len(inbox.deliveries) == 1, "a redirect is not followed"


def test_where_nobody_listens_no_connection_is_told(adams: Client, adam: User, settings: Any, inbox: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.WEBHOOK_PUBLIC_URL = f"http://127.0.0.1:{port}"
    check = check_now(adam)
    assert check.outcome == "no_connection"
    assert "No connection could be made." in adams.get(RESULT).content.decode()


def test_an_address_that_does_not_answer_is_given_up(
    adam: User, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.2)
    inbox.hang = threading.Event()
    check = check_now(adam)
    assert check.outcome == "timeout"
    assert not result_of(check).is_settled, "it may have been taken in, and be worked on"
    assert "did not answer in time" in result_of(let_time_pass(check, 60)).sentence


def test_a_connection_that_is_broken_off_is_told(adam: User, inbox: Receiver) -> None:
    inbox.hang = threading.Event()
    inbox.hang.set()
    check = check_now(adam)
    assert check.outcome == "broken_off"


def test_a_certificate_that_is_not_valid_is_told(adams: Client, adam: User, settings: Any, tls: "Tls") -> None:
    settings.CRYPTOPOCKET_ENVIRONMENT = "local"
    settings.WEBHOOK_PUBLIC_URL = f"https://127.0.0.1:{tls.port}"
    check = check_now(adam)
    assert check.outcome == "tls"
    assert "certificate of the address was not accepted" in adams.get(RESULT).content.decode()
    assert tls.receiver.deliveries == []


def test_an_address_that_became_private_is_not_sent_to(adams: Client, adam: User, settings: Any) -> None:
    settings.WEBHOOK_PUBLIC_URL = "https://10.0.0.1"
    check = check_now(adam)
    assert check.outcome == "not_allowed"
    page = adams.get(RESULT).content.decode()
    assert "Nothing was sent." in page
    assert "not an address of the internet" in page


def test_an_address_that_cannot_be_one_is_told_at_once(adams: Client, settings: Any) -> None:
    settings.WEBHOOK_PUBLIC_URL = "http://office.example.com"
    page = adams.post(f"{PAGE}live-check/", follow=True).content.decode()
    assert "must begin with https://" in page
    assert "Nothing was sent." in page
    assert not LiveCheck.objects.exists()


def test_proxies_of_the_environment_are_not_asked(adam: User, inbox: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert check_now(adam).outcome == "answered"


def test_a_second_click_while_one_is_under_way_shows_the_first(adam: User, inbox: Receiver) -> None:
    first = request_live_check(requested_by=adam)
    assert request_live_check(requested_by=adam) == first
    run_live_check(first.pk)
    run_live_check(first.pk)
    assert len(inbox.deliveries) == 1, "a message that comes twice sends nothing twice"
    take_in(inbox)
    assert request_live_check(requested_by=adam) != first


def test_a_check_that_no_worker_took_up_says_so_and_is_not_sent_later(
    adams: Client, adam: User, inbox: Receiver
) -> None:
    check = let_time_pass(request_live_check(requested_by=adam), 300)
    run_live_check(check.pk)
    assert inbox.deliveries == []
    assert "No worker took it up. Nothing was sent." in adams.get(RESULT).content.decode()


def test_a_check_whose_worker_was_lost_says_so(adam: User, inbox: Receiver) -> None:
    check = request_live_check(requested_by=adam)
    LiveCheck.objects.update(sent_at=timezone.now())
    check.refresh_from_db()
    assert result_of(check).word == "sending"
    assert result_of(let_time_pass(check, 60)).word == "interrupted"


def test_only_who_may_subscribe_may_check(sofia: User, inbox: Receiver) -> None:
    with pytest.raises(PermissionDenied):
        request_live_check(requested_by=sofia)
    assert not LiveCheck.objects.exists()


def test_the_table_shows_the_last_check_of_each_subscribed_address(adams: Client, adam: User) -> None:
    WebhookSubscription.objects.create(event_type="PAY_IN", url=ADDRESS, since=timezone.now())
    for arrived_at in (None, timezone.now()):
        LiveCheck.objects.create(
            nonce=str(arrived_at), url=ADDRESS, asked_by=adam, sent_at=timezone.now(), arrived_at=arrived_at
        )
    assert ">arrived</span>" in adams.get(f"{PAGE}table/").content.decode()


def test_a_button_that_posts_is_no_link(adams: Client) -> None:
    assert adams.get(f"{PAGE}live-check/").status_code == 405


class Tls:
    """A web server with a certificate for office.example.com that only its own authority vouches for."""

    def __init__(self, folder: Path) -> None:
        self.receiver = Receiver()
        self.certificate = folder / "certificate.pem"
        self.key = folder / "key.pem"
        _write_certificate(self.certificate, self.key, "office.example.com")
        self.port = 0

    def wrap(self, server: ThreadingHTTPServer) -> None:
        """Speak TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_arguments: None  # type: ignore[method-assign]  # who hangs up is not told


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Tls]:
    """That server, running."""
    state = Tls(tmp_path)
    with running_server(handler_for(state.receiver), state.wrap) as server:
        state.port = int(server.server_address[1])
        yield state


def _write_certificate(certificate: Path, key: Path, name: str) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@pytest.mark.parametrize(("host", "outcome"), [("office.example.com", "answered"), ("other.example.com", "tls")])
def test_the_live_check_connects_to_the_address_that_was_checked_and_asks_for_the_certificate_of_the_name(
    tls: Tls, host: str, outcome: str
) -> None:
    """No name server knows these names: only the pinned address can have been used."""
    address = CheckedAddress(
        url=f"https://{host}:{tls.port}/{PATH}", scheme="https", host=host, port=tls.port, ip="127.0.0.1"
    )
    session = make_session(address)
    session.verify = str(tls.certificate)
    sent = send_event(address, body=b"{}", headers={}, session=session)
    assert sent.outcome == outcome
    if outcome == "answered":
        assert tls.receiver.deliveries[0].headers["Host"] == f"{host}:{tls.port}"

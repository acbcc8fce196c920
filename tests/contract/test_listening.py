"""`manage.py contract listen` against the stand-in and its dialects: what deliveries teach, and what they must not."""

import hashlib
import hmac
import io
import json
import re
import socket
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.cryptopocket import load_catalogue
from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.listening import receiver as receiving
from backoffice.cryptopocket.signature import sign
from backoffice.sandbox import Sandbox, start_sandbox
from backoffice.sandbox.webhooks.posting import Poster
from tests.contract.effect import find_other_webhook_effects
from tests.contract.listening import DELIVERIES, Listening, file_without_webhooks, move_things_on
from tests.contract.main_job import DIALECTS, override_of
from tests.contract.probing import READS

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)
PAYMENT_ID = "bT6mYw1RzQ8oJ4sHk0LxG9vFd"


@pytest.fixture
def start(settings: Any) -> Iterator[Any]:
    """Starts a stand-in of a dialect, small, that the settings name."""
    running: list[Sandbox] = []

    def begin(dialect: str = "default", **options: Any) -> Sandbox:
        sizes = {"customers": 5, "payments": 5, "offramps": 5, "bank_transactions": 0}
        sandbox = start_sandbox(dialect=dialect, **{**sizes, **options})
        running.append(sandbox)
        settings.CRYPTOPOCKET_BASE_URL = sandbox.base_url
        settings.CRYPTOPOCKET_API_KEY = sandbox.options.api_key
        settings.CRYPTOPOCKET_API_SECRET = sandbox.options.api_secret
        settings.CRYPTOPOCKET_REQUESTS_PER_SECOND = 10_000.0
        return sandbox

    yield begin
    for sandbox in running:
        sandbox.stop()


def post(url: str, body: bytes, headers: dict[str, str]) -> int | None:
    """Post a delivery by hand; return the HTTP status of the answer, None without one."""
    poster = Poster(seconds=10)
    try:
        return poster.post(url, body=body, headers=headers).status
    finally:
        poster.close()


def hmac_of(content: bytes, sandbox: Sandbox) -> bytes:
    """Sign as somebody who has our secret."""
    return hmac.digest(sandbox.options.api_secret.encode(), content, hashlib.sha256)


def learn(start: Any, folder: Path, dialect: str) -> tuple[Sandbox, Path, str]:
    """Listen while things move on; return the provider, the file, and what was printed."""
    sandbox, file = start(dialect), file_without_webhooks(dialect, folder)
    with Listening("--write", str(file), deliveries=DELIVERIES) as listening:
        move_things_on(sandbox, listening.url)
    return sandbox, file, listening.told


# What is learned


@every_dialect
def test_the_deliveries_of_a_payment_and_an_off_ramp_teach_the_whole_webhook_section(
    start: Any, tmp_path: Path, dialect: str
) -> None:
    sandbox, file, _told = learn(start, tmp_path, dialect)

    learned, wanted = load_catalogue(str(file)).webhook, load_catalogue(override_of(dialect)).webhook
    assert find_other_webhook_effects(learned, wanted) == {}
    assert learned.provenance == "confirmed"
    assert set(sandbox.control.call_counts()) <= READS
    assert sandbox.control.wait_for_deliveries(count=DELIVERIES)
    assert sandbox.control.delivery_answers() == {200: DELIVERIES}


def test_a_provider_as_it_is_assumed_is_confirmed_but_for_the_event_that_no_page_names(
    start: Any, tmp_path: Path
) -> None:
    _sandbox, file, told = learn(start, tmp_path, "default")

    assert re.search(rf"^webhook +deliveries +all signed +{DELIVERIES} signed +confirmed$", told, re.MULTILINE)
    verdicts = re.findall(r"^webhook +(.*) (confirmed|differs|ambiguous|not found)$", told, re.MULTILINE)
    (other,) = [subject for subject, verdict in verdicts if verdict != "confirmed"]
    assert "KYC_STATUS is about customers" in other
    written = tomllib.loads(file.read_text(encoding="utf-8"))["webhook"]
    assert (written.pop("provenance"), written.pop("event_resources")["KYC_STATUS"]) == ("confirmed", "customers")
    assert written == {}


@every_dialect
def test_neither_the_secret_nor_anything_of_the_objects_is_shown_or_written(
    start: Any, tmp_path: Path, dialect: str
) -> None:
    sandbox, file, told = learn(start, tmp_path, dialect)

    shown = told + file.read_text(encoding="utf-8")
    assert sandbox.options.api_secret not in shown
    assert sandbox.options.api_key not in shown
    for row in (sandbox.control.payments()[-1], sandbox.control.offramps()[-1]):
        values = {str(value) for value in row.values() if len(str(value)) > 8 and "_" not in str(value)}
        assert values
        assert [value for value in values if value in shown] == []


def test_a_type_inside_the_object_is_not_taken_for_the_type_of_the_event(start: Any) -> None:
    sandbox = start()
    data = {"type": "transfer", "payment_id": sandbox.control.payments()[0]["id"]}

    with Listening(deliveries=1) as listening:
        sandbox.control.send_event("PAY_IN", data, url=listening.url)

    assert re.search(r"^webhook +type of the event .* type at the top +confirmed$", listening.told, re.MULTILINE)


def test_an_object_at_the_far_end_of_a_long_list_is_found_there(start: Any, tmp_path: Path) -> None:
    sandbox, file = start("camel", payments=1_000), file_without_webhooks("camel", tmp_path)
    payment = sandbox.control.add_payment()["id"]

    with Listening("--write", str(file), deliveries=1) as listening:
        sandbox.control.send_event("PAY_IN", {"payment_id": payment}, url=listening.url)

    assert "orderId in resource" in listening.told
    assert "by its shape" not in listening.told


def test_an_event_that_nobody_told_us_of_is_learned_with_the_list_it_is_about(start: Any, tmp_path: Path) -> None:
    sandbox, file = start("camel"), file_without_webhooks("camel", tmp_path)
    lena = sandbox.control.customers()[0]["id"]

    with Listening("--write", str(file), deliveries=1) as listening:
        sandbox.control.send_event("KYC_STATUS", {"user_id": lena, "kyc_status": "valid"}, url=listening.url)

    webhook = load_catalogue(str(file)).webhook
    assert webhook.event_resources["KYC_STATUS"] == "customers"
    assert webhook.resource_id_fields["customers"] == ("customerId",)


def test_an_event_in_another_spelling_becomes_an_alias(start: Any, tmp_path: Path) -> None:
    sandbox, file = start(), tmp_path / "contract.toml"
    payment = sandbox.control.payments()[0]["id"]

    with Listening("--write", str(file), deliveries=1) as listening:
        sandbox.control.send_event("payIn", {"payment_id": payment}, url=listening.url)

    assert load_catalogue(str(file)).webhook.event_aliases["payIn"] == "PAY_IN"


def test_an_id_that_no_list_shows_is_told_by_its_shape_and_that_is_said(start: Any, tmp_path: Path) -> None:
    sandbox, file = start(), tmp_path / "contract.toml"

    with Listening("--write", str(file), deliveries=1) as listening:
        sandbox.control.send_event("PAY_IN", {"operation": PAYMENT_ID, "note": "nothing"}, url=listening.url)

    assert "by its shape alone: no list shows it" in listening.told
    assert load_catalogue(str(file)).webhook.id_fields[0] == "operation"


# What teaches nothing


def test_a_forged_and_an_unsigned_delivery_are_reported_and_teach_nothing(start: Any, tmp_path: Path) -> None:
    sandbox, file = start("camel"), tmp_path / "contract.toml"
    data = {"orderId": PAYMENT_ID}

    with Listening("--write", str(file), deliveries=2) as listening:
        assert sandbox.control.send_event("PAY_IN", data, url=listening.url, secret="somebody else's") == 200
        assert sandbox.control.send_event("PAY_IN", data, url=listening.url, unsigned=True) == 200

    assert re.search(r"^webhook +deliveries +all signed +0 of 2 signed +not found$", listening.told, re.MULTILINE)
    assert re.search(r"^webhook +unsigned +none +1 +ambiguous$", listening.told, re.MULTILINE)
    assert re.search(
        r"^webhook +signature not ours +none +1, 1 of them with our key +ambiguous$", listening.told, re.MULTILINE
    )
    assert "was not changed: nothing new was learned" in listening.told
    assert not file.exists()
    assert sandbox.control.calls() == 0


def test_forged_deliveries_among_the_real_ones_change_nothing_of_what_is_learned(start: Any, tmp_path: Path) -> None:
    sandbox = start("laravel")
    file = file_without_webhooks("laravel", tmp_path)
    forged = json.dumps({"type": "COINS_SENT", "data": {"payment_id": PAYMENT_ID}}).encode()

    with Listening("--write", str(file), deliveries=DELIVERIES + 2) as listening:
        post(listening.url, forged, {"X-API-Key": sandbox.options.api_key, "X-Signature": "0" * 64})
        post(listening.url, forged, {})
        move_things_on(sandbox, listening.url)

    learned, wanted = load_catalogue(str(file)).webhook, load_catalogue(override_of("laravel")).webhook
    assert find_other_webhook_effects(learned, wanted) == {}
    assert f"{DELIVERIES} of {DELIVERIES + 2} signed" in listening.told


def test_oversized_garbled_and_broken_off_bodies_do_no_harm(start: Any, tmp_path: Path) -> None:
    sandbox = start("legacy")
    file = file_without_webhooks("legacy", tmp_path)
    deep = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    number = b'{"evento":"PAY_IN","pago":' + b"9" * 6_000 + b"}"
    garbage = [b"", b"\x00\xff\xfe", deep, number, b"[1,2,3]", b"<html>"]

    with Listening("--write", str(file), deliveries=DELIVERIES + 2 * len(garbage)) as listening:
        post(listening.url, b"x" * (receiving.LARGEST_BODY + 1), {})
        for body in garbage:
            assert post(listening.url, body, {}) == 200
            assert sandbox.control.send_event("PAY_IN", url=listening.url, body=body) == 200
        break_off(listening.url)
        move_things_on(sandbox, listening.url)

    assert "1 turned away: larger than 256 KB." in listening.told
    assert "1 turned away: without a length of its body." in listening.told
    signed = DELIVERIES + len(garbage)
    assert re.search(
        rf"^webhook +body +a JSON object +\d of {signed} are none +not supported$", listening.told, re.MULTILINE
    )
    learned, wanted = load_catalogue(str(file)).webhook, load_catalogue(override_of("legacy")).webhook
    assert find_other_webhook_effects(learned, wanted) == {}
    assert learned.provenance == "inferred"


def test_more_than_can_be_looked_at_is_sent_again_and_not_lost() -> None:
    with receiving.Receiver(0) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/"
        answers = [post(url, b"{}", {}) for _ in range(receiver.deliveries.maxsize + 1)]
        receiver.deliveries.get()
        again = post(url, b"{}", {})

    assert answers == [*[200] * receiver.deliveries.maxsize, 503]
    assert again == 200


def break_off(url: str) -> None:
    """Send a request without a length, and one that ends in the middle."""
    place = (url.split(":")[1].strip("/"), int(url.rstrip("/").rpartition(":")[2]))
    for start_of_request in (b"POST / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\nhalf"):
        with socket.create_connection(place, timeout=10) as connection:
            connection.sendall(start_of_request)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(100).startswith(b"HTTP/1.0 4")


# What the catalogue cannot say


@pytest.mark.parametrize(
    ("content", "headers", "shown"),
    [
        ("{time}{body}", {"X-Signature": "{hex}", "X-Timestamp": "{time}"}, "X-Signature: hex of time + body"),
        ("{time}.{body}", {"X-Hub": "sha256={hex}", "X-Time": "{time}"}, "X-Hub: hex of time + . + body"),
        ("{body}", {"X-Signature": "{hex}"}, "X-Signature: hex of body"),
        ("{body}{time}", {"X-Signature": "sha256={hex}", "X-Timestamp": "{time}"}, "X-Signature: hex of body + time"),
    ],
)
def test_what_the_catalogue_cannot_say_is_said_plainly_and_not_guessed(
    start: Any, tmp_path: Path, content: str, headers: dict[str, str], shown: str
) -> None:
    sandbox, file = start(), tmp_path / "contract.toml"
    body = json.dumps({"type": "PAY_IN", "data": {"payment_id": sandbox.control.payments()[0]["id"]}})
    moment = str(int(time.time()))
    signature = hmac_of(content.format(body=body, time=moment).encode(), sandbox).hex()
    sent = {name: value.format(hex=signature, time=moment) for name, value in headers.items()}

    with Listening("--write", str(file), deliveries=1) as listening:
        post(listening.url, body.encode(), {"X-API-Key": sandbox.options.api_key, **sent})

    assert re.search(rf"^webhook +signature .*{re.escape(shown)}.* not supported$", listening.told, re.MULTILINE)
    assert "it needs a change of the product" in listening.told
    assert "signature header" not in listening.told
    assert not file.exists()


def test_two_headers_with_the_same_time_are_left_to_a_person(start: Any, tmp_path: Path) -> None:
    sandbox, file = start(), tmp_path / "contract.toml"
    contract = WebhookContract(timestamp_header="X-Sent-At")
    body = json.dumps({"type": "PAY_IN", "data": {"payment_id": sandbox.control.payments()[0]["id"]}}).encode()
    headers = sign(
        body=body,
        api_key=sandbox.options.api_key,
        api_secret=sandbox.options.api_secret,
        contract=contract,
        now=datetime.now(UTC),
    )

    with Listening("--write", str(file), deliveries=1) as listening:
        post(listening.url, body, {**headers, "X-Made-At": headers["X-Sent-At"]})

    assert re.search(r"^webhook +time header .*X-Sent-At, X-Made-At +ambiguous$", listening.told, re.MULTILINE)
    assert not file.exists()


def test_a_clock_that_is_wrong_is_told(start: Any) -> None:
    sandbox = start()
    payment = sandbox.control.payments()[0]["id"]

    with Listening(deliveries=1) as listening:
        sandbox.control.send_event(
            "PAY_IN", {"payment_id": payment}, url=listening.url, timestamp=int(time.time()) - 3_600
        )

    assert "1 of the signed deliveries carry a time more than 300 s from this machine's clock" in listening.told


# How it begins and ends


def test_it_ends_after_its_time_and_says_that_nothing_came(start: Any) -> None:
    start()

    with Listening(deliveries=5, seconds=0.2) as listening:
        pass

    assert "none came: is the address subscribed, and does the tunnel reach this port?" in listening.told


def test_ctrl_c_keeps_what_was_found_so_far(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = start()
    answered: list[int | None] = []

    class OnceInterrupted(receiving.Receiver):
        def __enter__(self) -> Any:
            entered = super().__enter__()
            url = f"http://127.0.0.1:{self.port}/"
            payment = sandbox.control.payments()[0]["id"]
            answered.append(sandbox.control.send_event("PAY_IN", {"payment_id": payment}, url=url))
            take = self.deliveries.get

            def get(*arguments: Any, **more: Any) -> Any:
                if self.deliveries.empty():
                    raise KeyboardInterrupt
                return take(*arguments, **more)

            monkeypatch.setattr(self.deliveries, "get", get)
            return entered

    monkeypatch.setattr("backoffice.management.contract_listen.Receiver", OnceInterrupted)
    printed = io.StringIO()

    call_command("contract", "listen", "--port", "0", stdout=printed, stderr=printed)

    assert answered == [200]
    assert "Ended by hand." in printed.getvalue()
    assert re.search(r"^webhook +deliveries +all signed +1 signed +confirmed$", printed.getvalue(), re.MULTILINE)


def test_nothing_is_listened_to_in_production(start: Any, settings: Any) -> None:
    start()
    settings.CRYPTOPOCKET_ENVIRONMENT = "production"

    with pytest.raises(CommandError, match="local and sandbox only"):
        call_command("contract", "listen", "--seconds", "0.1")


def test_a_port_that_is_taken_is_told(start: Any) -> None:
    start()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="cannot be used"):
        call_command("contract", "listen", "--port", str(taken.getsockname()[1]))


def test_lists_that_cannot_be_read_leave_the_shape_to_go_by(start: Any) -> None:
    sandbox = start()
    sandbox.control.fault("error_500", "authenticate", count=None)

    with Listening(deliveries=1) as listening:
        sandbox.control.send_event("PAY_IN", {"payment_id": PAYMENT_ID}, url=listening.url)

    assert "Ids were told by their shape: the lists cannot be read" in listening.told

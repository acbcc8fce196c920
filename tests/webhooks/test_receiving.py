"""Taking events in: what is taken and what is refused, and what is kept of either."""

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.cryptopocket.signature import SignatureVerdict
from backoffice.webhooks import receiving, views
from backoffice.webhooks.models import WebhookEvent, WebhookRefusal
from backoffice.webhooks.queries import refusals_by_reason, refused_count, unsigned_since
from tests.webhooks.deliveries import INBOX, body_of, deliver, post, signed_headers

pytestmark = pytest.mark.django_db

BODY = body_of("COINS_SENT", payment_id="aZ3kQ9tLm2Xw7VbN5cRy8UePd", user_id=4711)


def _reasons() -> dict[str, int]:
    return {refusal.reason.value: refusal.count for refusal in refusals_by_reason()}


def test_a_signed_event_is_kept_with_its_name_and_its_ids() -> None:
    assert post(BODY, signed_headers(BODY, User_Agent="CryptoPocket/1")) == 200

    event = WebhookEvent.objects.get()
    assert (event.event_type, event.event_type_sent, event.is_known) == ("COINS_SENT", "COINS_SENT", True)
    assert event.ids == [["payment_id", "aZ3kQ9tLm2Xw7VbN5cRy8UePd"], ["user_id", "4711"]]
    assert (event.verdict, event.state, event.times_received) == ("signed", "waiting", 1)
    assert event.body == BODY.decode()
    assert event.headers["User-Agent"] == "CryptoPocket/1"
    assert abs(event.received_at - timezone.now()) < timedelta(minutes=1)
    assert event.signed_at is not None


def test_an_event_costs_one_query_a_repetition_and_a_refusal_as_well() -> None:
    for headers, status in [(signed_headers(BODY), 200), (signed_headers(BODY), 200), ({}, 401), ({}, 401)]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert post(BODY, headers) == status
        assert len(queries) == 1


def test_where_no_more_unsigned_events_are_taken_a_signed_one_costs_one_query_as_ever(settings: Any) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    settings.WEBHOOK_MOST_UNSIGNED_A_DAY = 1
    assert [post(body_of("PAY_IN", payment_id=payment), {}) for payment in ("p1", "p2")] == [200, 429]

    with CaptureQueriesContext(connection) as queries:
        assert post(BODY, signed_headers(BODY)) == 200
    assert len(queries) == 1


def test_unsigned_events_are_counted_in_an_index_that_holds_no_others() -> None:
    receiving.store(BODY, {}, SignatureVerdict.UNSIGNED)
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert unsigned_since(timedelta(days=1), at_most=10) == 1
    ((sql, params),) = asked
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read one after the other otherwise.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", params)
        assert "webhook_events_unsigned" in str(cursor.fetchall())


def test_neither_key_nor_signature_nor_any_other_secret_is_kept() -> None:
    headers = signed_headers(BODY, Authorization="Bearer abc", Cookie="sessionid=abc", X_Vault_Token="abc")
    post(BODY, headers)

    kept = json.dumps(WebhookEvent.objects.get().headers)
    assert "abc" not in kept
    assert headers["X-API-Key"] not in kept
    assert headers["X-Signature"] not in kept
    assert headers["X-Timestamp"] in kept


def test_the_body_is_encrypted_in_the_database() -> None:
    post(BODY, signed_headers(BODY))

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM webhooks_webhookevent")
        (stored,) = cursor.fetchone()
    assert "aZ3kQ9tLm2Xw7VbN5cRy8UePd" not in stored


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"X-Signature": "0" * 64}, "wrong_signature"),
        ({"X-Signature": ""}, "missing_header"),
        ({"X-API-Key": "pk_of_somebody_else"}, "unknown_key"),
        ({"X-API-Key": ""}, "missing_header"),
        ({"X-Timestamp": "yesterday"}, "unreadable_timestamp"),
    ],
)
def test_a_forged_event_is_refused_with_nothing_said_and_counted_with_the_reason(
    change: dict[str, str], reason: str
) -> None:
    assert post(BODY, {**signed_headers(BODY), **change}) == 401

    assert not WebhookEvent.objects.exists()
    assert _reasons() == {reason: 1}


@pytest.mark.parametrize(("seconds", "status"), [(-290, 200), (290, 200), (-310, 401), (310, 401)])
def test_an_event_is_taken_five_minutes_either_way(seconds: int, status: int) -> None:
    assert post(BODY, signed_headers(BODY, at=time.time() + seconds)) == status
    assert _reasons() == ({} if status == 200 else {"outside_tolerance": 1})


def test_another_body_under_a_true_signature_is_refused() -> None:
    assert post(BODY.replace(b"4711", b"4712"), signed_headers(BODY)) == 401


def test_an_empty_secret_of_ours_lets_nobody_in(settings: Any) -> None:
    settings.CRYPTOPOCKET_API_SECRET = ""

    assert post(BODY, signed_headers(BODY)) == 401


def test_during_a_rotation_both_secrets_count_and_it_is_noted_which(settings: Any) -> None:
    settings.CRYPTOPOCKET_API_SECRET_PREVIOUS = "sk_before"
    settings.CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL = timezone.now() + timedelta(hours=1)
    other = body_of("PAY_IN", payment_id="p2")

    assert post(BODY, signed_headers(BODY, secret="sk_before")) == 200
    assert post(other, signed_headers(other)) == 200

    verdicts = WebhookEvent.objects.order_by("pk").values_list("verdict", flat=True)
    assert list(verdicts) == ["signed_with_previous", "signed"]


def test_after_the_rotation_the_secret_before_counts_no_more(settings: Any) -> None:
    settings.CRYPTOPOCKET_API_SECRET_PREVIOUS = "sk_before"
    settings.CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL = timezone.now() - timedelta(seconds=1)

    assert post(BODY, signed_headers(BODY, secret="sk_before")) == 401


def test_an_event_that_nobody_signed_is_refused_unless_the_setting_says_otherwise(settings: Any) -> None:
    assert post(BODY, {}) == 401
    assert _reasons() == {"unsigned": 1}

    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    assert post(BODY, {}) == 200
    assert WebhookEvent.objects.get().verdict == "unsigned"


def test_a_wrong_signature_is_refused_where_unsigned_events_are_taken(settings: Any) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True

    assert post(BODY, {**signed_headers(BODY), "X-Signature": "0" * 64}) == 401
    assert post(BODY, {**signed_headers(BODY), "X-Signature": ""}) == 401


def test_a_repetition_is_counted_on_the_first_and_is_no_row() -> None:
    headers = signed_headers(BODY)
    for _time in range(3):
        assert post(BODY, headers) == 200

    assert WebhookEvent.objects.get().times_received == 3


def test_the_same_body_at_another_time_is_another_event() -> None:
    post(BODY, signed_headers(BODY))
    post(BODY, signed_headers(BODY, at=time.time() - 2))

    assert [event.times_received for event in WebhookEvent.objects.all()] == [1, 1]


def test_the_same_id_of_an_event_is_a_repetition_whenever_it_is_sent_again() -> None:
    body = json.dumps({"event_id": "evt_1", "type": "PAY_IN", "data": {"payment_id": "p1"}}).encode()
    again = json.dumps({"type": "PAY_IN", "event_id": "evt_1", "data": {"payment_id": "p1"}}).encode()
    post(body, signed_headers(body, at=time.time() - 60))
    post(again, signed_headers(again))

    event = WebhookEvent.objects.get()
    assert (event.provider_event_id, event.times_received) == ("evt_1", 2)


def test_one_id_on_events_about_different_objects_does_not_hide_one_of_them() -> None:
    for payment in ("p1", "p2"):
        body = json.dumps({"event_id": "evt_1", "type": "PAY_IN", "data": {"payment_id": payment}}).encode()
        post(body, signed_headers(body))

    assert WebhookEvent.objects.count() == 2


def test_a_stranger_cannot_send_first_what_the_provider_is_going_to(settings: Any) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    body = json.dumps({"event_id": "evt_1", "type": "PAY_IN", "data": {"payment_id": "p1"}}).encode()
    post(body, {})
    post(body, signed_headers(body))

    assert sorted(WebhookEvent.objects.values_list("verdict", "times_received")) == [("signed", 1), ("unsigned", 1)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b'"COINS_SENT"',
        b"\xff\xfe\x00",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"type": {"a": 1}, "data": [1], "payment_id": true}',
        b'{"type": "\\u0000", "payment_id": "../../admin", "data": {"id": "\\ud800", "payment_id": 1.5}}',
        b'{"type": "' + b"x" * 5000 + b'", "payment_id": "' + b"y" * 5000 + b'"}',
        b'{"type": 12345678901234567890123456789, "payment_id": null}',
    ],
)
def test_whatever_is_in_a_signed_body_it_is_kept_and_nothing_is_taken_from_it(body: bytes) -> None:
    assert post(body, signed_headers(body)) == 200

    event = WebhookEvent.objects.get()
    assert event.ids == []
    assert event.is_known is False
    assert event.body == body.decode(errors="backslashreplace")


def test_the_old_name_of_an_event_is_the_new_one() -> None:
    deliver("RAMPOFF_FINISHED", id="o1")

    event = WebhookEvent.objects.get()
    assert (event.event_type, event.event_type_sent) == ("TRANSFER_RAMPOFF_FINISHED", "RAMPOFF_FINISHED")


def test_a_body_of_256_kilobytes_is_taken_and_one_byte_more_is_not() -> None:
    fits = b'{"type": "PAY_IN"}'.ljust(256 * 1024)
    too_large = fits + b" "

    assert post(fits, signed_headers(fits)) == 200
    assert post(too_large, signed_headers(too_large)) == 413
    assert _reasons() == {"too_large": 1}


class _Counted(BytesIO):
    """A body that knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes."""
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def test_what_is_announced_as_too_large_is_not_read_at_all() -> None:
    sent = _Counted(b"x" * 400_000)
    request = RequestFactory().generic("POST", INBOX)
    request.META.update({"CONTENT_LENGTH": "400000", "wsgi.input": sent})
    request._stream = sent

    assert views.receive(request).status_code == 413
    assert sent.taken == 0


def _sent_in_chunks(body: bytes, headers: dict[str, str]) -> tuple[Any, _Counted]:
    """A request without a length, as the server hands it on: its own stream ends by itself."""
    sent = _Counted(body)
    request = RequestFactory().generic("POST", INBOX, headers=headers)
    request.META.pop("CONTENT_LENGTH", None)
    request.META.update({"wsgi.input": sent, "wsgi.input_terminated": True})
    return request, sent


def test_a_body_sent_in_chunks_is_read_and_never_further_than_the_limit() -> None:
    request, _sent = _sent_in_chunks(BODY, signed_headers(BODY))
    assert views.receive(request).status_code == 200

    request, sent = _sent_in_chunks(b"x" * 10_000_000, {})
    assert views.receive(request).status_code == 413
    assert sent.taken == 256 * 1024 + 1


def test_a_body_whose_chunks_are_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class InvalidChunkSizeError(Exception):
        """The web server has errors of its own, which are no errors of input and output."""

    def fail(*_arguments: Any) -> bytes:
        raise InvalidChunkSizeError

    request, sent = _sent_in_chunks(BODY, signed_headers(BODY))
    monkeypatch.setattr(sent, "read", fail)

    assert views.receive(request).status_code == 401
    assert _reasons() == {"cut_off": 1}


def test_a_body_that_ends_too_early_is_refused() -> None:
    request = RequestFactory().generic("POST", INBOX, BODY, headers=signed_headers(BODY))
    request.META["CONTENT_LENGTH"] = str(len(BODY) + 1)

    assert views.receive(request).status_code == 401
    assert _reasons() == {"cut_off": 1}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_but_post_is_answered(method: str) -> None:
    answer = Client().generic(method, INBOX)

    assert (answer.status_code, answer.content, answer.headers["Allow"]) == (405, b"", "POST")
    assert refused_count() == 0
    assert _reasons() == {"method": 1}


def test_a_flood_of_forged_events_is_a_handful_of_rows() -> None:
    for number in range(300):
        post(
            BODY,
            {**signed_headers(BODY), "X-Signature": f"{number:064x}"},
            client=Client(REMOTE_ADDR=f"8.8.{number % 200}.1"),
        )
        post(BODY, {}, client=Client(REMOTE_ADDR="10.0.0.1"))

    assert _reasons() == {"wrong_signature": 300, "unsigned": 300}
    assert WebhookRefusal.objects.count() <= 2 * 2
    assert refused_count() == 600


def test_the_address_of_the_last_who_was_refused_is_known() -> None:
    post(BODY, {}, client=Client(REMOTE_ADDR="8.8.4.4"))

    refusal = WebhookRefusal.objects.get()
    assert (refusal.source, refusal.last_address) == ("public", "8.8.4.4")


@pytest.mark.parametrize("step", ["store", "count_refusal"])
def test_while_the_database_is_away_the_sender_is_asked_to_send_again(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(views, step, fail)
    answer = Client().post(
        INBOX, BODY, content_type="application/json", headers=signed_headers(BODY) if step == "store" else {}
    )

    assert (answer.status_code, answer.content) == (503, b"")
    assert answer.headers["Retry-After"] == "5"


def test_the_inbox_opens_no_session_and_sets_no_cookie() -> None:
    answer = Client().post(INBOX, BODY, content_type="application/json", headers=signed_headers(BODY))

    assert answer.status_code == 200
    assert not answer.cookies


def test_without_the_short_way_the_view_answers_all_the_same(settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "short_way" not in name]
    client = Client(enforce_csrf_checks=True)

    assert post(BODY, signed_headers(BODY), client=client) == 200
    assert post(BODY, {}, client=client) == 401


def test_a_time_that_is_signed_is_kept_as_the_time_of_sending() -> None:
    at = int(time.time()) - 100
    post(BODY, signed_headers(BODY, at=at))

    assert WebhookEvent.objects.get().signed_at == datetime.fromtimestamp(at, tz=UTC)


def test_headers_without_number_and_end_are_cut(settings: Any) -> None:
    headers = receiving.headers_to_keep({f"X-{number}": "y" * 5000 for number in range(500)})

    assert {len(value) for value in headers.values()} == {300}
    assert list(headers) == [f"X-{number}" for number in range(13)]
    assert sum(len(name) + len(value) for name, value in headers.items()) <= 4096


def test_the_digest_does_not_tell_the_body(settings: Any) -> None:
    post(BODY, signed_headers(BODY))

    assert WebhookEvent.objects.get().digest != hashlib.sha256(BODY).hexdigest()

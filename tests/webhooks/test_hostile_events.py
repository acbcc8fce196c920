"""What strangers, bad luck and careless settings do to the inbox, and what it costs us."""

import json
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.sandbox import Sandbox
from backoffice.sync.errors import RestrictedRowError
from backoffice.sync.services import refresh_one, sync_resource
from backoffice.webhooks import nudging, receiving, views
from backoffice.webhooks.models import WebhookEvent
from backoffice.webhooks.queries import refusals_by_reason
from backoffice.webhooks.quiet import ClosedNote
from backoffice.webhooks.services import process_events
from customers.models import Customer
from tests.webhooks.deliveries import INBOX, body_of, deliver, post, signed_headers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def forgotten(sandbox: Sandbox) -> Customer:
    """A customer who asked to be forgotten."""
    row = sandbox.control.add_customer(kyc_status="processing")
    assert sync_resource(name="customers", mode="full").state == "succeeded"
    Customer.objects.update(restricted_at=timezone.now())
    return Customer.objects.get(remote_id=str(row["id"]))


def test_an_event_about_who_asked_to_be_forgotten_asks_the_provider_nothing(
    sandbox: Sandbox, forgotten: Customer
) -> None:
    before = sandbox.control.calls()
    assert deliver("KYC_FINISHED", user_id=forgotten.remote_id) == 200
    process_events()

    event = WebhookEvent.objects.get()
    assert (event.state, event.effects.get().outcome) == ("done", "left_out")
    assert sandbox.control.calls() == before


def test_nobody_reads_who_asked_to_be_forgotten_singly(sandbox: Sandbox, forgotten: Customer) -> None:
    before = sandbox.control.calls()
    with pytest.raises(RestrictedRowError):
        refresh_one(name="customers", remote_id=forgotten.remote_id, source="page")

    assert sandbox.control.calls() == before


def test_the_key_and_the_signature_are_not_kept_under_the_names_of_another_provider(
    tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "contract.toml"
    file.write_text('[webhook]\nkey_header = "X-Client"\nsignature_header = "X-Seal"\n')
    monkeypatch.setattr(receiving, "get_catalogue", lambda: load_catalogue(str(file)))

    kept = receiving.headers_to_keep({"X-Client": "pk_1", "x-seal": "abc", "X-Jwt-Assertion": "ey.J.z", "Via": "1.1"})
    assert set(kept.items()) == {
        ("X-Client", receiving.WITHHELD),
        ("x-seal", receiving.WITHHELD),
        ("X-Jwt-Assertion", receiving.WITHHELD),
        ("Via", "1.1"),
    }


def test_a_flood_of_forged_events_leaves_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for _delivery in range(3):
            assert post(b"{}", {}) == 401

    assert [record for record in caplog.records if "webhooks" in record.getMessage()] == []


def test_while_the_database_is_away_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(views, "store", fail)
    monkeypatch.setattr(views, "_closed", ClosedNote())
    body = body_of("PAY_IN", payment_id="p1")
    with caplog.at_level(logging.INFO):
        assert [post(body, signed_headers(body)) for _delivery in range(5)] == [503] * 5

    lines = [record.getMessage() for record in caplog.records]
    assert len([line for line in lines if "inbox_closed" in line]) == 1
    assert not [line for line in lines if "Service Unavailable" in line]


@pytest.mark.parametrize(
    "body",
    [b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"[" * 100_000, b'{"type":"PAY_IN","note":"\\ud800"}'],
    ids=["deep", "deeper", "half a character"],
)
def test_the_page_of_an_event_whose_body_cannot_be_shown_says_so(body: bytes, client: Client, sofia: User) -> None:
    assert post(body, signed_headers(body)) == 200
    client.force_login(sofia)

    page = client.get(f"/admin/webhooks/webhookevent/{WebhookEvent.objects.get().pk}/change/")
    assert page.status_code == 200
    assert "cannot be masked and is not shown" in page.content.decode()


def test_strangers_cannot_fill_the_inbox_where_unsigned_events_are_taken(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    monkeypatch.setattr(views, "MOST_UNSIGNED_A_MINUTE", 3)

    statuses = [post(body_of("PAY_IN", payment_id=f"p{number}"), {}) for number in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert WebhookEvent.objects.count() == 3
    assert {refusal.reason.value: refusal.count for refusal in refusals_by_reason()} == {"too_many_unsigned": 2}
    assert deliver("PAY_IN", payment_id="p9") == 200


def test_strangers_cannot_fill_the_disk_day_by_day_where_unsigned_events_are_taken(settings: Any) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    settings.WEBHOOK_MOST_UNSIGNED_A_DAY = 3
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def come_an_hour_later(number: int) -> int:
            clock.shift(timedelta(hours=1))
            return post(body_of("PAY_IN", payment_id=f"p{number}"), {})

        assert [come_an_hour_later(number) for number in range(5)] == [200, 200, 200, 429, 429]
        assert WebhookEvent.objects.count() == 3
        assert {refusal.reason.value: refusal.count for refusal in refusals_by_reason()} == {
            "too_many_unsigned_a_day": 2
        }
        assert deliver("PAY_IN", payment_id="p5") == 200

        clock.shift(timedelta(hours=19))
        assert [come_an_hour_later(number) for number in (6, 7)] == [200, 200]


@pytest.mark.parametrize(
    ("note", "is_kept"),
    [(b"x" * 4000, True), (b"x" * 5000, False), (b"\xff" * 2000, False)],
    ids=["short", "long", "bytes"],
)
def test_of_what_nobody_signed_only_a_short_body_is_kept_and_always_the_ids(
    settings: Any, note: bytes, is_kept: bool
) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    body = b'{"type":"PAY_IN","data":{"payment_id":"p1","note":"' + note + b'"}}'
    assert post(body, {}) == post(body, signed_headers(body)) == 200

    unsigned, signed = WebhookEvent.objects.order_by("pk")
    assert (bool(unsigned.body), unsigned.is_body_kept) == (is_kept, is_kept)
    assert (bool(signed.body), signed.is_body_kept) == (True, True)
    assert unsigned.ids == signed.ids


def test_a_nudge_that_fails_in_an_unknown_way_does_not_silence_those_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = threading.Semaphore(0)

    def fail(*_arguments: Any, **_options: Any) -> None:
        tried.release()
        raise RuntimeError("the library of the broker has errors of its own")

    monkeypatch.setattr(nudging, "PAUSE_SECONDS", 0)
    monkeypatch.setattr("celery.current_app.send_task", fail)
    nudger = nudging.Nudger()
    nudger.ask()
    assert tried.acquire(timeout=5)
    nudger.ask()
    assert tried.acquire(timeout=5)


def test_ids_that_are_no_ids_lead_nowhere(sandbox: Sandbox) -> None:
    for value in (
        "../customers",
        "..",
        "a/b",
        "x" * 101,
        {"a": 1},
        ["p1"],
        True,
        1.5,
        "p1\r\nX-A: b",
        "p\u0000",
        "%2e%2e",
    ):
        assert deliver("PAY_IN", payment_id=value) == 200
    process_events()

    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"unclear"}
    assert sandbox.control.calls("getPayment") == 0


def test_thousands_of_ids_in_one_event_are_a_handful_of_reads(sandbox: Sandbox) -> None:
    event = {"type": "PAY_IN", "data": {"payment_id": "p1", "ids": [f"p{n}" for n in range(9_000)]}, "payment_id": "p2"}
    body = json.dumps(event).encode()
    assert post(body, signed_headers(body)) == 200
    process_events()

    assert WebhookEvent.objects.get().effects.count() == 2


def test_the_inbox_can_be_searched_for_anything(client: Client, sofia: User) -> None:
    client.force_login(sofia)
    for query in ("%00", "%F0%9F%92%A3", "x" * 5_000, "%27%3B--"):
        assert client.get(f"/admin/webhooks/webhookevent/?q={query}").status_code == 200


def test_a_stranger_is_told_nothing_by_the_inbox() -> None:
    for method in ("get", "put", "delete", "options", "head", "trace"):
        answer = getattr(Client(), method)(INBOX)
        assert (answer.status_code, answer.content) == (405, b"")

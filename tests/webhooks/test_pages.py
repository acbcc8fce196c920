"""The inbox as people see it: what came, what it caused, what was refused, and replaying by hand."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.attention import attention_for
from backoffice.audit.models import AuditRecord
from backoffice.health.watched import CONDITIONS
from backoffice.retention.models import RetentionPolicy
from backoffice.retention.services import purge_due
from backoffice.sandbox import Sandbox
from backoffice.webhooks.models import ReadBack, WebhookEffect, WebhookEvent, WebhookRefusal
from backoffice.webhooks.services import process_events
from customers.models import Customer
from payments.models import Payment
from tests.webhooks.deliveries import body_of, deliver, post, signed_headers

pytestmark = pytest.mark.django_db

LIST = "/admin/webhooks/webhookevent/"


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _page(event: WebhookEvent) -> str:
    return reverse("admin:webhooks_webhookevent_change", args=[event.pk])


def _count(client: Client, person: User, name: str) -> int:
    client.force_login(person)
    request = client.get(reverse("admin:index")).wsgi_request
    return next(count.count for count in attention_for(request) if count.item.name == name)


def test_the_list_shows_what_came_and_what_it_caused(payment: Payment, client: Client, sofia: User) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    client.force_login(sofia)
    text = _text(client, LIST)

    assert "COINS_SENT" in text
    assert f"{payment.remote_id} changed" in text.replace("  ", " ")


def test_an_empty_inbox_says_how_to_subscribe(client: Client, sofia: User) -> None:
    client.force_login(sofia)

    assert "Webhook subscriptions" in _text(client, LIST)


def test_refusals_stand_above_the_list_with_what_to_do_and_on_the_front_page(client: Client, sofia: User) -> None:
    body = body_of("PAY_IN", payment_id="p1")
    for _time in range(3):
        post(body, {**signed_headers(body), "X-Signature": "0" * 64}, client=Client(REMOTE_ADDR="8.8.4.4"))
    client.force_login(sofia)
    text = _text(client, LIST)

    assert "Wrong signature" in text
    assert "8.8.4.4" in text
    assert "Is CRYPTOPOCKET_API_SECRET the right one" in text
    assert _count(client, sofia, "webhook-refusals") == 3


def test_the_page_of_an_event_shows_its_tries_and_the_body_masked(
    sandbox: Sandbox, payment: Payment, client: Client, aurelio: User
) -> None:
    sandbox.control.fault("error_500", "getPayment")
    deliver("COINS_SENT", payment_id=payment.remote_id, email="lena@example.org")
    process_events()
    client.force_login(aurelio)
    text = _text(client, _page(WebhookEvent.objects.get()))

    assert "could not be read" in text
    assert "HTTP 500" in text
    assert "As received from the provider" in text
    assert "lena@example.org" not in text
    assert "X-Timestamp" in text


def test_the_administrator_sees_the_event_and_not_its_body(payment: Payment, client: Client, db: None) -> None:
    from django.contrib.auth.models import Group

    admin = User.objects.create_user(username="alma", password="correct horse battery", is_staff=True)
    admin.groups.add(Group.objects.get(name="Administrator"))
    deliver("COINS_SENT", payment_id=payment.remote_id, note="a remark")
    client.force_login(admin)
    text = _text(client, _page(WebhookEvent.objects.get()))

    assert "COINS_SENT" in text
    assert "a remark" not in text


def test_the_body_of_who_asked_to_be_forgotten_is_hidden(sandbox: Sandbox, client: Client, sofia: User) -> None:
    now = timezone.now()
    Customer.objects.create(remote_id="77", read_at=now, first_seen_at=now, changed_at=now, restricted_at=now)
    deliver("KYC_FINISHED", user_id="77", note="a remark")
    client.force_login(sofia)

    assert "a remark" not in _text(client, _page(WebhookEvent.objects.get()))


@pytest.mark.parametrize("person", ["clara", "felix"])
def test_who_has_nothing_to_do_with_the_provider_sees_no_inbox(
    client: Client, person: str, request: pytest.FixtureRequest
) -> None:
    deliver("COINS_SENT", payment_id="p1")
    client.force_login(request.getfixturevalue(person))

    assert client.get(LIST).status_code == 403
    assert client.get(_page(WebhookEvent.objects.get())).status_code == 403


def test_sofia_replays_one_event_from_its_page(payment: Payment, client: Client, sofia: User) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    event = WebhookEvent.objects.get()
    client.force_login(sofia)
    answer = client.post(reverse("admin:webhooks_webhookevent_replay", args=[event.pk]), follow=True)

    event.refresh_from_db()
    assert event.state == "waiting"
    assert "worked through anew" in answer.content.decode()
    assert AuditRecord.objects.filter(action="webhook_event.replayed", actor_name="sofia").count() == 1


def test_sofia_replays_many_events_from_the_list(sandbox: Sandbox, client: Client, sofia: User) -> None:
    for number in range(5):
        deliver("SOMETHING_NEW", order=number)
    process_events()
    client.force_login(sofia)
    chosen = list(WebhookEvent.objects.values_list("pk", flat=True))
    client.post(LIST, {"action": "replay_events", "_selected_action": chosen[:4]})

    assert WebhookEvent.objects.filter(state="waiting").count() == 4
    assert AuditRecord.objects.filter(action="webhook_event.replayed").count() == 4


def test_a_replay_reads_the_event_with_the_catalogue_of_today(payment: Payment, client: Client, sofia: User) -> None:
    deliver("PAY_IN", payment_id=payment.remote_id)
    WebhookEvent.objects.update(event_type="", is_known=False, ids=[], state="unclear")
    client.force_login(sofia)
    client.post(reverse("admin:webhooks_webhookevent_replay", args=[WebhookEvent.objects.get().pk]))
    process_events()

    event = WebhookEvent.objects.get()
    assert (event.event_type, event.is_known, event.state) == ("PAY_IN", True, "done")


def test_an_auditor_looks_and_replays_nothing(payment: Payment, client: Client, aurelio: User) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    event = WebhookEvent.objects.get()
    client.force_login(aurelio)

    assert client.get(_page(event)).status_code == 200
    assert client.post(reverse("admin:webhooks_webhookevent_replay", args=[event.pk])).status_code == 403
    client.post(LIST, {"action": "replay_events", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert event.state == "done"


def test_a_payments_own_history_names_the_events_about_it(payment: Payment, client: Client, sofia: User) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    client.force_login(sofia)
    text = _text(client, reverse("admin:payments_payment_change", args=[payment.pk]))

    assert "The provider sent COINS_SENT" in text


def test_who_does_not_see_the_inbox_does_not_see_events_in_a_history(
    payment: Payment, client: Client, felix: User
) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    client.force_login(felix)

    assert "The provider sent" not in _text(client, reverse("admin:payments_payment_change", args=[payment.pk]))


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("state=done", 1),
        ("state=failed", 0),
        ("verdict=unsigned", 0),
        ("resource=payments", 1),
        ("resource=customers", 0),
        ("needs=unknown", 0),
        ("needs=failed", 0),
        ("needs=waiting", 0),
        ("needs=failed&resource=payments", 0),
        ("event_type=COINS_SENT", 1),
    ],
)
def test_the_list_is_filtered(payment: Payment, client: Client, sofia: User, parameters: str, found: int) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    client.force_login(sofia)
    answer = client.get(f"{LIST}?{parameters}")

    assert answer.context["cl"].result_count == found


def test_failed_events_are_narrowed_to_those_about_one_payment(payment: Payment, client: Client, sofia: User) -> None:
    for remote_id in (payment.remote_id, "p2"):
        deliver("COINS_SENT", payment_id=remote_id)
    process_events()
    WebhookEvent.objects.update(state="failed")
    client.force_login(sofia)
    answer = client.get(f"{LIST}?needs=failed&resource=payments&remote_id={payment.remote_id}")

    assert answer.context["cl"].result_count == 1


def test_the_alert_about_events_leads_to_all_that_wait_or_are_being_read_back(client: Client, sofia: User) -> None:
    for state in ("waiting", "reading", "done", "failed"):
        deliver("SOMETHING_NEW", order=state)
        WebhookEvent.objects.filter(pk=WebhookEvent.objects.latest("pk").pk).update(state=state)
    WebhookEvent.objects.update(wanted_at=timezone.now() - timedelta(hours=1))
    client.force_login(sofia)

    condition = next(condition for condition in CONDITIONS if condition.name == "waiting_events")
    assert [finding.facts for finding in condition.find()] == [{"count": 2}]
    assert client.get(condition.address()).context["cl"].result_count == 2


@pytest.mark.parametrize(
    ("searched", "found"), [("{}", 1), (" {} ", 1), ("delivery-7", 1), ("{}x", 0), ("delivery", 0)]
)
def test_an_event_is_found_by_its_own_id_and_by_that_of_its_payment(
    payment: Payment, client: Client, sofia: User, searched: str, found: int
) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id, user_id="8")
    deliver("SOMETHING_NEW", event_id="delivery-7")
    process_events()
    client.force_login(sofia)

    assert client.get(LIST, {"q": searched.format(payment.remote_id)}).context["cl"].result_count == found


def test_the_list_reads_no_bodies(payment: Payment, client: Client, sofia: User) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    client.force_login(sofia)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)

    assert not [query["sql"] for query in queries if '"webhooks_webhookevent"."body"' in query["sql"]]


def test_the_page_of_an_unsigned_event_says_that_a_long_body_is_not_kept_and_a_replay_reads_its_payment(
    payment: Payment, client: Client, sofia: User, settings: Any
) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    post(body_of("COINS_SENT", payment_id=payment.remote_id, note="x" * 5000), {})
    event = WebhookEvent.objects.get()
    WebhookEvent.objects.update(event_type="", is_known=False, state="unclear")
    client.force_login(sofia)
    assert "The body is not kept" in _text(client, _page(event))

    client.post(reverse("admin:webhooks_webhookevent_replay", args=[event.pk]))
    process_events()
    payment.refresh_from_db()
    event.refresh_from_db()
    assert (payment.status, event.event_type, event.state) == ("coins_sent", "COINS_SENT", "done")


def test_the_front_page_counts_failed_and_unknown_events_and_the_lists_behind_hold_them(
    sandbox: Sandbox, client: Client, sofia: User
) -> None:
    deliver("SOMETHING_NEW")
    deliver("PAY_IN", payment_id="p1")
    process_events()
    WebhookEvent.objects.filter(event_type="PAY_IN").update(state="failed")

    for name, needs in [("webhook-failed", "failed"), ("webhook-unknown", "unknown")]:
        assert _count(client, sofia, name) == 1
        assert client.get(f"{LIST}?needs={needs}").context["cl"].result_count == 1


def test_what_came_from_strangers_is_shown_as_text(client: Client, sofia: User, settings: Any) -> None:
    settings.WEBHOOK_ACCEPT_UNSIGNED = True
    script = "<script>alert(1)</script>"
    body = json.dumps({"type": script, "data": {"note": script}}).encode()
    post(body, {"User-Agent": script, "X-Odd": script})
    process_events()
    client.force_login(sofia)

    for address in (LIST, _page(WebhookEvent.objects.get())):
        assert script not in client.get(address).content.decode()


def test_the_export_holds_neither_bodies_nor_headers(payment: Payment, client: Client, sofia: User) -> None:
    from backoffice.webhooks.events_admin import WebhookEventAdmin

    assert not {"body", "headers", "ids"} & set(WebhookEventAdmin.export_columns)


def test_what_a_stranger_sends_is_no_formula_in_the_export(client: Client, sofia: User) -> None:
    deliver("=cmd|'/c calc'!A0", user_id="1")
    client.force_login(sofia)

    answer = client.post("/admin/webhooks/webhookevent/export/", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "cmd|" in text
    assert not [cell for line in text.splitlines() for cell in line.split(",") if cell.strip('"').startswith("=")]


def test_events_go_after_ninety_days_and_refusals_after_one(payment: Payment) -> None:
    deliver("COINS_SENT", payment_id=payment.remote_id)
    process_events()
    deliver("PAY_IN", payment_id=payment.remote_id)
    post(b"{}", {})
    post(b"{}", {"X-Signature": "x"})
    old = WebhookEvent.objects.earliest("pk")
    long_ago = timezone.now() - timedelta(days=91)
    WebhookEvent.objects.filter(pk=old.pk).update(received_at=long_ago)
    ReadBack.objects.update(ended_at=long_ago)
    WebhookRefusal.objects.filter(reason="unsigned").update(last_at=timezone.now() - timedelta(days=2))
    purged = purge_due()

    assert (purged["webhook_events"], purged["webhook_read_backs"], purged["webhook_refusals"]) == (1, 1, 1)
    assert [event.event_type for event in WebhookEvent.objects.all()] == ["PAY_IN"]
    assert not WebhookEffect.objects.exists()
    assert RetentionPolicy.objects.get(kind="webhook_events").days == 90

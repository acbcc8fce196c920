"""Subscribing to events and changing the address: asked for on the page, done at the provider, written down here."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.operations import services
from backoffice.operations.models import Operation, OperationBatch, State
from backoffice.operations.submissions import new_submission
from backoffice.sandbox import Sandbox
from backoffice.webhooks.models import LiveCheck, WebhookSubscription
from backoffice.webhooks.sightings import note_event

from .conftest import ADDRESS

pytestmark = pytest.mark.django_db

PAGE = "/admin/webhooks/webhooksubscription/"
SUBSCRIBE = f"{PAGE}subscribe/"
CHANGE = f"{PAGE}change-url/"
ALL = ["PAY_IN", "COINS_SENT", "CRYPTO_RECEIVED", "TRANSFER_RAMPOFF_FINISHED"]


def choose(browser: Client, *types: str, page: str = SUBSCRIBE, submission: str = "") -> Any:
    """Send the form with these types ticked."""
    return browser.post(page, {"event_types": list(types), "submission": submission or new_submission()})


def subscribe(browser: Client, *types: str) -> None:
    """Subscribe to the types, done by a worker."""
    choose(browser, *types)
    perform_all()


def perform_all() -> None:
    """Do what is queued."""
    for operation in Operation.objects.filter(state=State.QUEUED):
        services.perform(operation.pk)


def page_of(browser: Client, address: str = PAGE) -> str:
    """A page as it is read."""
    return browser.get(address).content.decode()


def test_the_page_lists_every_known_type_before_anything_was_subscribed(adams: Client) -> None:
    page = page_of(adams)
    assert all(name in page for name in ALL)
    assert page.count("not subscribed") == len(ALL)
    assert "Comes as RAMPOFF_FINISHED too." in page
    assert "our record is all there is" in page


def test_adam_subscribes_to_one_type_and_sees_who_since_when_and_where(
    adams: Client, adam: User, sandbox: Sandbox
) -> None:
    answer = choose(adams, "PAY_IN")
    operation = Operation.objects.get()
    assert answer.headers["Location"] == reverse("admin:operations_operation_change", args=[operation.pk])
    assert "on its way" in page_of(adams)

    services.perform(operation.pk)

    assert sandbox.control.subscriptions() == {"PAY_IN": ADDRESS}
    row = WebhookSubscription.objects.get()
    assert (row.event_type, row.url, row.by, row.operation) == ("PAY_IN", ADDRESS, adam, operation)
    page = page_of(adams)
    assert page.count("not subscribed") == len(ALL) - 1
    assert ADDRESS in page
    assert "adam" in page
    assert "The provider has done it." in page_of(adams, answer.headers["Location"])
    assert AuditRecord.objects.filter(action="operation.requested", actor_name="adam").exists()


def test_it_is_sent_as_a_form_one_type_a_call(adams: Client, sandbox: Sandbox) -> None:
    answer = choose(adams, *ALL)
    batch = OperationBatch.objects.get()
    assert answer.headers["Location"] == reverse("admin:operations_operationbatch_change", args=[batch.pk])
    perform_all()
    requests = sandbox.control.requests("subscribeWebhook")
    assert len(requests) == len(ALL)
    assert {request.headers["content-type"] for request in requests} == {"application/x-www-form-urlencoded"}
    assert sandbox.control.subscriptions() == dict.fromkeys(ALL, ADDRESS)
    assert page_of(adams, answer.headers["Location"]).count("The provider has done it.") == len(ALL)


def test_the_same_form_sent_twice_subscribes_once(adams: Client, sandbox: Sandbox) -> None:
    for types in (["PAY_IN"], ["COINS_SENT", "CRYPTO_RECEIVED"]):
        submission = new_submission()
        first, second = (choose(adams, *types, submission=submission) for _ in range(2))
        perform_all()
        third = choose(adams, *types, submission=submission)
        assert first.headers["Location"] == second.headers["Location"] == third.headers["Location"]
    assert sandbox.control.calls("subscribeWebhook") == 3


def test_another_form_about_a_type_that_is_on_its_way_asks_nothing_new(adams: Client) -> None:
    choose(adams, "PAY_IN")
    page = choose(adams, "PAY_IN").content.decode()
    assert "cannot be chosen any more" in page
    assert Operation.objects.count() == 1


def test_nothing_chosen_is_said_so(adams: Client) -> None:
    assert "Choose at least one type." in choose(adams).content.decode()


def test_a_form_that_no_page_of_ours_has_made_asks_for_nothing(adams: Client) -> None:
    assert choose(adams, "PAY_IN", submission="\x00").status_code == 200
    assert Operation.objects.count() == 0


def test_a_type_that_nobody_knows_cannot_be_subscribed(adams: Client) -> None:
    assert "cannot be chosen" in choose(adams, "MOON_LANDING").content.decode()
    assert Operation.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "WEBHOOK_PUBLIC_URL is not set"),
        ("http://office.example.com", "must begin with https://"),
        ("https://10.0.0.1", "not an address of the internet"),
    ],
)
def test_an_address_that_the_provider_cannot_reach_is_refused_at_the_form(
    adams: Client, sandbox: Sandbox, settings: Any, address: str, why: str
) -> None:
    settings.WEBHOOK_PUBLIC_URL = address
    page = choose(adams, "PAY_IN").content.decode()
    assert why in page
    assert "Nothing was sent." in page
    assert Operation.objects.count() == sandbox.control.calls() == 0


def test_an_address_that_became_private_after_the_asking_is_not_sent(
    adams: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(adams, "PAY_IN")
    private = [(2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr("backoffice.webhooks.public_address.socket.getaddrinfo", lambda *_a, **_n: private)
    perform_all()
    operation = Operation.objects.get()
    assert (operation.state, operation.error_code) == (State.REFUSED, "cannot_be_sent")
    assert "leads to 10.0.0.7" in operation.error_text
    assert sandbox.control.calls("subscribeWebhook") == 0


def test_a_changed_address_is_noticed_and_changed_for_all_of_them(
    adams: Client, sandbox: Sandbox, settings: Any
) -> None:
    subscribe(adams, "PAY_IN", "COINS_SENT")
    settings.WEBHOOK_PUBLIC_URL = "https://93.184.215.15"
    now = "https://93.184.215.15/webhooks/cryptopocket/"
    page = page_of(adams)
    assert "2 types are sent to another address than our present one" in page
    assert page.count("other address<") == 2
    assert page_of(adams, CHANGE).count("checked") == 2

    choose(adams, "PAY_IN", "COINS_SENT", page=CHANGE)
    perform_all()

    assert sandbox.control.subscriptions() == {"PAY_IN": now, "COINS_SENT": now}
    assert set(WebhookSubscription.objects.values_list("url", flat=True)) == {now}
    assert "another address than our present one" not in page_of(adams)


def test_a_subscription_that_the_provider_has_lost_can_be_made_anew(adams: Client, sandbox: Sandbox) -> None:
    WebhookSubscription.objects.create(event_type="PAY_IN", url=ADDRESS, since=timezone.now())
    answer = choose(adams, "PAY_IN", page=CHANGE)
    perform_all()
    assert "Subscribe to it again." in page_of(adams, answer.headers["Location"])
    assert "lost at the provider" in page_of(adams)
    subscribe(adams, "PAY_IN")
    assert sandbox.control.subscriptions() == {"PAY_IN": ADDRESS}
    assert "lost at the provider" not in page_of(adams)


def test_a_refusal_leaves_our_record_as_it_was(adams: Client, sandbox: Sandbox) -> None:
    sandbox.control.fault("error_code", "subscribeWebhook", code="fail_mandatory_field")
    answer = choose(adams, "PAY_IN")
    perform_all()
    assert Operation.objects.get().state == State.REFUSED
    assert "The provider said no." in page_of(adams, answer.headers["Location"])
    assert not WebhookSubscription.objects.exists()


def test_while_the_provider_is_down_it_waits_and_says_that_nothing_was_done(adams: Client, sandbox: Sandbox) -> None:
    answer = choose(adams, "PAY_IN")
    sandbox.stop()
    perform_all()
    page = page_of(adams, answer.headers["Location"])
    assert Operation.objects.get().state == State.QUEUED
    assert "It was tried; the provider has done nothing." in page


def lose_the_answer(browser: Client, sandbox: Sandbox) -> Operation:
    """Subscribe, and have the answer lost."""
    sandbox.control.fault("drop_after", "subscribeWebhook")
    choose(browser, "PAY_IN")
    perform_all()
    operation = Operation.objects.get()
    assert operation.state == State.UNKNOWN
    return operation


def test_after_a_lost_answer_a_person_is_told_what_is_known_and_decides(adams: Client, sandbox: Sandbox) -> None:
    operation = lose_the_answer(adams, sandbox)
    address = reverse("admin:operations_operation_change", args=[operation.pk])
    page = page_of(adams, address)
    assert "No event of this type has ever arrived." in page
    assert "The address was never checked" in page
    assert "unknown" in page_of(adams)

    note_event(event_type="PAY_IN", event_id="", received_at=timezone.now())
    assert "after it was sent: most likely it was done" in page_of(adams, address)

    adams.post(f"{address[: -len('change/')]}do-again/", {"reason": "To have a clear answer."})
    perform_all()
    assert Operation.objects.get().state == State.SUCCEEDED
    assert WebhookSubscription.objects.get().url == ADDRESS


def test_an_older_event_and_a_live_check_are_told_as_what_they_are(adams: Client, adam: User, sandbox: Sandbox) -> None:
    LiveCheck.objects.create(
        nonce="n", url=ADDRESS, asked_by=adam, sent_at=timezone.now(), arrived_at=timezone.now(), outcome="answered"
    )
    note_event(event_type="PAY_IN", event_id="", received_at=timezone.now() - timedelta(days=1))
    operation = lose_the_answer(adams, sandbox)
    page = page_of(adams, reverse("admin:operations_operation_change", args=[operation.pk]))
    assert "before it was sent" in page
    assert ": arrived." in page


def test_while_the_outcome_of_one_wish_is_open_no_other_about_the_type_is_sent(
    adams: Client, adam: User, sandbox: Sandbox
) -> None:
    lose_the_answer(adams, sandbox)
    assert "PAY_IN</code>" not in page_of(adams, SUBSCRIBE)
    WebhookSubscription.objects.create(event_type="PAY_IN", url=ADDRESS, since=timezone.now())
    request = {"event_type": "PAY_IN", "url": ADDRESS, "submission": new_submission()}
    second = services.request_operation(kind="change_webhook_url", request=request, requested_by=adam)
    services.perform(second.pk)
    second.refresh_from_db()
    assert second.state == State.REFUSED
    assert "has not ended" in second.error_text
    assert sandbox.control.calls("updateWebhook") == 0


def test_a_type_that_was_subscribed_meanwhile_is_not_subscribed_a_second_time(adams: Client, sandbox: Sandbox) -> None:
    choose(adams, "PAY_IN")
    WebhookSubscription.objects.create(event_type="PAY_IN", url=ADDRESS, since=timezone.now())
    perform_all()
    assert "was subscribed meanwhile" in Operation.objects.get().error_text
    assert sandbox.control.calls("subscribeWebhook") == 0


@pytest.mark.parametrize("person", ["clara", "felix", "sofia", "aurelio"])
def test_nobody_but_an_administrator_subscribes(client: Client, person: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(person))
    for page in (SUBSCRIBE, CHANGE, f"{PAGE}live-check/"):
        assert choose(client, "PAY_IN", page=page).status_code == 403
    assert client.get(PAGE).status_code == (200 if person in {"sofia", "aurelio"} else 403)
    assert Operation.objects.count() == LiveCheck.objects.count() == 0


def test_adam_sees_the_operations_of_his_own_kinds_and_no_others(adams: Client, clara: User, sandbox: Sandbox) -> None:
    request = {"name": "Lena", "last_name": "Ortega", "email": "lena@example.org", "submission": new_submission()}
    claras = services.request_operation(kind="create_customer", request=request, requested_by=clara)
    choose(adams, "PAY_IN")
    assert adams.get(reverse("admin:operations_operation_change", args=[claras.pk])).status_code == 404
    operations = page_of(adams, reverse("admin:operations_operation_changelist"))
    assert "PAY_IN" in operations
    assert "Ortega" not in operations + page_of(adams, "/admin/")


def test_an_event_of_a_type_that_was_never_subscribed_here_is_shown(adams: Client) -> None:
    now = timezone.now()
    for minutes in (3, 2):
        note_event(event_type="RAMPOFF_FINISHED", event_id="", received_at=now - timedelta(minutes=minutes))
    note_event(event_type="MOON_LANDING", event_id="", received_at=now)
    row = WebhookSubscription.objects.get()
    assert (row.event_type, row.last_event_at) == ("TRANSFER_RAMPOFF_FINISHED", now - timedelta(minutes=2))
    assert page_of(adams).count("not subscribed") == len(ALL)


def test_the_front_page_says_what_is_not_subscribed_and_what_goes_elsewhere(
    adams: Client, sandbox: Sandbox, settings: Any
) -> None:
    unsubscribed = "0 event types that the provider does not send us"
    elsewhere = "0 event types that are sent to another address than ours"
    assert unsubscribed not in page_of(adams, "/admin/")
    subscribe(adams, *ALL)
    page = page_of(adams, "/admin/")
    assert unsubscribed in page
    assert elsewhere in page
    settings.WEBHOOK_PUBLIC_URL = "https://93.184.215.15"
    assert elsewhere not in page_of(adams, "/admin/")
    settings.WEBHOOK_PUBLIC_URL = ""
    assert elsewhere in page_of(adams, "/admin/")


def test_the_catalogue_file_adds_a_type_and_takes_one_out(
    adams: Client, settings: Any, tmp_path: Any, sandbox: Sandbox
) -> None:
    from backoffice import provider

    file = tmp_path / "contract.toml"
    file.write_text(
        '[webhook.event_types.KYC_DONE]\nmeaning = "A verification has ended."\n'
        "[webhook.event_types.CRYPTO_RECEIVED]\ncan_be_subscribed = false\n"
        '[webhook.event_types.PAY_IN]\nprovenance = "confirmed"\n'
    )
    settings.CRYPTOPOCKET_CONTRACT = str(file)
    provider.reset_client()
    page = page_of(adams)
    assert "KYC_DONE" in page
    assert "A verification has ended." in page
    assert "A guess: no page of the provider names it." in page
    assert "CRYPTO_RECEIVED" not in page
    assert "A payment was seen; it may not have settled yet." in page

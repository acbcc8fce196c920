"""The page of the subscriptions in a browser: subscribe, watch the acts, and see the live check arrive."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from backoffice.webhooks.live_checks import run_live_check
from backoffice.webhooks.models import LiveCheck, WebhookEvent
from backoffice.webhooks.services import process_events

from .conftest import PATH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/admin/webhooks/webhooksubscription/"


@pytest.fixture
def desk(page: Page, live_server: LiveServer, client: Client, adam: User) -> Iterator[Page]:
    """Adam's browser; what it complains about is a failure."""
    client.force_login(adam)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    assert complaints == []


def perform_all() -> None:
    """Do what is queued."""
    for operation in Operation.objects.filter(state=State.QUEUED):
        services.perform(operation.pk)


def test_adam_subscribes_to_two_types_watches_them_and_checks_that_events_arrive(
    desk: Page, live_server: LiveServer, sandbox: Sandbox, settings: Any
) -> None:
    settings.CRYPTOPOCKET_ENVIRONMENT = "local"
    settings.WEBHOOK_PUBLIC_URL = live_server.url
    desk.goto(live_server.url + PAGE)
    expect(desk.locator("#subscriptions")).to_contain_text("not subscribed")
    desk.get_by_role("link", name="Subscribe", exact=True).click()
    expect(desk.get_by_role("group", name="Event types")).to_be_visible()
    desk.get_by_role("checkbox", name="CRYPTO_RECEIVED").uncheck()
    desk.get_by_role("checkbox", name="TRANSFER_RAMPOFF_FINISHED").uncheck()
    desk.get_by_role("button", name="Subscribe").click()

    progress = desk.locator("#progress")
    expect(progress).to_contain_text("0 of 2 have ended")
    perform_all()
    expect(progress).to_contain_text("2 of 2 have ended")
    assert sandbox.control.subscriptions() == dict.fromkeys(["PAY_IN", "COINS_SENT"], f"{live_server.url}/{PATH}")
    progress.get_by_role("link", name="Subscriptions").first.click()

    table = desk.locator("#subscriptions")
    expect(table.locator("tr", has_text="PAY_IN").get_by_text("subscribed", exact=True)).to_be_visible()
    expect(table.get_by_text("not subscribed")).to_have_count(2)
    expect(desk.locator("#live-check")).to_contain_text("was not checked yet")
    desk.get_by_role("button", name="Live check").click()

    live_check = desk.locator("#live-check")
    expect(live_check).to_contain_text("It waits for a worker.")
    desk.evaluate("document.body.dataset.sameDocument = 'yes'")
    run_live_check(LiveCheck.objects.get().pk)
    expect(live_check).to_contain_text("the inbox is being watched")
    assert WebhookEvent.objects.get().verdict == WebhookEvent.Verdict.SIGNED
    process_events()
    expect(live_check).to_contain_text("seconds after it was sent")
    expect(live_check).to_have_attribute("data-live-done", "")
    assert desk.evaluate("document.body.dataset.sameDocument") == "yes"


def test_the_table_follows_by_itself_on_a_narrow_screen_and_by_keyboard(
    desk: Page, live_server: LiveServer, sandbox: Sandbox
) -> None:
    desk.set_viewport_size({"width": 390, "height": 800})
    desk.goto(f"{live_server.url}{PAGE}subscribe/")
    expect(desk.get_by_role("group", name="Event types")).to_be_visible()
    for name in ("COINS_SENT", "CRYPTO_RECEIVED", "TRANSFER_RAMPOFF_FINISHED"):
        desk.get_by_role("checkbox", name=name).focus()
        desk.keyboard.press("Space")
    desk.get_by_role("button", name="Subscribe").press("Enter")
    expect(desk.locator("#standing")).to_contain_text("It waits for a worker.")
    desk.goto(live_server.url + PAGE)
    row = desk.locator("#subscriptions tr", has_text="PAY_IN")
    expect(row).to_contain_text("on its way")
    perform_all()
    expect(row).to_contain_text("subscribed")
    expect(row).not_to_contain_text("on its way")
    too_wide = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0

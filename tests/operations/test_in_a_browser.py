"""The page of an act, open in a browser while a worker does it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.operations import services
from backoffice.operations.models import State
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, stood

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def desk(page: Page, live_server: LiveServer, client: Client, clara: User, broker: Any) -> Iterator[Page]:
    """Clara's browser; what it complains about is a failure."""
    client.force_login(clara)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    assert complaints == []


def test_the_page_follows_the_act_without_being_reloaded(
    desk: Page, live_server: LiveServer, ask: Ask, sandbox: Sandbox
) -> None:
    sandbox.control.fault("drop_after", "createCustomer")
    operation = ask()
    desk.goto(live_server.url + reverse("admin:operations_operation_change", args=[operation.pk]))
    standing = desk.locator("#standing")
    expect(standing).to_contain_text("It waits for a worker.")
    expect(standing).to_contain_text("No background worker is running.")
    desk.evaluate("document.body.dataset.sameDocument = 'yes'")
    services.perform(operation.pk)
    expect(standing).to_contain_text("may have been done")
    services.read_back(operation_id=operation.pk)
    expect(standing).to_contain_text("The provider has done it.")
    expect(standing).to_have_attribute("data-live-done", "")
    assert desk.evaluate("document.body.dataset.sameDocument") == "yes"


def test_clara_takes_back_an_act_and_says_why(desk: Page, live_server: LiveServer, ask: Ask) -> None:
    operation = ask()
    desk.goto(live_server.url + reverse("admin:operations_operation_change", args=[operation.pk]))
    desk.locator("#standing").get_by_role("link", name="Cancel").click()
    desk.get_by_label("Why?").fill("Marta called: she has an account already")
    desk.get_by_role("button", name="Cancel").click()
    expect(desk.locator("#standing")).to_contain_text("It was taken back.")
    expect(desk.locator("#standing")).to_contain_text("Marta called")
    assert stood(operation).state == State.CANCELLED


def test_a_batch_is_watched_to_its_end_on_a_narrow_screen(
    desk: Page, live_server: LiveServer, clara: User, sandbox: Sandbox
) -> None:
    desk.set_viewport_size({"width": 390, "height": 800})
    requests = [{"name": f"Person {number}", "email": f"{number}@example.org"} for number in range(3)]
    batch = services.request_batch(kind="test_register", requests=requests, requested_by=clara)
    desk.goto(live_server.url + reverse("admin:operations_operationbatch_change", args=[batch.pk]))
    expect(desk.locator("#progress")).to_contain_text("0 of 3 have ended")
    for operation in batch.operations.all():
        services.perform(operation.pk)
    expect(desk.locator("#progress")).to_contain_text("3 of 3 have ended")
    expect(desk.locator("#progress")).to_have_attribute("data-live-done", "")
    too_wide = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0

"""Sofía's desk: the queue, the page to decide on, and the policies, by keyboard, wide and narrow, light and dark."""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.operations.models import ApprovalPolicy, Operation, State
from tests.operations.conftest import Ask, set_policy, stood
from tests.people import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("PICTURES_OF_APPROVALS", "")


@pytest.fixture
def desk(page: Page, live_server: LiveServer, client: Client, sofia: User) -> Iterator[Page]:
    """Sofía's browser; what it complains about is a failure."""
    sign_in(client, sofia)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    assert complaints == []


@pytest.fixture
def waiting(ask: Ask, clara: User) -> Operation:
    """Three of Clara's transfers wait; the first is given back."""
    set_policy(amount_from=Decimal(10_000))
    asked = [
        ask(kind="test_transfer", amount="12000.00", currency="EUR", name=name, email=f"{name}@example.org")
        for name in ("Marta", "Lena", "Bartholomäus-Maximilian")
    ]
    return asked[0]


def _look(page: Page, name: str) -> None:
    """Nothing may be wider than the screen; pictures where they are asked for."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_sofia_decides_with_the_keyboard_alone(desk: Page, live_server: LiveServer, waiting: Operation) -> None:
    desk.goto(live_server.url + reverse("admin:index"))
    _look(desk, "front")
    desk.get_by_role("link", name="acts that wait for a second person").press("Enter")
    expect(desk.get_by_role("heading", name="Approvals")).to_be_visible()
    expect(desk.locator("#nav-sidebar [aria-current]")).to_have_text(["Approvals"])
    _look(desk, "queue")
    desk.get_by_role("link", name="Look and decide").first.press("Enter")
    expect(desk.get_by_text("this is worth 12,000.00 EUR")).to_be_visible()
    _look(desk, "decide")
    desk.get_by_role("button", name="Do not approve").press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("Say why")
    assert stood(waiting).state == State.AWAITING_APPROVAL
    desk.get_by_label("Why not?").fill("Marta is not known to us")
    desk.get_by_role("button", name="Do not approve").press("Enter")
    expect(desk.locator("#standing")).to_contain_text("It was not approved.")
    _look(desk, "not-approved")
    assert stood(waiting).state == State.NOT_APPROVED


def test_sofia_approves_and_edits_a_policy(desk: Page, live_server: LiveServer, waiting: Operation) -> None:
    desk.goto(live_server.url + reverse("admin:operations_operation_change", args=[waiting.pk]))
    _look(desk, "waiting")
    desk.get_by_role("link", name="Approve or not").click()
    desk.get_by_role("button", name="Approve", exact=True).click()
    expect(desk.locator("#standing")).to_contain_text("It waits for a worker.")
    desk.goto(live_server.url + reverse("admin:operations_approvalpolicy_changelist"))
    _look(desk, "policies")
    policy = ApprovalPolicy.objects.get(kind="create_off_ramp")
    desk.goto(live_server.url + reverse("admin:operations_approvalpolicy_edit", args=[policy.pk]))
    _look(desk, "policy")
    desk.get_by_label("amount from which").fill("2500")
    desk.get_by_role("button", name="Save").press("Enter")
    expect(desk.get_by_text("The policy was changed.")).to_be_visible()

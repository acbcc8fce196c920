"""Reveal in a real browser: the value hides by itself, is copied with the keyboard, and never comes back by "back"."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import Customer
from tests.people import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NUMBER = "00000000T"


@pytest.fixture(scope="session", autouse=True)
def _database_beside_the_browser() -> Iterator[None]:
    """The browser's own loop runs in the test's thread, where Django would refuse to touch the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield


@pytest.fixture
def lenas_page(
    page: Page, live_server: LiveServer, client: Client, clara: User, make_customer: Callable[..., Customer]
) -> Page:
    """Lena's page in Clara's browser, whose clock the test moves."""
    lena = make_customer("4711", name="Lena", identification_number=NUMBER)
    sign_in(client, clara)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.clock.install()
    page.goto(f"{live_server.url}/admin/customers/customer/{lena.pk}/change/")
    return page


def test_a_revealed_value_counts_down_and_hides_by_itself(lenas_page: Page) -> None:
    field = lenas_page.locator("#field-identification_number")
    expect(field).to_contain_text("••••000T")
    expect(field).not_to_contain_text(NUMBER)

    lenas_page.get_by_role("button", name="Reveal: Identification number").click()
    expect(field.locator("code")).to_have_text(NUMBER)
    expect(field.locator(".masked")).to_be_hidden()

    lenas_page.clock.fast_forward(20_000)
    expect(field.locator("code")).to_be_visible()
    lenas_page.clock.fast_forward(41_000)
    expect(field.locator("code")).to_have_count(0)
    expect(field).to_contain_text("••••000T")
    assert NUMBER not in lenas_page.content()


def test_it_is_revealed_and_copied_with_the_keyboard(lenas_page: Page) -> None:
    lenas_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lenas_page.get_by_role("button", name="Reveal: Identification number").focus()
    lenas_page.keyboard.press("Enter")
    copy = lenas_page.get_by_role("button", name="Copy: Identification number")
    copy.focus()
    lenas_page.keyboard.press("Enter")
    expect(lenas_page.locator("#announcer")).to_have_text("Copied")
    assert lenas_page.evaluate("navigator.clipboard.readText()") == NUMBER


def test_going_back_after_the_minute_shows_nothing(lenas_page: Page, live_server: LiveServer) -> None:
    lenas_page.get_by_role("button", name="Reveal: Identification number").click()
    expect(lenas_page.locator("#field-identification_number code")).to_have_text(NUMBER)
    lenas_page.goto(f"{live_server.url}/admin/")
    Customer.objects.update(name="Lena again")
    lenas_page.context.clear_cookies()
    lenas_page.go_back()
    expect(lenas_page.locator("body")).not_to_contain_text(NUMBER)

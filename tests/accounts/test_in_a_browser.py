"""Signing in with a real browser, under the strict policy: passkeys, the authenticator app, recovery codes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from .codes import code_of
from .conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _second_factor_required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def _time_stands_still() -> Iterator[None]:
    """A code is good for half a minute, which a slow machine can spend between two lines of a test."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def browser_page(page: Page) -> Iterator[Page]:
    """A browser that fails the test on every complaint about the policy, and on every error of a script."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def passkey(browser_page: Page) -> Any:
    """A device with a fingerprint reader, plugged into the browser."""
    session = browser_page.context.new_cdp_session(browser_page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


@pytest.fixture
def enter(browser_page: Page, live_server: LiveServer) -> Callable[[User], Page]:
    """Opens the front page and signs in with name and password."""

    def sign_in(person: User) -> Page:
        browser_page.goto(f"{live_server.url}/admin/")
        browser_page.get_by_label("Username").fill(person.username)
        browser_page.get_by_label("Password").fill(PASSWORD)
        browser_page.keyboard.press("Enter")
        expect(browser_page.get_by_role("heading", name="Sign in")).to_have_count(0)
        return browser_page

    return sign_in


def _sign_out(page: Page) -> None:
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.usefixtures("passkey")
def test_clara_adds_a_passkey_and_then_signs_in_with_it_alone(enter: Callable[[User], Page], clara: User) -> None:
    page = enter(clara)
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()

    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name optional").fill("This laptop")
    page.get_by_label("Also sign in with it").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="What needs a person now")).to_be_visible()

    _sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="What needs a person now")).to_be_visible()


@pytest.mark.usefixtures("passkey")
def test_a_passkey_is_asked_for_after_the_password(enter: Callable[[User], Page], clara: User) -> None:
    page = enter(clara)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="I have kept them").click()
    _sign_out(page)

    enter(clara)
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="What needs a person now")).to_be_visible()


@pytest.mark.usefixtures("_time_stands_still")
def test_clara_sets_up_an_app_and_signs_in_with_its_codes(enter: Callable[[User], Page], clara: User) -> None:
    page = enter(clara)
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator(".copyable code").get_attribute("title") or ""
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    codes = page.locator(".recovery-codes code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="What needs a person now")).to_be_visible()
    assert secret not in str(Authenticator.objects.get(type="totp").data)

    _sign_out(page)
    enter(clara)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What needs a person now")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_signing_in_scrolls_sideways(
    enter: Callable[[User], Page], live_server: LiveServer, clara: User, width: int, scheme: Any
) -> None:
    page = enter(clara)
    page.set_viewport_size({"width": width, "height": 820})
    page.emulate_media(color_scheme=scheme)
    sideways = {}
    for name in ("second-factor/", "second-factor/app/", "second-factor/passkeys/add/", "confirm/", "logout/"):
        page.goto(f"{live_server.url}/account/{name}")
        expect(page.locator("h1")).to_be_visible()
        sideways[name] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert {name: by for name, by in sideways.items() if by > 0} == {}


def test_without_a_device_it_is_said_that_the_passkey_was_not_used(browser_page: Page, live_server: LiveServer) -> None:
    browser_page.goto(f"{live_server.url.replace('localhost', '127.0.0.1')}/account/login/")
    browser_page.get_by_role("button", name="Sign in with a passkey").click()
    expect(browser_page.get_by_role("alert")).to_contain_text("The passkey was not used")

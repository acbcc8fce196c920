"""The pages in a real browser: the policy, narrow screens, the keyboard, parts that renew themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.sync.models import SyncRun
from backoffice.sync.resources import all_resources
from customers.models import Customer
from tests.people import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

ADDRESSES = (
    "/admin/",
    "/admin/sync/",
    "/admin/sync/payments/",
    "/admin/sync/syncrun/",
    "/admin/customers/customer/",
    "/admin/customers/customer/?kyc_status=bogus",
    "/admin/customers/customer/1/change/",
    "/admin/payments/payment/",
    "/admin/banking/banktransaction/",
    "/admin/auth/user/",
    "/admin/auth/user/{ada}/change/",
    "/admin/auth/group/{group}/change/",
    "/account/password/",
    "/account/sessions/",
    "/account/second-factor/",
)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained about: violations of the policy, errors of scripts."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def desk(page: Page, live_server: LiveServer, client: Client, ada: User) -> Callable[[str], Page]:
    """Ada's browser, signed in; opens an address."""
    sign_in(client, ada)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    def open_address(address: str) -> Page:
        page.goto(f"{live_server.url}{address}")
        return page

    return open_address


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_the_policy_or_scrolls_sideways(
    desk: Callable[[str], Page],
    complaints: list[str],
    make_customer: Callable[..., Customer],
    ada: User,
    *,
    width: int,
    scheme: Any,
) -> None:
    make_customer("1", pk=1, name="🦄" * 255, last_name="W" * 200, kyc_status="fail", email=f"{'x' * 200}@example.org")
    page = desk("/admin/")
    page.set_viewport_size({"width": width, "height": 820})
    page.emulate_media(color_scheme=scheme)

    sideways, group = {}, Group.objects.get(name="Auditor")
    for each in ADDRESSES:
        address = each.format(ada=ada.pk, group=group.pk)
        assert desk(address).url.endswith(address)
        sideways[address] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert {address: by for address, by in sideways.items() if by > 0} == {}
    assert complaints == []


def test_an_id_is_copied_with_the_keyboard_and_that_is_said(
    desk: Callable[[str], Page], make_customer: Callable[..., Customer]
) -> None:
    make_customer("cust-77", pk=1, name="Lena")
    page = desk("/admin/customers/customer/1/change/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy cust-77").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "cust-77"


def test_the_first_key_leads_past_the_navigation(desk: Callable[[str], Page]) -> None:
    page = desk("/admin/")

    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_the_navigation_opens_on_a_narrow_screen_and_closes_with_escape(desk: Callable[[str], Page]) -> None:
    page = desk("/admin/")
    page.set_viewport_size({"width": 390, "height": 820})
    navigation = page.get_by_role("navigation", name="Navigation")
    expect(navigation).to_be_hidden()

    page.get_by_role("button", name="Menu").click()
    expect(navigation.get_by_role("link", name="Customers", exact=True)).to_be_visible()

    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()


def test_the_navigation_and_filters_work_without_scripts(
    browser: Any, live_server: LiveServer, client: Client, ada: User, make_customer: Callable[..., Customer]
) -> None:
    make_customer("1", name="Lena", last_name="Ortega", kyc_status="valid")
    make_customer("2", name="Marta", last_name="Ruiz", kyc_status="fail")
    client.force_login(ada)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 820})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()

    page.goto(f"{live_server.url}/admin/customers/customer/")
    page.get_by_label("Menu").click()
    expect(page.get_by_role("link", name="Recorded changes")).to_be_visible()

    page.goto(f"{live_server.url}/admin/customers/customer/")
    page.locator("summary", has_text="Filters").click()
    page.locator("[name=kyc_status]").select_option("fail")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name="Marta Ruiz")).to_be_visible()
    expect(page.get_by_role("link", name="Lena Ortega")).to_have_count(0)
    context.close()


def test_the_first_sync_is_followed_until_it_is_done(desk: Callable[[str], Page]) -> None:
    _runs(state="running", total=100, seen=50)
    page = desk("/admin/")
    expect(page.locator("#first-sync")).to_contain_text("The first sync is running: 50 %")

    SyncRun.objects.update(state="succeeded", finished_at=timezone.now(), seen=100)

    expect(page.locator("#first-sync")).to_contain_text("The first sync is done.")


def test_a_lost_connection_is_said_and_found_again(desk: Callable[[str], Page]) -> None:
    _runs(state="running", total=100, seen=50)
    page = desk("/admin/")
    page.route("**/first-sync/", lambda route: route.abort())
    expect(page.locator(".live-lost")).to_contain_text("Not renewed since")

    page.unroute("**/first-sync/")

    expect(page.locator(".live-lost")).to_have_count(0)
    expect(page.locator("#first-sync")).to_contain_text("50 %")


def test_a_session_that_has_ended_is_said(desk: Callable[[str], Page]) -> None:
    _runs(state="running", total=100, seen=50)
    page = desk("/admin/")

    page.context.clear_cookies()

    expect(page.locator(".live-lost")).to_contain_text("You are signed out")


def _runs(**columns: Any) -> None:
    now = timezone.now()
    for resource in all_resources():
        SyncRun.objects.create(
            resource=resource.name, mode="full", lease_token="0" * 32, started_at=now, heartbeat_at=now, **columns
        )

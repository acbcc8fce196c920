"""What can be reached without signing in, and what every answer tells browsers and proxies."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from backoffice.accounts.public_pages import PUBLIC_PAGES
from tests.people import sign_in

from .conftest import LOGIN, PASSWORD

pytestmark = pytest.mark.django_db

SIGN_IN = ("/admin/login/", LOGIN)
STANDS_FOR = {"int": "1", "slug": "sso", "path": "1", "str": "x", "uuid": "0" * 32, "resource": "payments"}


def _addresses(resolver: Any = None, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the project with its name; what stands for a part of it is filled in."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = before + _filled_in(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, address, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            assert isinstance(entry, URLPattern)
            yield address, f"{space}{entry.name or 'unnamed'}"


def _filled_in(pattern: str) -> str:
    parts = re.sub(r"<(?:(\w+):)?\w+>", lambda match: STANDS_FOR[match[1] or "str"], pattern)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "x", parts).replace("^", "").replace("$", "").replace("\\Z", "")


ADDRESSES = sorted(set(_addresses()))


def test_the_walk_finds_what_there_is() -> None:
    names = {name for _address, name in ADDRESSES}
    assert {"admin:index", "admin:customers_customer_change", "mfa_index", "usersessions_list"} <= names
    assert len(ADDRESSES) > 150


def test_everything_but_the_public_pages_leads_to_the_sign_in() -> None:
    reached = set()
    for address, name in ADDRESSES:
        for method in ("get", "post", "put", "delete"):
            answer = getattr(Client(), method)(f"/{address}")
            if answer.status_code != 302 or not answer.headers["Location"].startswith(SIGN_IN):
                reached.add(name)
    assert reached - set(PUBLIC_PAGES) == set()


def test_the_list_names_only_what_there_is() -> None:
    assert set(PUBLIC_PAGES) - {name for _address, name in ADDRESSES} == set()


def test_the_public_pages_show_nothing_of_what_is_inside(clara: User) -> None:
    for address, name in ADDRESSES:
        if name in PUBLIC_PAGES:
            page = Client().get(f"/{address}").content.decode()
            assert "clara" not in page
            assert 'id="nav-sidebar"' not in page


@pytest.mark.parametrize("address", ["/admin/", LOGIN, "/account/sessions/", "/admin/nowhere/", "/admin/auth/user/"])
def test_no_cache_keeps_a_page(client: Client, ada: User, address: str) -> None:
    browser = client if address == LOGIN else sign_in(client, ada)
    assert browser.get(address).headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil.example"],
)
def test_a_sign_in_never_leads_to_another_host(clara: User, elsewhere: str) -> None:
    form = {"login": "clara", "password": PASSWORD, "next": elsewhere}
    assert Client().post(LOGIN, form).headers["Location"] == "/admin/"
    led = Client().get("/admin/login/", {"next": elsewhere}).headers["Location"]
    assert led.startswith(LOGIN)
    browser = Client()
    browser.force_login(clara)
    confirmed = browser.post("/account/confirm/", {"password": PASSWORD, "next": elsewhere})
    assert confirmed.headers["Location"] == "/admin/"
    assert browser.post("/account/logout/", {"next": elsewhere}).headers["Location"] == LOGIN


def test_a_sign_in_leads_where_somebody_wanted_to_go(clara: User) -> None:
    browser = Client()
    asked = browser.get("/admin/payments/payment/?status=started", follow=True)
    assert asked.redirect_chain[-1][0].startswith(LOGIN)
    form = {"login": "clara", "password": PASSWORD, "next": "/admin/payments/payment/?status=started"}
    assert browser.post(LOGIN, form).headers["Location"] == "/admin/payments/payment/?status=started"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example"])
def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    assert Client(headers={"host": host}).get(LOGIN).status_code == 400


def test_the_session_s_cookie_is_for_nobody_but_the_server(clara: User, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    browser = Client()
    browser.post(LOGIN, {"login": "clara", "password": PASSWORD})
    cookie = browser.cookies["sessionid"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert not cookie["max-age"], "it ends with the browser"


def test_the_admin_s_own_ways_lead_to_the_one_way(client: Client, clara: User) -> None:
    sign_in(client, clara)
    assert client.get("/admin/password_change/").headers["Location"] == "/account/password/"
    assert client.post("/admin/logout/").headers["Location"] == "/account/logout/"
    assert client.get("/admin/login/").headers["Location"] == "/admin/"


def test_whoever_is_not_staff_is_told_so(client: Client) -> None:
    client.force_login(User.objects.create_user("guest"))
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "not one of the staff" in answer.content.decode()


def test_a_static_file_that_is_opened_as_a_page_has_the_policy_too(client: Client) -> None:
    answer = client.get("/static/backoffice/mark.svg")
    answer.getvalue()
    answer.close()
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"

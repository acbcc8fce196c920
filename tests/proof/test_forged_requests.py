"""Requests that another site makes a browser send, pages in another site's frame, and hosts that are not ours."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from tests.people import sign_in

from .addresses import Address, every_address
from .filling import Filler

pytestmark = pytest.mark.django_db

FRAMED_BY_OURSELVES: dict[str, str] = {}
NO_PAGES = {"webhook_inbox": "answers programs, with nothing in it"}
"""Routes whose answers may stand in a frame of our own pages, and why."""


@pytest.fixture
def addresses(ada: User) -> list[Address]:
    """Every address, with a row that is there where it is about one."""
    made = Filler(lambda _name, longest: "word"[:longest], ada).fill()
    return every_address({model: [row] for model, row in made.items()})


def test_no_address_takes_a_post_that_another_site_made(addresses: list[Address], ada: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, ada)
    answers = {address.name: browser.post(address.path, {"confirm": "yes"}).status_code for address in addresses}
    print(f"CSRF: {len(answers)} addresses")  # noqa: T201
    # What comes to the inbox is judged by its signature: nobody's session counts there.
    assert answers.pop("webhook_inbox") == 401
    assert {name: status for name, status in answers.items() if status != 403} == {}
    assert len(answers) > 100


def test_a_post_from_another_site_is_refused_even_with_a_token(ada: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, ada)
    browser.get(reverse("admin:index"))
    token = browser.cookies["csrftoken"].value
    address = reverse("admin:sync_now", args=["customers"])
    forged = {"csrfmiddlewaretoken": token}
    assert browser.post(address, forged, headers={"origin": "https://evil.example"}).status_code == 403
    assert browser.post(address, forged).status_code != 403, "the same from our own page"


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_no_page_can_be_framed_sniffed_or_kept(
    addresses: list[Address], client: Client, ada: User, is_signed_in: bool
) -> None:
    if is_signed_in:
        sign_in(client, ada)
    client.raise_request_exception = False
    wrong = {}
    for address in addresses:
        if address.name in {*FRAMED_BY_OURSELVES, *NO_PAGES} or "logout" in address.name:
            continue
        headers = client.get(address.path).headers
        problems = [
            name
            for name, is_right in {
                "X-Frame-Options": headers.get("X-Frame-Options") == "DENY",
                "Content-Security-Policy": "frame-ancestors 'none'" in headers.get("Content-Security-Policy", ""),
                "X-Content-Type-Options": headers.get("X-Content-Type-Options") == "nosniff",
                "Referrer-Policy": headers.get("Referrer-Policy") == "same-origin",
                "Cache-Control": "no-store" in headers.get("Cache-Control", ""),
            }.items()
            if not is_right
        ]
        if problems:
            wrong[address.name] = problems
    assert wrong == {}


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", ""])
def test_a_host_that_is_not_ours_is_answered_with_nothing(client: Client, ada: User, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    sign_in(client, ada)
    answer = client.get(reverse("admin:index"), headers={"host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)"],
)
def test_signing_in_leads_nowhere_else(client: Client, ada: User, target: str) -> None:
    address = f"{reverse('account_login')}?{urlencode({'next': target})}"
    answer = client.post(address, {"login": "ada", "password": "correct horse battery", "next": target})
    assert answer.status_code == 302, "signed in"
    where = urlsplit(answer.headers["Location"])
    assert (where.scheme, where.netloc) == ("", "")
    assert where.path.startswith(("/admin/", "/account/"))
    assert "evil" not in where.path

"""Documents in a real browser: what it shows in their frame."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.audit.models import AuditRecord

from .files import DOCUMENTS, Keep
from .test_documents import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="session", autouse=True)
def _database_beside_the_browser() -> Iterator[None]:
    """The browser's own loop runs in the test's thread, where Django would refuse to touch the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield


@pytest.fixture
def claras_browser(page: Page, live_server: LiveServer, client: Client, clara: User) -> Page:
    """A browser in which Clara is signed in, at the front page."""
    client.force_login(clara)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(live_server.url)
    return page


@pytest.mark.parametrize("media_type", DOCUMENTS)
def test_a_browser_shows_the_document_in_its_frame(claras_browser: Page, keep: Keep, media_type: str) -> None:
    document, page = keep(media_type), claras_browser
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(page.url.split("/admin/")[0] + address(document, "change"))
    with page.expect_response(lambda response: response.url.endswith("/content/") and response.ok):
        page.get_by_role("link", name="Look at it").click()
    page.wait_for_load_state("networkidle")
    if pictures := os.environ.get("PICTURES_OF_DOCUMENTS"):
        take_pictures(page, f"{pictures}/{media_type.replace('/', '-')}")
    assert AuditRecord.objects.filter(action="document.viewed").count() >= 1
    assert complaints == []
    if media_type == "image/png":
        picture = page.frame_locator("iframe").locator("img")
        expect(picture).to_have_js_property("complete", True)
        size: Any = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
        assert size == [320, 200]


def take_pictures(page: Page, stem: str) -> None:
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(1500)
            page.screenshot(path=f"{stem}-{width}-{scheme}.png")

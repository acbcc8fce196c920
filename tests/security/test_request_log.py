"""What people search for stands in the address of a page, and in no log."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from backoffice.urls import urlpatterns as pages
from tests.people import sign_in

pytestmark = pytest.mark.django_db

LIST = "/admin/customers/customer/"
BREAKS = "/breaks/"
EMAIL, NUMBER = "lena.canary@example.org", "48213907K"
SPELLINGS = (EMAIL, "lena.canary", NUMBER)


def _break(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*pages, path(BREAKS.lstrip("/"), _break)]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, however unimportant."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    loggers = {logger: logger.level for logger in (logging.getLogger(), logging.getLogger("django_structlog"))}
    logging.getLogger().addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.INFO)
    yield written
    logging.getLogger().removeHandler(handler)
    for logger, level in loggers.items():
        logger.setLevel(level)


@pytest.mark.parametrize("words", [EMAIL, NUMBER])
def test_what_adam_searches_for_without_the_right_is_not_in_the_log(
    client: Client, adam: User, log: io.StringIO, words: str
) -> None:
    assert sign_in(client, adam).get(LIST, {"q": words}).status_code == 403

    assert f"GET {LIST}" in log.getvalue()
    assert not [spelling for spelling in SPELLINGS if spelling in log.getvalue()]


def test_what_clara_searches_for_is_not_in_the_log_when_the_page_breaks(
    client: Client, clara: User, log: io.StringIO, settings: Any
) -> None:
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    assert sign_in(client, clara).get(BREAKS, {"q": EMAIL, "number": NUMBER}).status_code == 500

    assert "request_failed" in log.getvalue()
    assert f"GET {BREAKS}" in log.getvalue()
    assert not [spelling for spelling in SPELLINGS if spelling in log.getvalue()]


def test_what_clara_searches_for_is_not_in_the_log_where_every_request_is_logged(
    client: Client, clara: User, log: io.StringIO
) -> None:
    assert sign_in(client, clara).get(LIST, {"q": EMAIL}).status_code == 200

    assert "request_started" in log.getvalue()
    assert "request_finished" in log.getvalue()
    assert not [spelling for spelling in SPELLINGS if spelling in log.getvalue()]

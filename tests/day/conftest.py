"""What a whole day starts from: four people who must use a second factor, a provider, a clock that can be moved."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from .desk import Clock, Desk


@pytest.fixture(autouse=True)
def _second_factor(settings: Any) -> None:
    """As in production: nobody gets anywhere without one."""
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The time of the product, of the stand-in and of the authenticator apps: it moves only when it is told to."""
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield Clock(travelling)


@pytest.fixture
def people(clara: User, felix: User, sofia: User, aurelio: User) -> tuple[User, ...]:
    """Compliance, finance, a supervisor, an auditor."""
    return clara, felix, sofia, aurelio


@pytest.fixture
def desks(
    browser: Browser, live_server: LiveServer, clock: Clock, people: tuple[User, ...]
) -> Iterator[tuple[Desk, ...]]:
    """The browser of each of them; whatever a console complains about fails the test."""
    opened = tuple(Desk(browser=browser, address=live_server.url, person=person, clock=clock) for person in people)
    yield opened
    for desk in opened:
        desk.leave()
    assert [complaint for desk in opened for complaint in desk.complaints] == []

"""Nudges: a few for many events, beside the answer, and harmless when the broker is away."""

import threading
from typing import Any

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from backoffice.webhooks import nudging
from backoffice.webhooks.nudging import Nudger, nudge


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were sent."""
    names: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_options: names.append(name))
    monkeypatch.setattr(nudging, "PAUSE_SECONDS", 0.01)
    return names


def _wait_for_the_thread() -> None:
    for thread in threading.enumerate():
        if thread.name == "webhook-nudger":
            thread.join(timeout=10)


def test_a_thousand_events_are_a_handful_of_nudges_and_the_last_is_never_left_out(sent: list[str]) -> None:
    nudger = Nudger()
    for _event in range(1000):
        nudger.ask()
    _wait_for_the_thread()
    assert 1 <= len(sent) < 50
    assert not nudger._is_running

    nudger.ask()
    _wait_for_the_thread()
    assert sent[-1] == nudging.PROCESS
    assert not nudger._is_asked


def test_a_broker_that_is_away_is_no_trouble_of_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app, "send_task", fail)

    assert nudge() is False


@pytest.mark.django_db
def test_the_task_that_is_nudged_exists_and_has_a_queue_of_its_own() -> None:
    from backoffice.celery import app

    app.loader.import_default_modules()
    assert nudging.PROCESS in app.tasks
    assert app.amqp.router.route({}, nudging.PROCESS)["queue"].name == "webhooks"

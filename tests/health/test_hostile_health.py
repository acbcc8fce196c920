"""What strangers, bad luck and careless settings do to `/health/` and to alerts."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from backoffice.health.heartbeats import passages
from backoffice.health.models import Alert, Telling
from backoffice.health.pulse import pulse_of_worker
from backoffice.health.telling import words_of
from backoffice.health.watching import watch
from backoffice.operations.models import Heartbeat
from backoffice.operations.tasks import note_passage

pytestmark = pytest.mark.django_db


@pytest.fixture
def _database_away() -> Iterator[None]:
    """Every statement fails, as if the server had gone."""

    def fail(*_arguments: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(fail):
        yield


def test_while_the_database_is_away_somebody_with_a_session_is_told_so(client: Client, aurelio: User) -> None:
    client.force_login(aurelio)
    client.raise_request_exception = False

    def fail(*_arguments: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(fail):
        answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


@pytest.mark.usefixtures("_database_away")
@pytest.mark.parametrize("cookie", ["", "forged", "x" * 5_000])
def test_while_the_database_is_away_a_stranger_is_told_so(client: Client, cookie: str) -> None:
    client.raise_request_exception = False
    client.cookies["sessionid"] = cookie
    answer = client.get("/health/", headers={"Authorization": "Bearer é"})
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


@pytest.mark.parametrize("queue", ["operations", "sync", "quick", "webhooks"])
def test_a_queue_that_no_worker_takes_up_is_an_alert_that_names_it(queue: str) -> None:
    for name in ("worker", "beat", "passage"):
        Heartbeat.objects.create(name=name, at=timezone.now())
    for other in {*settings.WATCHED_QUEUES} - {queue}:
        note_passage(queue=other)
    watch()

    (alert,) = Alert.objects.filter(kind="silent")
    assert alert.key == f"silent:passage-{queue}"
    assert f"No worker takes up the queue “{queue}”." in words_of(alert)


def test_a_default_queue_that_no_worker_takes_up_is_named_while_the_others_are_taken_up() -> None:
    for name in ("worker", "beat", *passages()):
        if name != "passage":
            Heartbeat.objects.create(name=name, at=timezone.now())
    watch()

    (alert,) = Alert.objects.filter(kind="silent")
    assert words_of(alert).startswith("No worker takes up the queue “default”.")


@pytest.mark.django_db(transaction=True)
def test_a_queue_whose_messages_wait_behind_a_long_task_of_it_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    full_sync = SimpleNamespace(delivery_info={"routing_key": "sync"})
    monkeypatch.setattr(state, "active_requests", [full_sync])
    pulse_of_worker()

    names = set(Heartbeat.objects.values_list("name", flat=True))
    assert names >= {"worker", "passage-sync"}
    assert names.isdisjoint({"passage-operations", "passage-quick"})


def test_a_queue_that_no_worker_takes_up_is_named_by_health(client: Client, aurelio: User) -> None:
    client.force_login(aurelio)
    note_passage(queue="webhooks")

    checks = {check["name"]: check["status"] for check in client.get("/health/").json()["checks"]}
    assert (checks["passage-webhooks"], checks["passage-quick"]) == ("ok", "failing")


def test_an_address_that_cannot_be_written_to_does_not_keep_the_others_from_being_told(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_message: EmailMessage, **_options: Any) -> int:
        raise ValueError("Header values can't contain newlines")

    settings.ALERT_EMAILS = ["operator@example.org"]
    monkeypatch.setattr(EmailMessage, "send", fail)
    assert watch()

    assert {(telling.channel, telling.problem) for telling in Telling.objects.all()} == {("email", "ValueError")}

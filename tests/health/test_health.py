"""`GET /health/`: what machines learn of us, and what only those who may."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.calls.models import ProviderCall
from backoffice.celery import app
from backoffice.health.heartbeats import passages
from backoffice.operations.models import Heartbeat
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import all_resources

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_well(db: None) -> None:
    """Every process was heard of just now, every list was read."""
    now = timezone.now()
    for name in ("worker", "beat", *passages()):
        Heartbeat.objects.create(name=name, at=now)
    for resource in all_resources():
        SyncRun.objects.create(
            resource=resource.name,
            mode="head",
            state="succeeded",
            lease_token="0" * 32,
            started_at=now,
            heartbeat_at=now,
            finished_at=now,
        )


def note_call(verdict: str, *, ago: timedelta, call: str = "list_payments") -> None:
    """A call to the provider that ended so, as it stands in the log of calls."""
    ProviderCall.objects.create(at=timezone.now() - ago, call=call, verdict=verdict, duration_ms=90, request_bytes=0)


@pytest.fixture
def seen_by(client: Client) -> Callable[[User], dict[str, Any]]:
    """What somebody sees of each check, by its name."""

    def look(person: User) -> dict[str, Any]:
        client.force_login(person)
        return {check["name"]: check for check in client.get("/health/").json()["checks"]}

    return look


@pytest.mark.usefixtures("all_well")
def test_a_stranger_learns_that_all_is_well_and_nothing_else(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_stranger_learns_that_something_is_wrong_and_not_what(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


@pytest.mark.usefixtures("all_well")
def test_an_auditor_sees_every_check(seen_by: Callable[[User], dict[str, Any]], aurelio: User) -> None:
    checks = seen_by(aurelio)
    assert set(checks) >= {"database", "cache", "broker", "worker", "beat", "passage", "disk", "freshness"}
    assert {name: check["problem"] for name, check in checks.items() if check["status"] != "ok"} == {}


def test_whoever_may_not_see_alerts_sees_no_details(client: Client, clara: User) -> None:
    client.force_login(clara)
    assert client.get("/health/").json() == {"status": "failing"}


@pytest.mark.usefixtures("all_well")
@pytest.mark.parametrize("name", ["worker", "beat", "passage"])
def test_a_process_that_fell_silent_is_named(
    seen_by: Callable[[User], dict[str, Any]], aurelio: User, name: str
) -> None:
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - timedelta(minutes=3))
    failing = {check: found["problem"] for check, found in seen_by(aurelio).items() if found["status"] != "ok"}
    assert set(failing) == {name}
    assert "last heard of at" in failing[name]


@pytest.mark.usefixtures("all_well")
def test_stale_lists_are_named(seen_by: Callable[[User], dict[str, Any]], aurelio: User) -> None:
    ended_at = timezone.now() - timedelta(hours=2)
    SyncRun.objects.filter(resource="bank_accounts").update(finished_at=ended_at)
    problem = seen_by(aurelio)["freshness"]["problem"]
    assert problem == f"late: bank_accounts (head since {ended_at:%Y-%m-%d %H:%M:%S} UTC)"


@pytest.mark.usefixtures("all_well")
@pytest.mark.parametrize(("mode", "ago"), [("open", timedelta(hours=1)), ("full", timedelta(hours=27))])
def test_a_list_whose_newest_end_is_read_is_named_where_another_kind_of_run_is_late(
    seen_by: Callable[[User], dict[str, Any]], aurelio: User, mode: str, ago: timedelta
) -> None:
    ended_at = timezone.now() - ago
    SyncRun.objects.create(
        resource="payments",
        mode=mode,
        state="succeeded",
        lease_token="1" * 32,
        started_at=ended_at,
        heartbeat_at=ended_at,
        finished_at=ended_at,
    )
    SyncRun.objects.create(
        resource="payments",
        mode="open" if mode == "full" else "full",
        state="succeeded",
        lease_token="2" * 32,
        started_at=timezone.now() - timedelta(hours=20),
        heartbeat_at=timezone.now(),
        finished_at=timezone.now() - (timedelta(hours=20) if mode == "open" else timedelta()),
    )
    problem = seen_by(aurelio)["freshness"]["problem"]
    assert problem == f"late: payments ({mode} since {ended_at:%Y-%m-%d %H:%M:%S} UTC)"


@pytest.mark.usefixtures("all_well")
def test_a_list_of_which_a_full_sync_never_began_is_named(
    seen_by: Callable[[User], dict[str, Any]], aurelio: User
) -> None:
    for mode, ago in (("head", timedelta(hours=27)), ("head", timedelta()), ("open", timedelta())):
        ended_at = timezone.now() - ago
        SyncRun.objects.create(
            resource="payments",
            mode=mode,
            state="succeeded",
            lease_token="1" * 32,
            started_at=ended_at,
            heartbeat_at=ended_at,
            finished_at=ended_at,
        )
    assert seen_by(aurelio)["freshness"]["problem"] == "late: payments (full never)"


@pytest.mark.usefixtures("all_well")
def test_too_little_room_on_the_disk_is_said(
    seen_by: Callable[[User], dict[str, Any]], aurelio: User, settings: Any
) -> None:
    settings.HEALTH_DISK_FREE_MEGABYTES = 10**9
    assert "MB are wanted" in seen_by(aurelio)["disk"]["problem"]


@pytest.mark.usefixtures("all_well")
def test_a_cache_that_keeps_nothing_is_noticed(
    seen_by: Callable[[User], dict[str, Any]], aurelio: User, settings: Any
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert seen_by(aurelio)["cache"]["problem"] == "the cache does not keep what it is given"


@pytest.mark.usefixtures("all_well")
def test_a_broker_that_cannot_be_reached_is_said_without_its_address(
    seen_by: Callable[[User], dict[str, Any]], aurelio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = "redis://:secret@127.0.0.1:9/0"
    monkeypatch.setattr(app, "connection_for_write", partial(app.connection_for_write, away))
    checks = seen_by(aurelio)
    assert {name for name, check in checks.items() if check["status"] != "ok"} == {"broker"}
    assert checks["broker"]["problem"] == "the broker cannot be reached: OperationalError"


@pytest.mark.usefixtures("all_well")
def test_a_token_that_the_provider_does_not_accept_is_said_until_it_answers_again(
    seen_by: Callable[[User], dict[str, Any]], aurelio: User
) -> None:
    note_call(ProviderCall.Verdict.NOT_AUTHORISED, ago=timedelta(minutes=1))
    checks = seen_by(aurelio)
    assert {name for name, check in checks.items() if check["status"] != "ok"} == {"token"}
    assert checks["token"]["problem"] == "the provider does not accept our token"

    note_call(ProviderCall.Verdict.OK, ago=timedelta(seconds=30), call="authenticate")
    assert seen_by(aurelio)["token"]["status"] == "failing"

    note_call(ProviderCall.Verdict.OK, ago=timedelta(seconds=20))
    assert seen_by(aurelio)["token"]["status"] == "ok"


@pytest.mark.usefixtures("all_well")
def test_a_machine_with_the_token_sees_details_and_metrics(client: Client, settings: Any) -> None:
    settings.HEALTH_TOKEN = "a long token"
    headers = {"Authorization": "Bearer a long token"}
    assert client.get("/health/", headers=headers).json()["checks"]
    metrics = client.get("/health/?format=openmetrics", headers=headers).content.decode()
    assert "django_health_check_overall_status 1" in metrics


@pytest.mark.usefixtures("all_well")
@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer another"])
def test_another_token_shows_nothing(client: Client, settings: Any, given: str) -> None:
    for settings.HEALTH_TOKEN in ("", "a long token"):
        assert "checks" not in client.get("/health/", headers={"Authorization": given}).json()


def test_nothing_can_be_posted(client: Client) -> None:
    assert client.post("/health/").status_code == 405

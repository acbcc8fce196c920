"""A list of which any kind of run is late is one alert, which names the kinds; a silence is told instead of it."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.health.heartbeats import passages
from backoffice.health.models import Alert
from backoffice.health.telling import words_of
from backoffice.health.watching import watch
from backoffice.operations.models import Heartbeat
from backoffice.sync.models import SyncRun
from backoffice.sync.modes import modes_of
from backoffice.sync.resources import all_resources
from backoffice.sync.schedule import fair_time, late_after
from tests.people import sign_in

pytestmark = pytest.mark.django_db

HEAD, OPEN, FULL = SyncRun.Mode.HEAD, SyncRun.Mode.OPEN, SyncRun.Mode.FULL


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that moves when it is told to."""
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as traveller:
        yield traveller


@pytest.fixture
def _running_for_long(clock: time_machine.Traveller) -> None:
    """Every process lives, every list was read in every way, and it was like that for two days."""
    watch()
    time_passes(clock, timedelta(days=2))
    everything_is_read()


def everybody_lives(*, but: tuple[str, ...] = ()) -> None:
    """Every process and every queue was heard of just now."""
    for name in {"worker", "beat", *passages()} - {*but}:
        Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def time_passes(clock: time_machine.Traveller, length: timedelta) -> None:
    """Long, and somebody watched all along."""
    clock.shift(length)
    everybody_lives()
    Heartbeat.objects.filter(name="watch").update(at=timezone.now())


def everything_is_read(*, but: SyncRun.Mode | None = None) -> None:
    """Every kind of run ended well just now, for payments all but one."""
    for resource in all_resources():
        for mode in modes_of(resource):
            if (resource.name, mode) != ("payments", but):
                _end(resource.name, mode)


def _end(resource: str, mode: SyncRun.Mode, state: SyncRun.State = SyncRun.State.SUCCEEDED) -> SyncRun:
    now = timezone.now()
    return SyncRun.objects.create(
        resource=resource,
        mode=mode,
        state=state,
        lease_token=uuid.uuid4(),
        started_at=now,
        heartbeat_at=now,
        finished_at=now,
    )


def watch_each_minute(clock: time_machine.Traveller, minutes: int, *, silent: tuple[str, ...] = ()) -> None:
    """So many minutes go by; everybody lives but those who are silent."""
    for _minute in range(minutes):
        clock.shift(timedelta(minutes=1))
        everybody_lives(but=silent)
        assert watch()


def lists_with_an_open_alert() -> list[str]:
    """By the names of their alerts."""
    return sorted(Alert.objects.filter(kind="stale", closed_at=None).values_list("key", flat=True))


@pytest.mark.usefixtures("_running_for_long")
@pytest.mark.parametrize(("mode", "title"), [(OPEN, "Not final yet"), (FULL, "Everything")])
def test_a_kind_of_run_that_is_late_is_an_alert_though_the_newest_end_is_read(
    clock: time_machine.Traveller, mode: SyncRun.Mode, title: str
) -> None:
    ended_at = timezone.now()
    time_passes(clock, late_after(mode))
    everything_is_read(but=mode)
    # A full run would have read what the others do.
    SyncRun.objects.filter(resource="payments", mode=FULL).update(finished_at=ended_at)
    watch_each_minute(clock, 1)

    (alert,) = Alert.objects.filter(kind="stale", closed_at=None)
    assert alert.key == "stale:payments"
    assert words_of(alert) == (
        f"Payments: older than they should be. “{title}” last ended well at {ended_at:%Y-%m-%d %H:%M} UTC."
    )


@pytest.mark.usefixtures("_running_for_long")
def test_a_list_has_one_alert_however_many_kinds_of_run_are_late(clock: time_machine.Traveller) -> None:
    time_passes(clock, late_after(FULL))
    for resource in all_resources():
        if resource.name != "payments":
            for mode in modes_of(resource):
                _end(resource.name, mode)
    watch_each_minute(clock, 1)

    (alert,) = Alert.objects.filter(kind="stale", closed_at=None)
    assert [late["mode"] for late in alert.facts["late"]] == ["full", "head", "open"]


@pytest.mark.usefixtures("_running_for_long")
def test_what_never_ended_well_is_said_so(clock: time_machine.Traveller) -> None:
    SyncRun.objects.filter(resource="payments", mode=FULL).delete()
    _end("payments", FULL, SyncRun.State.FAILED)
    time_passes(clock, late_after(FULL))
    everything_is_read(but=FULL)
    watch_each_minute(clock, 1)

    assert words_of(Alert.objects.get(kind="stale", closed_at=None)).endswith("“Everything” never ended well.")


@pytest.mark.usefixtures("_running_for_long")
def test_a_full_sync_that_never_began_is_an_alert_that_says_so(clock: time_machine.Traveller) -> None:
    SyncRun.objects.filter(resource="payments", mode=FULL).delete()
    time_passes(clock, late_after(FULL))
    everything_is_read(but=FULL)
    watch_each_minute(clock, 1)

    (alert,) = Alert.objects.filter(kind="stale", closed_at=None)
    assert words_of(alert) == "Payments: older than they should be. “Everything” never began."


def test_a_fresh_installation_has_a_day_and_two_hours_for_its_first_full_sync(clock: time_machine.Traveller) -> None:
    everybody_lives()
    assert watch()
    everything_is_read(but=FULL)
    time_passes(clock, late_after(FULL) - timedelta(minutes=1))
    everything_is_read(but=FULL)
    watch_each_minute(clock, 1)
    assert lists_with_an_open_alert() == []

    watch_each_minute(clock, 1)
    assert lists_with_an_open_alert() == ["stale:payments"]


@pytest.mark.usefixtures("_running_for_long")
def test_a_list_that_was_read_again_is_no_alert_any_more(clock: time_machine.Traveller) -> None:
    watch_each_minute(clock, 5)
    assert lists_with_an_open_alert() != []
    everything_is_read()
    watch_each_minute(clock, 1)
    assert lists_with_an_open_alert() == []


@pytest.mark.usefixtures("_running_for_long")
@pytest.mark.parametrize("silent", ["worker", "beat", "passage-sync"])
def test_while_nothing_can_be_read_that_is_the_alert_and_says_how_many_lists_grow_old(
    clock: time_machine.Traveller, silent: str
) -> None:
    watch_each_minute(clock, 30, silent=(silent,))

    (alert,) = Alert.objects.filter(closed_at=None)
    assert alert.key == f"silent:{silent}"
    assert words_of(alert).endswith(f" {len(all_resources())} lists are older than they should be.")


@pytest.mark.usefixtures("_running_for_long")
def test_an_alert_of_a_list_that_is_open_is_not_called_over_because_the_worker_fell_silent(
    clock: time_machine.Traveller,
) -> None:
    watch_each_minute(clock, 3)
    everything_is_read()
    SyncRun.objects.filter(resource="payments").update(finished_at=timezone.now() - timedelta(minutes=30))
    watch_each_minute(clock, 1)
    assert lists_with_an_open_alert() == ["stale:payments"]

    watch_each_minute(clock, 30, silent=("worker",))
    assert lists_with_an_open_alert() == ["stale:payments"]


@pytest.mark.usefixtures("_running_for_long")
@pytest.mark.parametrize("are_all_away", [False, True])
def test_after_a_silence_lists_have_time_to_catch_up_before_they_are_an_alert(
    clock: time_machine.Traveller, *, are_all_away: bool
) -> None:
    if are_all_away:
        clock.shift(timedelta(days=2))
        watch_each_minute(clock, 1)
    else:
        watch_each_minute(clock, 30, silent=("worker",))
    watch_each_minute(clock, int(fair_time(HEAD).total_seconds() // 60))
    assert lists_with_an_open_alert() == []

    watch_each_minute(clock, 1)
    assert len(lists_with_an_open_alert()) == len(all_resources())


@pytest.mark.usefixtures("_running_for_long")
def test_a_full_run_has_longer_to_catch_up(clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(days=2))
    watch_each_minute(clock, 1)
    time_passes(clock, fair_time(FULL) - timedelta(minutes=1))
    everything_is_read(but=FULL)
    SyncRun.objects.filter(resource="payments", mode=FULL).update(finished_at=timezone.now() - timedelta(minutes=4))
    watch_each_minute(clock, 1)
    assert lists_with_an_open_alert() == []

    SyncRun.objects.filter(resource="payments", mode=FULL).update(finished_at=timezone.now() - timedelta(days=2))
    watch_each_minute(clock, 1)
    assert lists_with_an_open_alert() == ["stale:payments"]


@pytest.mark.usefixtures("_running_for_long")
def test_a_full_run_that_is_late_counts_on_the_front_page(client: Client, ada: User) -> None:
    SyncRun.objects.filter(resource="payments", mode=FULL).update(finished_at=timezone.now() - timedelta(days=2))
    sign_in(client, ada)
    (late,) = [count for count in client.get("/admin/").context["needs"] if count.item.name == "stale-lists"]
    assert late.count == 1

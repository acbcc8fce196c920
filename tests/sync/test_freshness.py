"""How each kind of run of a resource stands: its age, if it is late against its own interval, when the next is due."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.sync.models import SyncRun
from backoffice.sync.modes import ModeFreshness
from backoffice.sync.queries import freshness, freshness_of, late_lists
from backoffice.sync.resources import all_resources
from backoffice.sync.schedule import expect_next, interval_of, late_after

pytestmark = pytest.mark.django_db

Mode = SyncRun.Mode
State = SyncRun.State


def _run(mode: Mode, *, state: State = State.SUCCEEDED, resource: str = "payments", **ago: float) -> SyncRun:
    moment = timezone.now() - timedelta(**ago)
    return SyncRun.objects.create(
        resource=resource,
        mode=mode,
        state=state,
        lease_token=uuid.uuid4(),
        started_at=moment,
        heartbeat_at=moment,
        finished_at=None if state == State.RUNNING else moment,
        error="The provider was away." if state == State.FAILED else "",
    )


def _mode(mode: Mode, resource: str = "payments") -> ModeFreshness:
    return next(found for found in freshness(resource).modes if found.mode == mode)


def test_each_kind_of_run_is_late_against_its_own_interval() -> None:
    for mode in Mode:
        _run(mode, hours=3)
    assert {mode: _mode(mode).is_late for mode in Mode} == {Mode.FULL: False, Mode.HEAD: True, Mode.OPEN: True}
    SyncRun.objects.update(finished_at=timezone.now() - timedelta(hours=27))
    assert _mode(Mode.FULL).is_late


def test_a_run_that_is_on_its_way_is_not_late() -> None:
    _run(Mode.HEAD, hours=3)
    running = _run(Mode.HEAD, state=State.RUNNING, seconds=1)
    assert (_mode(Mode.HEAD).is_late, _mode(Mode.HEAD).running) == (False, running)


@pytest.mark.parametrize("running", [Mode.HEAD, Mode.OPEN, Mode.FULL])
@pytest.mark.parametrize("before", [State.FAILED, State.ABANDONED])
def test_a_run_that_is_on_its_way_excuses_nothing_where_those_before_it_failed_or_were_cut_off(
    running: Mode, before: State
) -> None:
    _run(Mode.HEAD, hours=3)
    _run(Mode.HEAD, state=before, minutes=1)
    _run(running, state=State.RUNNING, seconds=1)
    assert _mode(Mode.HEAD).is_late
    assert freshness("payments").is_stale


def test_a_run_of_another_kind_that_reads_less_excuses_nothing() -> None:
    _run(Mode.HEAD, hours=3)
    _run(Mode.OPEN, state=State.RUNNING, seconds=1)
    assert _mode(Mode.HEAD).is_late
    assert freshness("payments").is_stale


def test_a_run_that_takes_too_long_excuses_nothing() -> None:
    _run(Mode.HEAD, hours=3)
    running = _run(Mode.HEAD, state=State.RUNNING, seconds=late_after(Mode.HEAD).total_seconds() + 60)
    SyncRun.objects.filter(pk=running.pk).update(heartbeat_at=timezone.now())
    assert _mode(Mode.HEAD).is_late


def test_a_failure_of_last_night_does_not_count_against_a_list_that_was_read_since() -> None:
    _run(Mode.FULL, days=2)
    _run(Mode.FULL, state=State.FAILED, hours=20)
    _run(Mode.HEAD, minutes=30)
    _run(Mode.HEAD, state=State.RUNNING, seconds=1)
    assert not _mode(Mode.HEAD).is_late
    assert _mode(Mode.FULL).is_late


@pytest.mark.parametrize("end", [State.FAILED, State.ABANDONED])
def test_a_list_that_was_never_read_is_not_stale_while_it_is_read_and_nothing_failed(end: State) -> None:
    running = _run(Mode.FULL, state=State.RUNNING, seconds=1)
    assert not freshness("payments").is_stale
    SyncRun.objects.filter(pk=running.pk).update(state=end, finished_at=timezone.now())
    _run(Mode.HEAD, state=State.RUNNING, seconds=1)
    assert freshness("payments").is_stale


def test_a_run_that_died_does_not_hide_that_it_is_late() -> None:
    _run(Mode.HEAD, hours=3)
    _run(Mode.HEAD, state=State.RUNNING, hours=1)
    assert (_mode(Mode.HEAD).is_late, _mode(Mode.HEAD).running) == (True, None)


def test_the_last_success_stays_beside_the_failures_that_came_after_it() -> None:
    success = _run(Mode.HEAD, minutes=9)
    _run(Mode.HEAD, state=State.FAILED, minutes=6)
    failure = _run(Mode.HEAD, state=State.FAILED, minutes=3)
    assert (_mode(Mode.HEAD).last_success, _mode(Mode.HEAD).last_failure) == (success, failure)


def test_a_failure_that_was_made_good_is_not_shown() -> None:
    _run(Mode.HEAD, state=State.FAILED, minutes=6)
    _run(Mode.HEAD, minutes=3)
    assert _mode(Mode.HEAD).last_failure is None


def test_the_next_run_comes_an_interval_after_the_last_began() -> None:
    _run(Mode.HEAD, minutes=9)
    failure = _run(Mode.HEAD, state=State.FAILED, seconds=10)
    assert _mode(Mode.HEAD).next_at == failure.started_at + interval_of(Mode.HEAD)


@pytest.mark.parametrize(("hour", "day"), [(2, 21), (3, 22), (14, 22)])
def test_the_next_full_run_comes_at_its_hour(hour: int, day: int) -> None:
    now = datetime(2026, 11, 21, hour, 0, tzinfo=UTC)
    assert expect_next(Mode.FULL, last_began_at=None, now=now) == datetime(2026, 11, day, 3, 0, tzinfo=UTC)


def test_a_resource_without_single_reads_has_no_such_runs() -> None:
    assert [found.mode for found in freshness("bank_accounts").modes] == [Mode.FULL, Mode.HEAD]


@pytest.mark.parametrize("mode", list(Mode))
def test_a_kind_of_run_that_never_ended_well_is_late_from_its_first_try_on(mode: Mode) -> None:
    _run(mode, state=State.FAILED, seconds=late_after(mode).total_seconds() - 60)
    _run(mode, state=State.FAILED, seconds=1)
    assert not _mode(mode).is_late
    SyncRun.objects.filter(pk=SyncRun.objects.earliest("pk").pk).update(
        started_at=timezone.now() - late_after(mode) - timedelta(minutes=1)
    )
    assert _mode(mode).is_late


@pytest.mark.parametrize("mode", [Mode.HEAD, Mode.OPEN])
def test_while_everything_is_read_nothing_less_is_late(mode: Mode) -> None:
    _run(mode, hours=2)
    full = _run(Mode.FULL, state=State.RUNNING, minutes=1)
    assert not _mode(mode).is_late
    SyncRun.objects.filter(pk=full.pk).update(state=State.ABANDONED, finished_at=timezone.now())
    assert not _mode(mode).is_late
    SyncRun.objects.filter(pk=full.pk).update(finished_at=timezone.now() - late_after(mode) - timedelta(seconds=1))
    assert _mode(mode).is_late


def test_a_full_run_that_fails_every_night_is_late_though_all_else_is_read() -> None:
    _run(Mode.FULL, days=2)
    for hours in (18, 1):
        _run(Mode.FULL, state=State.FAILED, hours=hours)
    for mode in (Mode.HEAD, Mode.OPEN):
        _run(mode, seconds=10)
    (late,) = [late for late in late_lists() if late.resource.name == "payments"]
    assert [found.mode for found in late.modes] == [Mode.FULL]
    assert not freshness("payments").is_stale


def test_in_a_new_installation_no_kind_of_run_is_late_yet() -> None:
    assert not any(found.is_late for found in freshness("payments").modes)
    assert freshness("payments").is_stale


@pytest.mark.parametrize("mode", list(Mode))
def test_a_kind_of_run_that_never_began_is_late_from_when_another_first_left_the_list_free(mode: Mode) -> None:
    other = Mode.OPEN if mode == Mode.HEAD else Mode.HEAD
    first = _run(other, seconds=late_after(mode).total_seconds() - 60)
    SyncRun.objects.update(started_at=timezone.now() - timedelta(days=3))
    _run(other, seconds=1)
    assert not _mode(mode).is_late

    SyncRun.objects.filter(pk=first.pk).update(finished_at=timezone.now() - late_after(mode) - timedelta(minutes=1))
    assert _mode(mode).is_late


@pytest.mark.parametrize(("minutes", "late"), [(-1, [Mode.HEAD]), (1, [Mode.FULL, Mode.HEAD])])
def test_a_full_sync_of_what_was_never_read_is_late_from_the_installation_on(minutes: int, late: list[Mode]) -> None:
    installed_at = MigrationRecorder.Migration.objects.get(app="sync", name="0001_initial").applied
    with time_machine.travel(installed_at + late_after(Mode.FULL) + timedelta(minutes=minutes), tick=False):
        (found,) = [found for found in late_lists() if found.resource.name == "payments"]
    assert [found.mode for found in found.modes] == late


def test_a_full_run_may_take_its_time_before_it_is_late() -> None:
    assert late_after(Mode.FULL) > interval_of(Mode.FULL)


def test_one_query_reads_all_resources_however_many_runs_there_are() -> None:
    for resource in all_resources():
        for mode in Mode:
            _run(mode, resource=resource.name, minutes=1)
            _run(mode, resource=resource.name, state=State.FAILED, minutes=2)
    with CaptureQueriesContext(connection) as queries:
        found = freshness_of(all_resources())
    assert len(queries) == 1
    assert all(mode.last_success for known in found.values() for mode in known.modes)

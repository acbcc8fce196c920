"""What beat and the workers do, and how the freshness of a resource is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.cryptopocket.errors import OutcomeUnknown
from backoffice.sync import resources, tasks
from backoffice.sync.engine.lease import acquire
from backoffice.sync.models import SyncRun
from backoffice.sync.queries import freshness, late_lists
from backoffice.sync.resources import Resource
from backoffice.sync.services import request_sync
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, lines, lines_resource, payments_resource


@pytest.fixture
def two_resources(remote: RemoteList, db: None) -> None:
    """Payments, which can be open, and lines, which come after them and cannot."""
    resources._resources.clear()
    lines_resource(remote, depends_on=("purchases",))
    payments_resource(remote)


@pytest.mark.usefixtures("two_resources")
def test_beat_asks_for_every_resource_in_order(
    nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sync_all("head")
    assert nudges == [
        {"name": "purchases", "mode": "head", "user_id": None},
        {"name": "lines", "mode": "head", "user_id": None},
    ]


@pytest.mark.usefixtures("two_resources")
def test_beat_asks_for_open_objects_only_where_there_can_be_some(
    nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sync_all("open")
    assert [nudge["name"] for nudge in nudges] == ["purchases"]


@pytest.mark.usefixtures("two_resources")
def test_a_full_run_whose_worker_died_is_gone_on_with_at_the_next_beat(
    remote: RemoteList, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    _begin_and_die(SyncRun.Mode.FULL)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sync_all("head")
    assert [nudge["mode"] for nudge in nudges] == ["head", "full"]


@pytest.mark.usefixtures("two_resources")
def test_new_objects_come_also_where_one_full_run_after_another_dies(
    nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    _begin_and_die(SyncRun.Mode.FULL)
    asked = []
    for _beat in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sync_all("head")
        asked.append(nudges[-1]["mode"])
        _begin_and_die(SyncRun.Mode(asked[-1]))
    assert asked == ["full", "head", "full", "head", "full"]


@pytest.mark.usefixtures("two_resources")
@pytest.mark.parametrize("mode", ["head", "full"])
def test_a_list_that_was_never_read_through_is_read_wholly_at_the_next_beat(
    remote: RemoteList, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any, mode: str
) -> None:
    """A head that has to read a long list to its end begins anew each time; a full run goes on where it stopped."""
    remote.items = lines(6)

    def fail_once(number: int) -> None:
        if number == 2:
            remote.before_page = None
            raise OutcomeUnknown("HTTP 500", endpoint="list_lines", only_read=True)

    remote.before_page = fail_once
    assert sync(mode=mode).state == SyncRun.State.FAILED
    for expected in ("full", "head"):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sync_all("head")
        assert nudges[-1] == {"name": "lines", "mode": expected, "user_id": None}
        sync(mode=expected)


def _begin_and_die(mode: SyncRun.Mode) -> None:
    """A run of the lines that writes a page and is heard of no more."""
    run = acquire(resource="lines", mode=mode).run
    SyncRun.objects.filter(pk=run.pk).update(pages=3, next_page=4, heartbeat_at=timezone.now() - timedelta(hours=1))


def test_a_nudge_is_sent_only_when_the_wish_is_committed(
    bank_lines: Resource, nudges: list[dict[str, Any]], felix: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_sync(name="lines", mode="full", requested_by=felix)
        assert nudges == []
    assert nudges == [{"name": "lines", "mode": "full", "user_id": felix.pk}]


@pytest.mark.usefixtures("nudges")
@pytest.mark.parametrize("mode", ["head", "open"])
def test_what_the_schedule_wants_expires_and_what_a_person_wants_does_not(
    purchases: Resource,
    options_of_nudges: list[dict[str, Any]],
    felix: User,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
    *,
    mode: str,
) -> None:
    settings.SYNC_HEAD_SECONDS = settings.SYNC_OPEN_SECONDS = 180
    with django_capture_on_commit_callbacks(execute=True):
        request_sync(name="purchases", mode=mode)
        request_sync(name="purchases", mode=mode, requested_by=felix)
        request_sync(name="purchases", mode="full")
    assert [options["expires"] for options in options_of_nudges] == [540, None, None]


@pytest.mark.usefixtures("nudges")
def test_what_is_asked_for_again_a_little_later_expires_no_sooner(
    bank_lines: Resource, options_of_nudges: list[dict[str, Any]], felix: User, settings: Any
) -> None:
    settings.SYNC_HEAD_SECONDS = 1
    acquire(resource="lines", mode=SyncRun.Mode.OPEN)
    tasks.sync_one("lines", "head")
    tasks.sync_one("lines", "head", felix.pk)
    later = tasks.ASK_AGAIN_AFTER_SECONDS
    assert options_of_nudges == [{"countdown": later, "expires": later + 3}, {"countdown": later, "expires": None}]


def test_a_worker_syncs_and_remembers_who_asked(remote: RemoteList, bank_lines: Resource, felix: User) -> None:
    remote.items = lines(2)
    tasks.sync_one("lines", "full", felix.pk)
    run = SyncRun.objects.get()
    assert (run.state, run.requested_by, run.created) == (SyncRun.State.SUCCEEDED, felix, 2)


def test_what_depends_on_new_rows_is_read_at_once(
    remote: RemoteList, bank_lines: Resource, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    lines_resource(remote, name="accounts")
    lines_resource(remote, depends_on=("accounts",), partitions=lambda: ["ES01"])
    payments_resource(remote, depends_on=("accounts",))
    remote.items = lines(1)
    for expected in ([{"name": "lines", "mode": "head", "user_id": None}], []):
        nudges.clear()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sync_one("accounts", "head")
        assert nudges == expected


def test_a_worker_that_comes_second_leaves_the_work_to_the_first(bank_lines: Resource) -> None:
    acquire(resource="lines", mode=SyncRun.Mode.FULL)
    tasks.sync_one("lines", "full")
    assert SyncRun.objects.count() == 1


def test_the_newest_are_read_a_little_later_where_open_objects_are_being_read(
    remote: RemoteList, bank_lines: Resource, nudges: list[dict[str, Any]]
) -> None:
    """Both are due at the same second: without a second try the newest would be left out every time."""
    holder = acquire(resource="lines", mode=SyncRun.Mode.OPEN)
    tasks.sync_one("lines", "head")
    assert nudges == [{"name": "lines", "mode": "head", "user_id": None, "asked_again": 1}]
    holder.end(SyncRun.State.SUCCEEDED)
    remote.items = lines(2)
    tasks.sync_one(**nudges[0])
    assert SyncRun.objects.get(mode=SyncRun.Mode.HEAD).created == 2


@pytest.mark.parametrize(("held_by", "asked_again"), [("head", 0), ("full", 0), ("open", tasks.ASK_AGAIN_TIMES)])
def test_a_sync_is_not_asked_for_again_where_that_helps_nobody(
    bank_lines: Resource, nudges: list[dict[str, Any]], held_by: str, asked_again: int
) -> None:
    acquire(resource="lines", mode=SyncRun.Mode(held_by))
    tasks.sync_one("lines", "head", asked_again=asked_again)
    assert nudges == []


def _late() -> dict[str, list[str]]:
    """The kinds of run that are late, by resource."""
    return {late.resource.name: [str(found.mode) for found in late.modes] for late in late_lists()}


def test_a_resource_that_was_never_read_is_stale(bank_lines: Resource) -> None:
    known = freshness("lines")
    assert (known.last_success_at, known.is_stale, known.is_running, known.last_error) == (None, True, None, "")
    assert "lines" in _late()


def test_a_resource_that_was_just_read_is_fresh(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(2)
    run = sync()
    known = freshness("lines")
    assert (known.last_success_at, known.last_mode, known.is_stale) == (run.finished_at, "full", False)
    assert "lines" not in _late()


def test_a_resource_grows_stale(remote: RemoteList, bank_lines: Resource, settings: Any) -> None:
    remote.items = lines(2)
    sync()
    SyncRun.objects.update(finished_at=timezone.now() - timedelta(seconds=4 * settings.SYNC_HEAD_SECONDS))
    assert freshness("lines").is_stale


def test_what_went_wrong_since_the_last_success_is_told(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(2)
    sync()

    def fail(number: int) -> None:
        raise OutcomeUnknown("the provider did not answer", endpoint="list_lines", only_read=True)

    remote.before_page = fail
    sync(mode="head")
    assert "did not answer" in freshness("lines").last_error
    remote.before_page = None
    sync(mode="head")
    assert freshness("lines").last_error == ""


def test_a_run_under_way_is_told_while_it_lives(bank_lines: Resource) -> None:
    run = acquire(resource="lines", mode=SyncRun.Mode.HEAD).run
    assert freshness("lines").is_running == run
    SyncRun.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert freshness("lines").is_running is None

"""One run a resource at a time; a dead one is taken over, and a full one goes on where it stopped."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backoffice.cryptopocket.errors import OutcomeUnknown, UnitMismatch
from backoffice.sync.engine.lease import acquire
from backoffice.sync.errors import LeaseLostError, SyncAlreadyRunning
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource
from backoffice.sync.services import sync_resource
from banking.models import BankTransaction
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, line, lines, lines_resource


class PowerCutError(BaseException):
    """The machine is gone: nothing of ours runs any more."""


@pytest.fixture(autouse=True)
def _every_page_is_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, so that a short list has several."""
    monkeypatch.setattr("backoffice.sync.engine.session.BATCH_ROWS", 3)


def _break_at(remote: RemoteList, page: int, error: BaseException) -> None:
    def before_page(number: int) -> None:
        if number == page:
            remote.before_page = None
            raise error

    remote.before_page = before_page


def _let_die(run: SyncRun) -> None:
    SyncRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))


def test_a_second_run_of_a_resource_is_turned_away(bank_lines: Resource) -> None:
    lease = acquire(resource="lines", mode=SyncRun.Mode.HEAD)
    with pytest.raises(SyncAlreadyRunning) as refusal:
        sync_resource(name="lines", mode="full")
    assert refusal.value.run == lease.run
    assert SyncRun.objects.count() == 1


def test_runs_of_two_resources_do_not_wait_for_each_other(remote: RemoteList, bank_lines: Resource) -> None:
    acquire(resource="purchases", mode=SyncRun.Mode.FULL)
    remote.items = lines(1)
    assert sync().state == SyncRun.State.SUCCEEDED


def test_a_dead_run_is_seen_as_dead_and_its_place_is_taken(remote: RemoteList, bank_lines: Resource) -> None:
    dead = acquire(resource="lines", mode=SyncRun.Mode.FULL).run
    _let_die(dead)
    remote.items = lines(2)
    assert sync().created == 2
    dead.refresh_from_db()
    assert (dead.state, dead.finished_at is not None) == (SyncRun.State.ABANDONED, True)
    assert "no sign of life" in dead.error


def test_a_full_run_that_was_killed_goes_on_at_the_page_it_had_reached(
    remote: RemoteList, bank_lines: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.items = lines(20)
    _break_at(remote, 5, PowerCutError())
    with pytest.raises(PowerCutError):
        sync_resource(name="lines", mode="full")
    killed = SyncRun.objects.get()
    assert (killed.state, killed.next_page, killed.created) == (SyncRun.State.RUNNING, 5, 12)
    _let_die(killed)
    remote.asked.clear()
    run = sync()
    assert remote.asked == [5, 6, 7]
    assert (run.resumed_from, run.created, run.missing, run.total) == (killed, 8, 0, 20)


def test_what_the_first_part_saw_is_not_missing_and_what_nobody_saw_is(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.items = lines(20)
    remote.clock -= timedelta(hours=1)
    sync()
    remote.clock = timezone.now()
    remote.remove(20)
    _break_at(remote, 4, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
    assert sync().state == SyncRun.State.FAILED
    assert sync().missing == 1
    assert BankTransaction.objects.get(missing_since__isnull=False).remote_id == "20"


def test_what_moved_on_between_the_two_parts_is_not_taken_for_another_with_the_same_id(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.tells_total = False
    remote.items = lines(20)
    _break_at(remote, 4, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
    assert sync().state == SyncRun.State.FAILED
    remote.items = [*(line(number) for number in range(26, 20, -1)), *lines(20)]
    remote.change(15, concept="Moved on")
    remote.asked.clear()
    run = sync()
    assert (remote.asked[0], run.error, run.quarantined) == (4, "", 0)
    assert BankTransaction.objects.get(remote_id="15").concept == "Moved on"


def test_a_provider_that_fails_in_the_middle_ends_the_run_with_a_plain_text(
    remote: RemoteList, bank_lines: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.sync.engine.session.BATCH_ROWS", 2000)
    remote.items = lines(20)
    _break_at(remote, 5, OutcomeUnknown("the provider answered HTTP 500", endpoint="list_lines", only_read=True))
    run = sync()
    assert (run.state, run.created, run.pages) == (SyncRun.State.FAILED, 12, 4)
    assert "HTTP 500" in run.error
    assert "4 pages were read before that, and written. The next full sync goes on from there." in run.error


def test_what_a_failed_head_had_not_reached_comes_with_the_next_one(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(12)
    sync()
    remote.items = lines(21)
    _break_at(remote, 2, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
    failed = sync(mode="head")
    assert (failed.state, failed.created) == (SyncRun.State.FAILED, 3)
    remote.asked.clear()
    run = sync(mode="head")
    assert (run.state, run.created, remote.asked) == (SyncRun.State.SUCCEEDED, 6, [1, 2, 3, 4])
    remote.asked.clear()
    assert sync(mode="head").created == 0
    assert remote.asked == [1]


def test_what_a_killed_head_had_not_reached_comes_with_the_next_one(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(12)
    sync()
    remote.items = lines(21)
    _break_at(remote, 2, PowerCutError())
    with pytest.raises(PowerCutError):
        sync_resource(name="lines", mode="head")
    _let_die(SyncRun.objects.get(state=SyncRun.State.RUNNING))
    assert sync(mode="head").created == 6


def test_what_a_head_had_not_reached_that_lost_its_place_comes_with_the_next_one(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.items = lines(12)
    sync()
    remote.items = lines(21)

    def lose_the_place(number: int) -> None:
        if number == 2:
            remote.before_page = None
            SyncRun.objects.filter(state=SyncRun.State.RUNNING).update(state=SyncRun.State.ABANDONED)

    remote.before_page = lose_the_place
    assert (sync(mode="head").state, BankTransaction.objects.count()) == (SyncRun.State.ABANDONED, 15)
    assert sync(mode="head").created == 6


def test_a_gap_outlasts_further_heads_that_fail(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(12)
    sync()
    for count, broken_page in ((21, 2), (21, 2), (24, 3)):
        remote.items = lines(count)
        _break_at(remote, broken_page, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
        assert sync(mode="head").state == SyncRun.State.FAILED
    assert BankTransaction.objects.count() == 18
    assert sync(mode="head").created == 6


@pytest.mark.parametrize("mode", ["head", "full"])
def test_the_first_head_after_a_list_was_never_read_through_reads_all_of_it(
    remote: RemoteList, bank_lines: Resource, mode: str
) -> None:
    remote.items = lines(12)
    _break_at(remote, 2, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
    assert sync(mode=mode).created == 3
    assert sync(mode="head").created == 9


def test_a_full_run_that_went_on_has_not_closed_the_gap_of_a_head_between(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.tells_total = False
    remote.items = lines(12)
    _break_at(remote, 3, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
    assert sync().state == SyncRun.State.FAILED
    remote.items = lines(21)
    _break_at(remote, 2, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
    assert sync(mode="head").state == SyncRun.State.FAILED
    assert sync().state == SyncRun.State.SUCCEEDED
    assert BankTransaction.objects.count() < 21
    remote.asked.clear()
    assert sync(mode="head").state == SyncRun.State.SUCCEEDED
    assert (BankTransaction.objects.count(), remote.asked) == (21, [1, 2, 3, 4])


def test_after_a_full_run_that_went_on_a_head_reads_no_more_than_the_newest(
    remote: RemoteList, bank_lines: Resource
) -> None:
    remote.items = lines(12)
    _break_at(remote, 3, OutcomeUnknown("HTTP 500", endpoint="list", only_read=True))
    sync()
    assert sync().resumed_from is not None
    remote.items = lines(13)
    remote.asked.clear()
    assert sync(mode="head").created == 1
    assert remote.asked == [1, 2]


def test_a_run_that_failed_without_a_page_is_not_gone_on_with(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(9)
    _break_at(remote, 1, OutcomeUnknown("no answer", endpoint="list", only_read=True))
    assert "Nothing was written" in sync().error
    run = sync()
    assert (run.resumed_from, run.created) == (None, 9)


def test_a_run_that_stopped_long_ago_is_not_gone_on_with(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(9)
    _break_at(remote, 2, OutcomeUnknown("no answer", endpoint="list", only_read=True))
    SyncRun.objects.filter(pk=sync().pk).update(started_at=timezone.now() - timedelta(days=2))
    assert sync().resumed_from is None


def test_a_run_whose_place_was_taken_stops_and_does_not_write(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(9)

    def take_over(number: int) -> None:
        if number == 3:
            SyncRun.objects.update(state=SyncRun.State.ABANDONED)
            acquire(resource="lines", mode=SyncRun.Mode.HEAD)

    remote.before_page = take_over
    run = sync_resource(name="lines", mode="full")
    assert run.state == SyncRun.State.ABANDONED
    assert BankTransaction.objects.count() == 6
    assert SyncRun.objects.filter(state=SyncRun.State.RUNNING).count() == 1


def test_a_lease_with_another_token_cannot_save(bank_lines: Resource) -> None:
    lease = acquire(resource="lines", mode=SyncRun.Mode.FULL)
    lease.run.lease_token = uuid4()
    with pytest.raises(LeaseLostError):
        lease.save_progress()


def test_a_run_gives_signs_of_life_while_it_only_reads(
    remote: RemoteList, bank_lines: Resource, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    monkeypatch.setattr("backoffice.sync.engine.session.BATCH_ROWS", 2000)
    settings.SYNC_LEASE_SECONDS = 0.0001  # type: ignore[attr-defined]  # pytest-django's fixture
    remote.items = lines(9)
    beats = []
    remote.before_page = lambda number: beats.append(SyncRun.objects.get().heartbeat_at)
    sync()
    assert beats == sorted(set(beats))


def test_huge_pages_are_written_one_by_one(
    remote: RemoteList, bank_lines: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.sync.engine.session.BATCH_ROWS", 2000)
    remote.items = lines(9)
    remote.page_bytes = 20 * 2**20
    written: list[int] = []
    remote.before_page = lambda number: written.append(BankTransaction.objects.count())
    assert sync().created == 9
    assert written == [0, 3, 6]


def test_a_fault_of_ours_is_raised_and_the_run_does_not_stay_open(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(9)
    _break_at(remote, 2, RuntimeError("with personal data in it"))
    with pytest.raises(RuntimeError):
        sync_resource(name="lines", mode="full")
    run = SyncRun.objects.get()
    assert (run.state, run.created) == (SyncRun.State.FAILED, 3)
    assert run.error.startswith("A fault of ours: RuntimeError.")
    assert "personal" not in run.error


def test_an_interrupted_run_is_abandoned_at_once(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = lines(9)
    _break_at(remote, 3, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        sync_resource(name="lines", mode="full")
    run = SyncRun.objects.get()
    assert (run.state, run.next_page) == (SyncRun.State.ABANDONED, 3)
    assert "interrupted" in run.error


def test_a_unit_mismatch_writes_nothing(remote: RemoteList, bank_lines: Resource) -> None:
    def refuse(client: object, page: object) -> None:
        raise UnitMismatch("240.00 in the list is 2.40 when read singly: cents were taken for euros.")

    lines_resource(remote, check_before=refuse)
    remote.items = lines(9)
    run = sync()
    assert (run.state, BankTransaction.objects.count()) == (SyncRun.State.FAILED, 0)
    assert "cents were taken for euros" in run.error
    assert "Nothing was written" in run.error


def test_a_page_that_repeats_ends_with_an_error_not_a_loop(remote: RemoteList, bank_lines: Resource) -> None:
    remote.items = [*lines(3), *lines(3), *lines(3)]
    run = sync()
    assert run.state == SyncRun.State.FAILED
    assert "repeats itself" in run.error

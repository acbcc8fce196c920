"""Rows that the provider no longer lists are marked, never deleted; a strange list marks nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.resources import Resource
from backoffice.sync.services import mirror_item
from banking.models import BankAccount, BankTransaction
from tests.sync.conftest import sync
from tests.sync.lists import RemoteList, line, lines, lines_resource


@pytest.fixture
def mirrored(remote: RemoteList, bank_lines: Resource) -> None:
    """Twenty lines that were mirrored an hour ago."""
    remote.items = lines(20)
    remote.clock -= timedelta(hours=1)
    sync()
    remote.clock = timezone.now()


@pytest.mark.usefixtures("mirrored")
def test_a_row_that_is_no_longer_listed_is_marked_and_kept(remote: RemoteList) -> None:
    remote.remove(7)
    run = sync()
    assert (run.missing, run.unchanged, run.error) == (1, 19, "")
    row = BankTransaction.objects.get(remote_id="7")
    assert row.missing_since is not None
    change = RecordedChange.objects.get()
    assert (change.remote_id, change.run, list(change.columns)) == ("7", run, ["missing_since"])
    assert sync().missing == 0


@pytest.mark.usefixtures("mirrored")
def test_a_row_that_comes_back_is_no_longer_missing(remote: RemoteList) -> None:
    remote.remove(7)
    sync()
    remote.items = lines(20)
    run = sync()
    assert (run.changed, run.unchanged) == (1, 19)
    assert BankTransaction.objects.get(remote_id="7").missing_since is None
    back = RecordedChange.objects.first()
    assert back is not None
    assert back.columns["missing_since"][1] is None


@pytest.mark.usefixtures("mirrored")
def test_a_row_that_was_written_while_the_list_was_read_is_not_missing(remote: RemoteList) -> None:
    def register(number: int) -> None:
        if number == 5 and not BankTransaction.objects.filter(remote_id="777").exists():
            mirror_item(name="lines", payload=line(777), read_at=timezone.now(), source="operation")

    remote.before_page = register
    assert sync().missing == 0
    assert BankTransaction.objects.get(remote_id="777").missing_since is None


@pytest.mark.usefixtures("mirrored")
def test_a_sudden_emptiness_is_an_error_and_marks_nothing(remote: RemoteList) -> None:
    remote.items = []
    run = sync()
    assert (run.state, run.missing) == (SyncRun.State.FAILED, 0)
    assert "although 20 rows are known" in run.error
    assert not BankTransaction.objects.exclude(missing_since=None).exists()


@pytest.mark.usefixtures("mirrored")
def test_a_list_that_moved_is_read_once_more(remote: RemoteList) -> None:
    def remove_one(number: int) -> None:
        if number == 3:
            remote.remove(20)

    remote.before_page = remove_one
    run = sync()
    assert (run.state, run.missing, run.error) == (SyncRun.State.SUCCEEDED, 1, "")
    assert remote.asked.count(1) == 1 + 2
    assert BankTransaction.objects.get(missing_since__isnull=False).remote_id == "20"


@pytest.mark.usefixtures("mirrored")
def test_a_list_that_never_stands_still_marks_nothing(remote: RemoteList) -> None:
    remote.before_page = lambda number: remote.remove(remote.items[0]["id"]) if number > 1 else None
    run = sync()
    assert (run.state, run.missing) == (SyncRun.State.SUCCEEDED, 0)
    assert "became shorter" in run.error
    assert "Nothing was marked as missing" in run.error


@pytest.mark.usefixtures("mirrored")
def test_new_items_at_the_newest_end_hide_nothing_so_the_missing_are_marked(remote: RemoteList) -> None:
    remote.remove(7)
    numbers = iter(range(21, 100))

    def add_one(number: int) -> None:
        if number > 1:
            remote.items = [line(next(numbers)), *remote.items]

    remote.before_page = add_one
    run = sync()
    assert (run.missing, run.error) == (1, "")
    assert BankTransaction.objects.get(missing_since__isnull=False).remote_id == "7"


@pytest.mark.usefixtures("mirrored")
def test_a_provider_that_lists_fewer_than_it_says_marks_nothing(remote: RemoteList) -> None:
    remote.items = [*lines(10), *lines(10)]
    remote.page_size = 10
    remote.items[9] = line(999)
    run = sync()
    assert run.missing == 0
    assert "listed only" in run.error


@pytest.mark.usefixtures("mirrored")
def test_a_bad_item_does_not_stand_for_one_that_a_repeating_list_left_out(remote: RemoteList) -> None:
    remote.page_size = 10
    remote.items = [*lines(20)[:10], line(11), *lines(20)[11:]]
    remote.change(5, amount="abc")
    run = sync()
    assert run.missing == 0
    assert "there are 20, and listed only 19" in run.error
    assert BankTransaction.objects.get(remote_id="10").missing_since is None


@pytest.mark.usefixtures("mirrored")
def test_a_bad_item_without_a_row_is_counted_once_however_often_a_list_repeats_it(remote: RemoteList) -> None:
    remote.page_size = 10
    remote.items = [{"amount": "no id"}, *lines(20)[:9], {"amount": "no id"}, *lines(20)[10:]]
    run = sync()
    assert run.missing == 0
    assert "there are 21, and listed only 20" in run.error


@pytest.mark.usefixtures("mirrored")
def test_bad_items_of_the_first_pass_do_not_count_in_the_second(remote: RemoteList) -> None:
    remote.page_size = 10
    remote.items = [{"amount": "no id"}, *lines(20)]

    def mend_and_leave_one_out(number: int) -> None:
        if remote.asked.count(1) == 2 and number == 1:
            remote.items = [line(21), *lines(20)[:9], line(12), *lines(20)[10:]]
        elif remote.asked.count(1) == 1 and number == 3:
            remote.items = [*remote.items, line(0)]

    remote.asked.clear()
    remote.before_page = mend_and_leave_one_out
    run = sync()
    assert run.missing == 0
    assert "there are 21, and listed only 20" in run.error
    assert BankTransaction.objects.get(remote_id="11").missing_since is None


@pytest.mark.usefixtures("mirrored")
def test_two_items_that_always_share_an_id_do_not_hide_what_is_missing(remote: RemoteList) -> None:
    remote.items = [*lines(20), line(20, concept="another with the same id")]
    remote.asked.clear()
    assert sync().error == ""
    assert remote.asked.count(1) == 2
    remote.remove(7)
    remote.asked.clear()
    run = sync()
    assert (run.missing, run.error, remote.asked.count(1)) == (1, "", 1)


@pytest.mark.usefixtures("mirrored")
def test_an_item_that_changed_and_came_twice_does_not_stand_for_one_that_was_left_out(remote: RemoteList) -> None:
    """A list in the order of changes: what changes while it is read moves to its end, and all behind it move up."""

    def change_one(number: int) -> None:
        if number == 5 and remote.items[0]["id"] == 20:
            remote.items = [*remote.items[1:], line(20, concept="changed meanwhile")]

    remote.before_page = change_one
    run = sync()
    assert (run.missing, run.error) == (0, "")


def test_an_account_that_was_not_read_through_marks_nothing(remote: RemoteList, bank_lines: Resource) -> None:
    now = timezone.now()
    for iban in ("ES01", "ES02"):
        moments = {"read_at": now, "first_seen_at": now, "changed_at": now}
        BankAccount.objects.create(remote_id=iban, iban=iban, **moments)
    accounts = {"ES01": RemoteList(items=lines(4)), "ES02": RemoteList(items=[line(10 + n) for n in range(4)])}
    lines_resource(
        remote,
        partitions=lambda: list(BankAccount.objects.order_by("pk").values_list("iban", flat=True)),
        list_page=lambda client, iban, number: accounts[iban].list_page(client, iban, number),
    )
    run = sync()
    assert (run.created, run.total, run.pages) == (8, 8, 4)
    assert BankTransaction.objects.filter(account__iban="ES02").count() == 4
    assert sync().unchanged == 8

"""`manage.py sync` in a terminal and in a pipe."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.cryptopocket.errors import OutcomeUnknown
from backoffice.progress import describe_progress
from backoffice.sync import resources
from backoffice.sync.engine.lease import acquire
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource
from tests.sync.lists import RemoteList, line, lines, lines_resource, payments_resource


class Terminal(io.StringIO):
    """A terminal that remembers what was written."""

    def isatty(self) -> bool:
        """Say that a person is watching."""
        return True


@pytest.fixture(autouse=True)
def _only_what_the_test_registers() -> None:
    resources._resources.clear()


def _run(*arguments: str, output: io.StringIO | None = None) -> tuple[int, str, str]:
    """Exit status, output and errors of the command."""
    output, errors = output or io.StringIO(), io.StringIO()
    status: Any = 0
    try:
        call_command("sync", *arguments, stdout=output, stderr=errors, no_color=True)
    except SystemExit as end:
        status = end.code
    return status, output.getvalue(), errors.getvalue()


@pytest.mark.django_db
def test_it_closes_with_a_line_of_counts_for_each_resource(remote: RemoteList) -> None:
    lines_resource(remote)
    payments_resource(RemoteList(items=[{"id": "Pay1"}]), depends_on=("lines",))
    remote.items = lines(1200)
    status, output, errors = _run()
    first, second = output.splitlines()
    assert (status, errors) == (0, "")
    assert first.startswith("lines: succeeded. 1,200 rows seen in ")
    assert first.endswith("s: 1,200 new, 0 changed, 0 unchanged.")
    assert second.startswith("purchases: succeeded. 1 rows seen in ")


@pytest.mark.django_db
def test_a_quarantined_item_makes_the_exit_status_1(remote: RemoteList) -> None:
    lines_resource(remote)
    remote.items = [line(2, amount="abc"), line(1)]
    status, output, _ = _run("lines")
    assert status == 1
    assert output.rstrip().endswith("1 new, 0 changed, 0 unchanged, 1 quarantined.")


@pytest.mark.django_db
def test_a_failure_makes_the_exit_status_1_and_says_what_to_do(remote: RemoteList) -> None:
    def fail(number: int) -> None:
        raise OutcomeUnknown("the provider did not answer", endpoint="list_lines", only_read=True)

    remote.before_page = fail
    lines_resource(remote)
    status, output, errors = _run("lines", "--mode", "head")
    assert (status, output.startswith("lines: failed.")) == (1, True)
    assert "the provider did not answer" in errors
    assert "Nothing was written. The next sync tries again." in errors


@pytest.mark.django_db
def test_a_run_that_is_under_way_elsewhere_is_said(remote: RemoteList) -> None:
    lines_resource(remote)
    acquire(resource="lines", mode=SyncRun.Mode.FULL)
    status, _, errors = _run("lines")
    assert (status, errors) == (1, "lines: A sync of lines is already running; nothing was read.\n")


@pytest.mark.django_db
def test_open_asks_only_what_can_be_read_singly(remote: RemoteList) -> None:
    lines_resource(remote)
    payments_resource(RemoteList(items=[]))
    status, output, _ = _run("--mode", "open")
    assert (status, output.startswith("purchases: ")) == (0, True)
    with pytest.raises(CommandError, match="lines"):
        call_command("sync", "lines", "--mode", "open")


@pytest.mark.django_db
def test_an_unknown_resource_is_said_with_the_known_ones(remote: RemoteList) -> None:
    lines_resource(remote)
    with pytest.raises(CommandError, match="no resource called 'lnies'; known are: lines"):
        call_command("sync", "lnies")


@pytest.mark.django_db
def test_a_terminal_sees_rows_rate_and_time_left(remote: RemoteList) -> None:
    lines_resource(remote)
    remote.items = lines(9)
    status, output, _ = _run(output=Terminal())
    assert status == 0
    assert "of 9 rows" in output
    assert output.splitlines()[-1].endswith("9 new, 0 changed, 0 unchanged.")


def test_the_progress_line_tells_how_long_it_will_take() -> None:
    text = describe_progress(2500, 10_000, label="payments", things="rows", seconds=5)
    assert text == "payments: ██████░░░░░░░░░░░░░░░░░░  25%  2,500 of 10,000 rows, 500 a second, 15 s left"


def test_the_progress_line_does_without_a_total() -> None:
    text = describe_progress(25, None, label="assets", things="rows", seconds=0)
    assert text == "assets: 25 rows, 0 a second"


@pytest.mark.django_db
def test_resources_come_after_what_they_depend_on(remote: RemoteList) -> None:
    payments_resource(remote, depends_on=("lines",))
    lines_resource(remote)
    assert [resource.name for resource in resources.all_resources()] == ["lines", "purchases"]


def test_two_resources_cannot_have_one_name(remote: RemoteList) -> None:
    first: Resource = lines_resource(remote)
    resources.register(first)
    with pytest.raises(ValueError, match="already a resource called 'lines'"):
        resources.register(Resource(**{**vars(first), "version": 2}))

"""Each act, asked for on its page, with its worker killed at each point: none lost, none doubled."""

import itertools
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.sandbox import Sandbox, start_sandbox
from tests.bad_days.acts import ACTS, PUBLIC_ADDRESS, arrange
from tests.databases import MakeDatabase
from tests.operations.installation import Installation, wait_until

pytestmark = pytest.mark.processes

WORKER = "tests.bad_days.worker"
NUMBERS = itertools.count(1)


class WorkingInstallation(Installation):
    """An installation whose processes know the acts."""

    def begin(self, action: str, argument: Any = "", **environment: str) -> Any:
        """Start one action of `tests.bad_days.worker`."""
        return self.start("-m", WORKER, action, str(argument), **environment)

    def do(self, action: str, argument: Any = "") -> dict[str, Any]:
        """Run one action to its end, in a process that stays for the next one."""
        if self._console is None:
            self._console = self.start("-m", WORKER, "console")
        return super().do(action, argument)

    def start_worker(self, **environment: str) -> Any:
        """Start a real Celery worker."""
        celery = ("-m", "celery", "-A", WORKER, "worker", "-P", "solo", "-Q", "operations,default")
        return self.start(*celery, "--loglevel", "WARNING", **environment)

    def hang(self, operation: int, place: str) -> dict[str, str]:
        """The environment of a process that stays at that point of that operation."""
        self.mark = self.folder / f"mark-{operation}"
        return {"HANG_AT": place, "HANG_OPERATION": str(operation), "HANG_MARK": str(self.mark)}


@pytest.fixture(scope="module")
def provider() -> Iterator[Sandbox]:
    """A provider that outlives the single test, for processes that do as well."""
    with start_sandbox(customers=0, payments=0, offramps=0, bank_transactions=0) as started:
        yield started


@pytest.fixture(scope="module")
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, provider: Sandbox
) -> Iterator[WorkingInstallation]:
    """The product, installed in a folder of its own, on the engine of this run."""
    engine = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    make: MakeDatabase = request.getfixturevalue(f"make_{engine}")
    folder = tmp_path_factory.mktemp("installation")
    installed = WorkingInstallation(folder=folder, database_url=make(folder), base_url=provider.base_url)
    installed.environment["WEBHOOK_PUBLIC_URL"] = PUBLIC_ADDRESS
    yield installed
    installed.stop_all()


@pytest.fixture
def done_before(provider: Sandbox) -> dict[str, int]:
    """How often each act was done before this test."""
    provider.control.clear_faults()
    provider.control.forget_calls()
    return {name: act.times_done(provider) for name, act in ACTS.items()}


def ask(installation: WorkingInstallation, provider: Sandbox, act: str) -> int:
    """Have an act asked for about somebody new; the number of the operation."""
    ids = arrange(provider, email=f"marta{next(NUMBERS)}@example.org")
    return int(installation.do("ask", json.dumps({"act": act, "ids": ids}))["id"])


def finish_what_is_unknown(installation: WorkingInstallation, operation: int, act: str, *, was_done: bool) -> None:
    """What the sweeper, a read-back and, where nothing can be read back, a person make of a worker that was lost."""
    found = installation.do("show", operation)
    assert found["state"] == "sending"
    installation.sweep_after_the_lease("marked_unknown")
    found = installation.do("show", operation)
    assert (found["state"], found["says_it_may_have_been_done"], found["says_it_failed"]) == ("unknown", True, False)
    if ACTS[act].can_be_read_back:
        settled = installation.do("read_back", operation)
        assert settled["state"] == ("succeeded" if was_done else "queued")
    elif not was_done:
        installation.do("do_again", operation)
    ended = installation.do("perform", operation)
    assert ended["state"] == ("unknown" if was_done and not ACTS[act].can_be_read_back else "succeeded")


@pytest.mark.parametrize("act", ACTS)
def test_an_act_whose_worker_is_killed_before_the_call_is_done_by_the_next_one(
    installation: WorkingInstallation, provider: Sandbox, done_before: dict[str, int], act: str
) -> None:
    operation = ask(installation, provider, act)
    worker = installation.begin("perform", operation, **installation.hang(operation, "before the call"))
    wait_until(installation.mark.exists)
    installation.kill(worker)
    assert provider.control.calls(ACTS[act].call) == 0
    installation.sweep_after_the_lease("returned_to_queue")
    found = installation.do("show", operation)
    assert (found["state"], found["says_nothing_was_done"]) == ("queued", True)
    assert installation.do("perform", operation)["state"] == "succeeded"
    assert provider.control.calls(ACTS[act].call) == ACTS[act].times_done(provider) - done_before[act] == 1


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("was_done", [False, True], ids=["before the work", "after the work"])
def test_an_act_whose_worker_is_killed_during_the_call_is_never_doubled_and_never_lost(
    installation: WorkingInstallation, provider: Sandbox, done_before: dict[str, int], act: str, was_done: bool
) -> None:
    call = ACTS[act].call
    operation = ask(installation, provider, act)
    provider.control.fault("hold", call, after_work=was_done)
    if not was_done:
        provider.control.fault("drop_before", call)
    worker = installation.begin("perform", operation)
    assert provider.control.wait_for_call(call, seconds=30)
    wait_until(lambda: ACTS[act].times_done(provider) - done_before[act] == int(was_done))
    installation.kill(worker)
    provider.control.release()
    finish_what_is_unknown(installation, operation, act, was_done=was_done)
    assert ACTS[act].times_done(provider) - done_before[act] == 1
    assert provider.control.calls(call) == (1 if was_done else 2)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_whose_worker_is_killed_before_the_result_was_saved_is_not_sent_again(
    installation: WorkingInstallation, provider: Sandbox, done_before: dict[str, int], act: str
) -> None:
    operation = ask(installation, provider, act)
    worker = installation.begin("perform", operation, **installation.hang(operation, "before the result was saved"))
    wait_until(installation.mark.exists)
    installation.kill(worker)
    finish_what_is_unknown(installation, operation, act, was_done=True)
    assert provider.control.calls(ACTS[act].call) == ACTS[act].times_done(provider) - done_before[act] == 1


@pytest.mark.parametrize("act", ACTS)
def test_an_act_whose_worker_is_killed_after_the_result_was_saved_stays_done_when_its_message_comes_again(
    installation: WorkingInstallation, provider: Sandbox, done_before: dict[str, int], act: str
) -> None:
    operation = ask(installation, provider, act)
    worker = installation.start_worker(**installation.hang(operation, "after the result was saved"))
    wait_until(installation.mark.exists)
    installation.kill(worker)
    assert installation.do("show", operation)["state"] == "succeeded"
    installation.do("deliver", operation)
    behind_it = ask(installation, provider, "link" if act == "register" else "register")
    second = installation.start_worker()
    wait_until(lambda: installation.do("show", behind_it)["state"] == "succeeded")
    installation.kill(second)
    assert installation.do("show", operation)["state"] == "succeeded"
    assert provider.control.calls(ACTS[act].call) == ACTS[act].times_done(provider) - done_before[act] == 1

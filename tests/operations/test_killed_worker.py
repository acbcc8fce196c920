"""Workers that die, messages that vanish, clicks that come twice: nothing is lost, nothing is done twice."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backoffice.sandbox import Sandbox, start_sandbox
from tests.databases import MakeDatabase
from tests.operations.installation import Installation, wait_until
from tests.services import POSTGRESQL_URL, REDIS_URL

pytestmark = pytest.mark.processes

MARTA = "marta@example.org"


@pytest.fixture
def provider_of_processes() -> Iterator[Sandbox]:
    """A stand-in provider that the processes talk to."""
    with start_sandbox(customers=0, payments=0, offramps=0, bank_transactions=0) as sandbox:
        yield sandbox


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, provider_of_processes: Sandbox
) -> Iterator[Installation]:
    """The product, installed in a folder of its own, on each engine."""
    make: MakeDatabase = request.getfixturevalue(f"make_{request.param}")
    installed = Installation(folder=tmp_path, database_url=make(tmp_path), base_url=provider_of_processes.base_url)
    yield installed
    installed.stop_all()


@pytest.fixture
def registered(provider_of_processes: Sandbox) -> Callable[[], int]:
    """How often Marta is registered at the provider."""
    return lambda: len(provider_of_processes.control.customers_with_email(MARTA))


def _ask(installation: Installation) -> int:
    return int(installation.do("ask", MARTA)["asked"])


def _hanging_at(installation: Installation, operation: int, place: str) -> Any:
    """A worker that has come as far as that place and stays there."""
    mark = installation.folder / "mark"
    worker = installation.begin("perform", operation, HANG_AT=place, HANG_MARK=str(mark))
    wait_until(mark.exists)
    return worker


def test_killed_before_the_call_it_is_proven_not_sent_and_done_later(
    installation: Installation, registered: Callable[[], int]
) -> None:
    operation = _ask(installation)
    installation.kill(_hanging_at(installation, operation, "prepare"))
    assert installation.do("show", operation) == {"state": "sending", "attempts": 1, "sent": False}
    installation.sweep_after_the_lease("returned_to_queue")
    assert installation.do("show", operation)["state"] == "queued"
    assert registered() == 0
    installation.do("finish")
    assert installation.do("show", operation)["state"] == "succeeded"
    assert registered() == 1


@pytest.mark.parametrize(("after_work", "attempts"), [(False, 2), (True, 1)])
def test_killed_during_the_call_it_is_unknown_until_it_is_read_back(
    installation: Installation,
    provider_of_processes: Sandbox,
    registered: Callable[[], int],
    after_work: bool,
    attempts: int,
) -> None:
    control = provider_of_processes.control
    control.fault("hold", "createCustomer", after_work=after_work, milliseconds=60_000)
    if not after_work:
        control.fault("drop_before", "createCustomer")
    operation = _ask(installation)
    worker = installation.begin("perform", operation)
    assert control.wait_for_call("createCustomer", seconds=30)
    wait_until(lambda: registered() == int(after_work))
    installation.kill(worker)
    control.release()
    assert installation.do("show", operation)["state"] == "sending"
    installation.sweep_after_the_lease("marked_unknown")
    assert installation.do("show", operation)["state"] == "unknown"
    installation.do("finish")
    assert installation.do("show", operation) == {"state": "succeeded", "attempts": attempts, "sent": True}
    assert registered() == 1


def test_killed_after_the_answer_and_before_it_was_saved_it_is_found_done(
    installation: Installation, provider_of_processes: Sandbox, registered: Callable[[], int]
) -> None:
    operation = _ask(installation)
    installation.kill(_hanging_at(installation, operation, "apply"))
    assert registered() == 1
    installation.sweep_after_the_lease("marked_unknown")
    installation.do("finish")
    assert installation.do("show", operation)["state"] == "succeeded"
    assert provider_of_processes.control.calls("createCustomer") == 1
    assert registered() == 1


def test_a_celery_worker_killed_in_the_call_is_followed_by_one_that_finds_out(
    installation: Installation, provider_of_processes: Sandbox, registered: Callable[[], int]
) -> None:
    control = provider_of_processes.control
    control.fault("hold", "createCustomer", after_work=True, milliseconds=60_000)
    operation = _ask(installation)
    first = installation.start_worker()
    assert control.wait_for_call("createCustomer", seconds=30)
    wait_until(lambda: registered() == 1)
    installation.kill(first)
    control.release()
    installation.start_worker()
    installation.start_beat()
    wait_until(lambda: installation.do("show", operation)["state"] == "succeeded", seconds=60)
    assert control.calls("createCustomer") == 1
    assert registered() == 1


def test_with_the_brokers_folder_emptied_it_is_done_nevertheless(
    installation: Installation, registered: Callable[[], int]
) -> None:
    operation = _ask(installation)
    messages = list((installation.folder / "broker" / "messages").iterdir())
    assert messages
    for message in messages:
        message.unlink()
    installation.start_worker()
    installation.start_beat()
    wait_until(lambda: installation.do("show", operation)["state"] == "succeeded", seconds=60)
    assert registered() == 1


def test_a_double_click_asks_once(installation: Installation) -> None:
    answers = installation.all_at_once("ask", MARTA, count=4)
    asked = [answer["asked"] for answer in answers if "asked" in answer]
    assert len(asked) == 1
    assert [answer["already"] for answer in answers if "already" in answer] == asked * 3


def test_workers_that_take_up_the_same_act_at_the_same_time_do_it_once(
    installation: Installation, provider_of_processes: Sandbox, registered: Callable[[], int]
) -> None:
    operation = _ask(installation)
    installation.all_at_once("perform", operation, count=4)
    assert installation.do("show", operation) == {"state": "succeeded", "attempts": 1, "sent": True}
    assert provider_of_processes.control.calls("createCustomer") == 1
    assert registered() == 1


@pytest.mark.postgresql
@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_an_answer_outlives_a_database_that_goes_away_for_a_moment(
    installation: Installation, provider_of_processes: Sandbox, registered: Callable[[], int]
) -> None:
    control = provider_of_processes.control
    control.fault("hold", "createCustomer", after_work=True, milliseconds=60_000)
    operation = installation.result_of(installation.begin("ask", MARTA))["asked"]
    worker = installation.begin("perform", operation)
    assert control.wait_for_call("createCustomer", seconds=30)
    wait_until(lambda: registered() == 1)
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        name = installation.environment["DATABASE_URL"].rsplit("/", 1)[1]
        ended = server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        ).fetchall()
    assert ended
    control.release()
    assert installation.result_of(worker)["state"] == "succeeded"
    assert control.calls("createCustomer") == 1


@pytest.mark.postgresql
@pytest.mark.redis
@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_with_postgresql_and_redis_a_worker_does_at_once_what_was_asked(
    installation: Installation, registered: Callable[[], int]
) -> None:
    installation.environment |= {"CELERY_BROKER_URL": REDIS_URL, "CACHE_URL": REDIS_URL}
    installation.start_worker()
    operation = installation.result_of(installation.begin("ask", MARTA))["asked"]
    wait_until(lambda: installation.do("show", operation)["state"] == "succeeded", seconds=60)
    assert registered() == 1

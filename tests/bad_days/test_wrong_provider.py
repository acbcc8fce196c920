"""Wrong keys, and a base URL behind which there is nothing, a website, or nonsense: for every list and every act."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from backoffice import provider
from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import all_resources
from backoffice.sync.services import sync_resource
from tests.bad_days.acts import ACTS, Desk, all_rows, browser_for, look, page_of, press

pytestmark = pytest.mark.django_db

WRONG_SETTINGS = {
    "key": ("CRYPTOPOCKET_API_KEY", "pk_of_somebody_else"),
    "secret": ("CRYPTOPOCKET_API_SECRET", "sk_of_somebody_else"),
    "silence": ("CRYPTOPOCKET_BASE_URL", "http://127.0.0.1:9/api"),
}
WEBSITES = ("html_body", "nonsense")
BAD_DAYS = [*WRONG_SETTINGS, *WEBSITES]


@pytest.fixture
def break_it(sandbox: Sandbox, settings: Any) -> Iterator[Callable[[str], Callable[[], None]]]:
    """Makes it a bad day; what it returns makes it a good one again."""

    def restart() -> None:
        cache.clear()
        provider.reset_client()

    def make_bad(bad_day: str) -> Callable[[], None]:
        name, wrong = WRONG_SETTINGS.get(bad_day, ("CRYPTOPOCKET_BASE_URL", sandbox.base_url))
        right = getattr(settings, name)
        setattr(settings, name, wrong)
        if bad_day in WEBSITES:
            sandbox.control.fault(bad_day, count=None)
        restart()

        def repair() -> None:
            setattr(settings, name, right)
            sandbox.control.clear_faults()
            restart()

        return repair

    yield make_bad
    restart()


@pytest.mark.parametrize("bad_day", BAD_DAYS)
def test_every_sync_fails_with_a_plain_text_and_leaves_every_row_as_it_was(
    desk: Desk, sandbox: Sandbox, adas: Client, break_it: Any, bad_day: str
) -> None:
    sandbox.control.add_offramp()
    for resource in all_resources():
        sync_resource(name=resource.name, mode="full")
    before = all_rows()
    assert all(before.values())
    break_it(bad_day)
    for resource in all_resources():
        run = sync_resource(name=resource.name, mode="full")
        assert run.state == SyncRun.State.FAILED, resource.name
        assert "Nothing was written" in run.error
        assert "somebody_else" not in run.error
        assert "Traceback" not in run.error
    assert all_rows() == before
    assert adas.get("/admin/sync/").status_code == 200


@pytest.mark.parametrize("bad_day", ["key", "secret"])
def test_a_sync_with_a_wrong_key_or_secret_names_the_possible_causes(desk: Desk, break_it: Any, bad_day: str) -> None:
    break_it(bad_day)
    run = sync_resource(name="customers", mode="head")
    assert all(cause in run.error for cause in ("API key", "secret", "IP list")), run.error


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("bad_day", BAD_DAYS)
def test_every_act_waits_having_sent_nothing_and_is_done_once_when_it_is_repaired(
    desk: Desk, sandbox: Sandbox, break_it: Any, bad_day: str, act: str
) -> None:
    seen = look(act, desk)
    repair = break_it(bad_day)
    press(act, desk, **seen)
    operation = services.perform(Operation.objects.get().pk)
    assert (operation.state, operation.sent_at) == (State.QUEUED, None), operation.error_text
    page = page_of(operation, desk, act)
    assert "It was tried; the provider has done nothing." in page
    assert "somebody_else" not in page
    assert sandbox.control.calls(ACTS[act].call) == 0
    repair()
    browser_for(act, desk).post(reverse("admin:operations_operation_try-now", args=[operation.pk]))
    assert services.perform(operation.pk).state == State.SUCCEEDED
    assert (sandbox.control.calls(ACTS[act].call), ACTS[act].times_done(sandbox)) == (1, 1)


@pytest.mark.parametrize("act", ACTS)
def test_every_act_meets_a_token_that_has_just_ended_and_is_done_once(desk: Desk, sandbox: Sandbox, act: str) -> None:
    press(act, desk)
    sandbox.control.fault("expire_tokens", ACTS[act].call)
    assert services.perform(Operation.objects.get().pk).state == State.SUCCEEDED
    assert ACTS[act].times_done(sandbox) == 1

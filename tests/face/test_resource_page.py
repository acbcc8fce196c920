"""The sync page and the page of one resource: how fresh, what was found, how fast we learn, who may ask for more."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.face.durations import duration
from backoffice.face.mode_lines import found_words
from backoffice.sync.models import DriftCheck, MirroredModel, Quarantine, RecordedChange, SyncRun
from backoffice.sync.resources import all_resources

pytestmark = pytest.mark.django_db


def _run(
    resource: str, mode: str, *, state: str = "succeeded", ago: timedelta = timedelta(minutes=1), **counts: Any
) -> SyncRun:
    ended_at = timezone.now() - ago
    return SyncRun.objects.create(
        resource=resource,
        mode=mode,
        state=state,
        lease_token=uuid.uuid4(),
        started_at=ended_at - timedelta(seconds=4),
        heartbeat_at=ended_at,
        finished_at=ended_at,
        **counts,
    )


def _learn(seconds: float, *, by: str, measured_from: str, resource: str = "payments") -> None:
    RecordedChange.objects.create(
        resource=resource,
        remote_id="Pay1",
        source=by,
        columns={"status": ["started", "coins_sent"]},
        read_at=timezone.now(),
        recorded_at=timezone.now(),
        learned_by=by,
        learned_after_ms=int(seconds * 1000),
        measured_from=measured_from,
    )


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_sync_page_says_of_each_kind_of_run_what_it_found_and_when_the_next_comes(
    signed_in: Callable[[User], Client], clara: User
) -> None:
    _run("payments", "head", seen=1204, created=3, changed=2)
    _run("payments", "open", seen=48)
    _run("payments", "full", seen=5001, missing=1, ago=timedelta(hours=5))
    page = _page(signed_in(clara), "/admin/sync/")
    assert "1,204 read: 3 new, 2 changed" in page
    assert "48 read, nothing new" in page
    assert "5,001 read: 1 gone" in page
    assert "5 h ago" in page
    assert "every 1 min" in page
    assert "daily at 03:00 UTC" in page
    assert "next any time now" in page


def test_a_kind_of_run_that_is_late_says_so_on_the_front_page_too(
    signed_in: Callable[[User], Client], clara: User
) -> None:
    for resource in all_resources():
        _run(resource.name, "head")
    _run("payments", "full", ago=timedelta(hours=30))
    browser = signed_in(clara)
    assert "late</span>" in _page(browser, "/admin/sync/")
    assert "Everything: late" in _page(browser, "/admin/")


def test_a_failure_is_shown_beside_the_success_before_it(signed_in: Callable[[User], Client], clara: User) -> None:
    _run("payments", "head", seen=7, ago=timedelta(minutes=9))
    _run("payments", "head", state="failed", error="The provider did not answer. Nothing was written.")
    for address in ("/admin/sync/", "/admin/sync/payments/"):
        page = _page(signed_in(clara), address)
        assert "The provider did not answer. Nothing was written." in page
        assert "9 min ago" in page


def _check(resource: str, *, ago: timedelta = timedelta(hours=3), **counts: Any) -> None:
    began_at = timezone.now() - ago
    DriftCheck.objects.create(resource=resource, seed=1, started_at=began_at, finished_at=began_at, **counts)


def test_the_sync_page_says_what_the_nightly_comparison_found(signed_in: Callable[[User], Client], felix: User) -> None:
    browser = signed_in(felix)
    page = _page(browser, "/admin/sync/")
    assert "No row was compared with the provider yet: that happens every night." in page

    _check("payments", ago=timedelta(days=1), sample=50, drifted=7)
    _check("payments", sample=1000, drifted=0)
    _check("offramps", ago=timedelta(hours=5), sample=50, drifted=0)
    page = _page(browser, "/admin/sync/")
    assert "1,050 rows, of which 0 had drifted (wanted: 0)" in page
    assert "5 h ago" in page
    assert '<a href="/admin/sync/driftfinding/">Drift found</a>' in page
    assert "drift</span>" not in page

    _check("payments", ago=timedelta(hours=1), sample=1, drifted=1, error="The provider was away.")
    page = _page(browser, "/admin/sync/")
    assert "51 rows, of which 1 had drifted (wanted: 0)" in page
    assert "drift</span>" in page
    assert "cut short</span>" in page


def test_a_comparison_that_did_not_come_last_night_is_late(signed_in: Callable[[User], Client], felix: User) -> None:
    browser = signed_in(felix)
    _check("payments", ago=timedelta(hours=25), sample=50)
    assert "late</span>" not in _page(browser, "/admin/sync/")
    _check("offramps", ago=timedelta(hours=27), sample=50)
    assert "late</span>" in _page(browser, "/admin/sync/")


def test_how_we_learn_is_told_by_source_with_what_is_wanted_of_it(
    signed_in: Callable[[User], Client], felix: User
) -> None:
    _learn(2, by="webhook", measured_from="event")
    _learn(3600, by="open", measured_from="previous_read")
    page = _page(signed_in(felix), "/admin/sync/")
    assert "Webhook" in page
    assert "under 5 s" in page
    assert "reached</span>" in page
    assert "not reached</span>" in page
    assert '<span class="quiet">at most</span> <span class="number">1 h</span>' in page
    assert "the longest that it can have been" in page


def test_without_a_bound_nothing_is_called_at_most(signed_in: Callable[[User], Client], felix: User) -> None:
    _learn(2, by="webhook", measured_from="event")
    assert "at most" not in _page(signed_in(felix), "/admin/sync/")


def test_the_week_is_shown_where_it_is_asked_for_and_any_other_word_is_the_day(
    signed_in: Callable[[User], Client], felix: User
) -> None:
    _learn(2, by="webhook", measured_from="event")
    RecordedChange.objects.update(recorded_at=timezone.now() - timedelta(days=3))
    browser = signed_in(felix)
    assert "Webhook" in _page(browser, "/admin/sync/?within=7d")
    for address in ("/admin/sync/", "/admin/sync/?within=forever"):
        assert "No change was measured in this time" in _page(browser, address)


def test_a_resources_page_shows_its_day_its_runs_and_what_could_not_be_read(
    signed_in: Callable[[User], Client], sofia: User
) -> None:
    _run("payments", "head", seen=10, created=4, changed=1)
    _run("payments", "open", state="failed", error="The provider was away.")
    _run("customers", "head", seen=777)
    now = timezone.now()
    Quarantine.objects.create(
        resource="payments",
        item_key="Pay13",
        payload="{}",
        fingerprint="x",
        reason="amount: is not a number",
        first_seen_at=now,
        last_seen_at=now,
    )
    page = _page(signed_in(sofia), "/admin/sync/payments/")
    assert "4 new, 1 changed, 0 unreadable in 24 hours." in page
    assert "1 of 2 runs did not end well." in page
    assert "Pay13" in page
    assert "10 read: 4 new, 1 changed" in page
    assert "777" not in page
    assert page.count('name="mode"') == 3


def test_a_resource_that_is_not_measured_says_nothing_of_learning(
    signed_in: Callable[[User], Client], sofia: User
) -> None:
    page = _page(signed_in(sofia), "/admin/sync/bank_accounts/")
    assert "How we learn" not in page
    assert page.count('name="mode"') == 2


def test_an_auditor_sees_everything_and_can_ask_for_nothing(signed_in: Callable[[User], Client], aurelio: User) -> None:
    page = _page(signed_in(aurelio), "/admin/sync/payments/")
    assert "Newest end" in page
    assert 'name="mode"' not in page


def test_whoever_is_in_no_group_sees_none_of_it(signed_in: Callable[[User], Client], clara: User) -> None:
    clara.groups.clear()
    browser = signed_in(clara)
    for address in ("/admin/sync/", "/admin/sync/payments/", "/admin/sync/payments/panel/"):
        assert browser.get(address).status_code == 403


def test_only_registered_resources_have_a_page(signed_in: Callable[[User], Client], ada: User) -> None:
    browser = signed_in(ada)
    assert browser.get("/admin/sync/unicorns/").status_code == 404
    assert browser.get("/admin/sync/syncrun/").status_code == 200


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 ms"),
        (timedelta(milliseconds=420), "420 ms"),
        (timedelta(seconds=2.4), "2.4 s"),
        (timedelta(seconds=5), "5 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(seconds=200), "3 min 20 s"),
        (timedelta(hours=1, minutes=5, seconds=59), "1 h 5 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=3), "2 days 3 h"),
    ],
)
def test_lengths_of_time_are_told_in_the_two_units_that_matter(length: timedelta, words: str) -> None:
    assert duration(length) == words


def test_what_a_run_found_is_told_without_noughts() -> None:
    assert found_words(SyncRun(seen=9, created=1, quarantined=2)) == "9 read: 1 new, 2 unreadable"
    assert found_words(SyncRun(seen=9)) == "9 read, nothing new"
    assert found_words(None) == ""


def _mirrored_admins() -> list[Any]:
    return [each for each in admin.site._registry.values() if issubclass(each.model, MirroredModel)]


@pytest.mark.parametrize("model_admin", _mirrored_admins(), ids=lambda each: each.opts.model_name)
def test_every_list_of_the_providers_objects_says_how_old_it_is(
    signed_in: Callable[[User], Client], ada: User, model_admin: Any
) -> None:
    _run(model_admin.resource_name, "head", ago=timedelta(minutes=2, seconds=5))
    options = model_admin.opts
    page = _page(signed_in(ada), f"/admin/{options.app_label}/{options.model_name}/")
    assert "As of <time" in page
    assert "2 min ago" in page
    assert f'action="/admin/sync/{model_admin.resource_name}/now/"' in page


def test_every_resource_has_a_list() -> None:
    assert {each.resource_name for each in _mirrored_admins()} == {resource.name for resource in all_resources()}

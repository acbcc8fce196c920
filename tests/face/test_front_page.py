"""The front page and the navigation: what needs a person, for whom, and how fresh the data is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from backoffice import attention
from backoffice.attention import AttentionItem, attention_for, register_attention
from backoffice.operations.models import Heartbeat
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import all_resources
from customers.models import Customer


@pytest.fixture
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of attention items that is empty but for what a test registers."""
    monkeypatch.setattr(attention, "_items", {})


def _item(name: str, **more: Any) -> AttentionItem:
    return AttentionItem(
        **{
            "name": name,
            "label": ngettext_lazy(f"customer who is {name}", f"customers who are {name}"),
            "rows": lambda: Customer.objects.filter(kyc_status=name),
            "url": f"/admin/customers/customer/?kyc_status={name}",
            "permission": "customers.view_customer",
            **more,
        }
    )


@pytest.mark.usefixtures("only_ours")
def test_what_needs_a_person_is_counted_and_leads_to_its_list(
    signed_in: Callable[[User], Client], ada: User, make_customer: Callable[..., Customer]
) -> None:
    register_attention(_item("fail", help="Send them a link."))
    register_attention(_item("unused"))
    make_customer("1", kyc_status="fail")
    make_customer("2", kyc_status="fail")

    page = signed_in(ada).get("/admin/").content.decode()

    assert 'href="/admin/customers/customer/?kyc_status=fail"' in page
    assert '<span class="number">2</span>' in page
    assert "Send them a link." in page
    assert "0 customers who are unused" in page


@pytest.mark.usefixtures("only_ours")
def test_one_is_spoken_of_as_one(
    signed_in: Callable[[User], Client], ada: User, make_customer: Callable[..., Customer]
) -> None:
    register_attention(_item("fail"))
    make_customer("1", kyc_status="fail")

    page = signed_in(ada).get("/admin/").content.decode()

    assert '<span class="attention-label">customer who is fail</span>' in page


def test_a_browser_that_asks_for_another_language_gets_english_words_with_english_numbers(
    signed_in: Callable[[User], Client], ada: User
) -> None:
    for language in ("es", "es-ES,es;q=0.9", "de"):
        page = signed_in(ada).get("/admin/customers/customer/", headers={"accept-language": language})

        assert page.headers["Content-Language"] == "en", language
        assert '<html lang="en-us"' in page.content.decode() or '<html lang="en"' in page.content.decode()
        assert page.wsgi_request.LANGUAGE_CODE == "en"


@pytest.mark.usefixtures("only_ours")
def test_nobody_sees_counts_of_what_they_may_not_see(rf: Any, clara: User, felix: User) -> None:
    register_attention(_item("fail", permission="banking.view_banktransaction"))
    request = rf.get("/")

    request.user = clara
    assert attention_for(request) == []
    request.user = felix
    assert [count.item.name for count in attention_for(request)] == ["fail"]


@pytest.mark.usefixtures("only_ours")
def test_all_counts_are_one_query_and_critical_ones_come_first(
    rf: Any, ada: User, make_customer: Callable[..., Customer], django_assert_num_queries: Any
) -> None:
    make_customer("1", kyc_status="valid")
    for name in ("fail", "unused", "processing"):
        register_attention(_item(name))
    register_attention(_item("valid", tone="critical"))
    request = rf.get("/")
    request.user = ada

    with django_assert_num_queries(1):
        counts = attention_for(request)

    assert (counts[0].item.name, counts[0].count) == ("valid", 1)


def test_an_item_is_counted_in_exactly_one_way() -> None:
    with pytest.raises(ValueError, match="either `rows` or `count`"):
        _item("fail", count=lambda: 1)


def test_a_fresh_system_shows_how_far_the_first_sync_is(signed_in: Callable[[User], Client], ada: User) -> None:
    now = timezone.now()
    SyncRun.objects.create(
        resource="customers", mode="full", lease_token="0" * 32, started_at=now, heartbeat_at=now, total=200, seen=140
    )

    page = signed_in(ada).get("/admin/").content.decode()

    assert f"The first sync is running: {70 // len(all_resources())} %" in page
    assert 'data-live-url="/admin/first-sync/"' in page


def test_the_first_sync_stops_being_renewed_once_everything_was_read(
    signed_in: Callable[[User], Client], ada: User
) -> None:
    _everything_was_read()

    page = signed_in(ada).get("/admin/first-sync/").content.decode()

    assert "data-live-done" in page
    assert "data-live-url" not in page


def test_a_worker_that_is_not_running_is_said(signed_in: Callable[[User], Client], ada: User) -> None:
    browser = signed_in(ada)
    assert "The worker is not running." in browser.get("/admin/").content.decode()

    Heartbeat.objects.create(name="worker", at=timezone.now())
    assert "The worker is not running." not in browser.get("/admin/").content.decode()


@pytest.mark.usefixtures("only_ours")
def test_a_late_list_stands_above_what_is_only_worth_knowing_and_promises_nothing_without_a_worker(
    signed_in: Callable[[User], Client], ada: User, make_customer: Callable[..., Customer]
) -> None:
    register_attention(_item("fail", tone="info"))
    make_customer("1", kyc_status="fail")
    long_ago = timezone.now() - timedelta(days=3)
    for mode in SyncRun.Mode.values:
        SyncRun.objects.create(
            resource="payments",
            mode=mode,
            state="succeeded",
            lease_token="0" * 32,
            started_at=long_ago,
            finished_at=long_ago,
            heartbeat_at=long_ago,
        )

    page = signed_in(ada).get("/admin/").content.decode()

    assert page.index("list older than it should be") < page.index("customer who is fail")
    assert "next when a worker runs" in page
    assert "next any time now" not in page


def test_the_page_of_a_resource_is_below_the_page_of_freshness_in_the_navigation(
    signed_in: Callable[[User], Client], ada: User
) -> None:
    page = signed_in(ada).get("/admin/sync/payments/").content.decode()
    assert '<a href="/admin/sync/" aria-current="page">How fresh the data is</a>' in page
    assert page.count('aria-current="page"') == 1


def test_the_navigation_is_grouped_and_holds_only_what_its_reader_may_see(
    signed_in: Callable[[User], Client], clara: User
) -> None:
    page = signed_in(clara).get("/admin/").content.decode()
    groups = [group["name"] for group in signed_in(clara).get("/admin/").context["available_apps"]]

    assert [str(group) for group in groups][:2] == ["Customers", "Payments"]
    assert "Banking" not in page
    assert "/admin/auth/user/" not in page


def test_sync_now_asks_for_a_sync_and_comes_back(
    signed_in: Callable[[User], Client], clara: User, django_capture_on_commit_callbacks: Any
) -> None:
    _everything_was_read()
    browser = signed_in(clara)

    answer = browser.post("/admin/sync/payments/now/", {"next": "/admin/payments/payment/?status=started"})

    assert answer.headers["Location"] == "/admin/payments/payment/?status=started"
    page = browser.get("/admin/payments/payment/").content.decode()
    assert "Sync asked for, waiting for the worker" in page
    assert 'data-live-seconds="2"' in page


def test_sync_now_never_leads_to_another_site(signed_in: Callable[[User], Client], clara: User) -> None:
    answer = signed_in(clara).post("/admin/sync/payments/now/", {"next": "https://evil.example/"})

    assert answer.headers["Location"] == "/admin/sync/"


def test_an_auditor_looks_and_cannot_ask_for_a_sync(signed_in: Callable[[User], Client], aurelio: User) -> None:
    browser = signed_in(aurelio)

    assert browser.post("/admin/sync/payments/now/").status_code == 403
    assert "Sync now" not in browser.get("/admin/payments/payment/").content.decode()


def test_a_resource_that_does_not_exist_is_not_found(signed_in: Callable[[User], Client], ada: User) -> None:
    assert signed_in(ada).post("/admin/sync/unicorns/now/").status_code == 404
    assert signed_in(ada).get("/admin/sync/unicorns/freshness/").status_code == 404


def _everything_was_read() -> None:
    now = timezone.now()
    for resource in all_resources():
        SyncRun.objects.create(
            resource=resource.name,
            mode="full",
            state="succeeded",
            lease_token="0" * 32,
            started_at=now,
            heartbeat_at=now,
            finished_at=now,
        )

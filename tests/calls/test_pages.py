"""What people see of the calls to the provider, and who sees what of them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.calls.models import ProviderCall
from backoffice.observing import CauseKind, caused_by
from backoffice.operations.models import Operation
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from backoffice.sync.services import refresh_one, sync_resource
from customers.erasure import restrict_customer
from customers.models import Customer
from customers.services import register_customer
from tests.people import sign_in

LIST = "/admin/calls/providercall/"
Noted = Callable[[], list[ProviderCall]]


def _call(**given: Any) -> ProviderCall:
    usual: dict[str, Any] = {
        "at": timezone.now(), "call": "get_payment", "verdict": "ok", "http_status": 200, "duration_ms": 12,
        "answer_ms": 11, "request_bytes": 0, "request": {"sent": {"payment_id": "p1"}}, "answer": {"status": "ok"},
    }  # fmt: skip
    return ProviderCall.objects.create(**{**usual, **given})


def _shown(page: str) -> list[str]:
    return re.findall(r'href="/admin/calls/providercall/(\d+)/change/', page)


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["sofia", "aurelio"])
def test_supervisor_and_auditor_see_what_was_sent_and_it_is_written_down(
    person: str, client: Client, request: pytest.FixtureRequest
) -> None:
    call = _call()
    browser = sign_in(client, request.getfixturevalue(person))
    page = browser.get(f"{LIST}{call.pk}/change/").content.decode()
    assert "payment_id" not in page
    content = browser.get(f"{LIST}{call.pk}/content/")
    assert "&quot;payment_id&quot;: &quot;p1&quot;" in content.content.decode()
    assert "no-store" in content["Cache-Control"]
    seen = AuditRecord.objects.get(action="call.content_viewed")
    assert (seen.actor_name, seen.subject_id) == (person, str(call.pk))


@pytest.mark.django_db
def test_those_who_may_not_see_nothing(client: Client, clara: User) -> None:
    call = _call()
    browser = sign_in(client, clara)
    for address in (LIST, f"{LIST}{call.pk}/change/", f"{LIST}{call.pk}/content/", f"{LIST}charts/"):
        assert browser.get(address).status_code == 403
    assert not AuditRecord.objects.filter(action="call.content_viewed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("verdict=failed", {"unknown"}),
        ("verdict=refused", {"refused"}),
        ("http_status=503", {"unknown"}),
        ("took=5000", {"slow"}),
        ("operation=17", {"refused"}),
        ("sync_run=4", {"slow"}),
        ("cause=sync", {"slow"}),
        ("call=list_payments", {"slow"}),
        ("q=0123456789abcdef", {"refused"}),
        ("remote_id=p9", {"plain"}),
        ("http_status=-1", set()),
        ("call=nothing", set()),
    ],
)
def test_calls_are_found_by_what_is_known_of_them(client: Client, ada: User, query: str, wanted: set[str]) -> None:
    calls = {
        "plain": _call(remote_id="p9", model="payments.payment"),
        "unknown": _call(verdict="unknown", http_status=503),
        "refused": _call(verdict="refused", cause="operation", operation_id=17, correlation_id="0123456789abcdef"),
        "slow": _call(call="list_payments", duration_ms=6_000, cause="sync", sync_run_id=4),
    }
    page = sign_in(client, ada).get(f"{LIST}?{query}").content.decode()
    assert set(_shown(page)) == {str(calls[name].pk) for name in wanted}


def test_an_operation_a_run_and_an_object_show_their_calls(
    client: Client, ada: User, sandbox: Sandbox, noted: Noted
) -> None:
    operation = register_customer(
        person={"name": "Lena", "email": "lena@example.org"}, requested_by=ada, submission="mark"
    ).operation
    perform(operation.pk)
    run = sync_resource(name="customers", mode="full")
    lena = Customer.objects.get()
    with caused_by(CauseKind.WEBHOOK, 5):
        refresh_one(name="customers", remote_id=lena.remote_id, source="webhook")
    calls = {call.call: str(call.pk) for call in noted()}
    browser = sign_in(client, ada)
    assert sandbox.base_url
    assert calls["create_customer"] in _shown(
        browser.get(f"/admin/operations/operation/{operation.pk}/change/").content.decode()
    )
    assert calls["list_customers"] in _shown(browser.get(f"/admin/sync/syncrun/{run.pk}/change/").content.decode())
    assert Operation.objects.get().subject_id == str(lena.pk)
    timeline = browser.get(f"/admin/customers/customer/{lena.pk}/change/").content.decode()
    assert set(_shown(timeline)) == {calls[name] for name in ("authenticate", "create_customer", "get_kyc_status")}


def test_calls_about_somebody_who_asked_to_be_forgotten_are_not_shown(
    client: Client, sofia: User, sandbox: Sandbox, noted: Noted
) -> None:
    sandbox.control.add_customer(name="Marta", email="marta@example.org")
    sync_resource(name="customers", mode="full")
    marta = Customer.objects.get()
    refresh_one(name="customers", remote_id=marta.remote_id, source="asked for")
    call = noted()[-1]
    browser = sign_in(client, sofia)
    assert browser.get(f"{LIST}{call.pk}/content/").status_code == 200
    restrict_customer(marta, reason="asked", by=sofia)
    assert browser.get(f"{LIST}{call.pk}/content/").status_code == 403


@pytest.mark.django_db
class TestCharts:
    """Rate, errors and latency."""

    def test_the_last_hour_is_drawn_and_told_in_a_table(self, client: Client, aurelio: User) -> None:
        for milliseconds in (10, 20, 400):
            _call(answer_ms=milliseconds)
        _call(verdict="unknown", answer_ms=None, at=timezone.now() - timedelta(minutes=20))
        page = sign_in(client, aurelio).get(f"{LIST}charts/").content.decode()
        assert "4 calls, 25.0 % of them failed" in page
        assert page.count('<svg class="chart-plot"') == 2
        assert "20 ms" in page
        assert "400 ms" in page
        assert "style=" not in page.split("<svg", 1)[1]

    def test_one_call_and_another_period_can_be_chosen(self, client: Client, aurelio: User) -> None:
        _call(call="list_payments", at=timezone.now() - timedelta(days=3))
        _call(call="get_payment")
        page = sign_in(client, aurelio).get(f"{LIST}charts/?call=list_payments&period=week").content.decode()
        assert "1 call, 0.0 % failed" in page

    def test_a_call_that_nobody_knows_is_no_chart_of_all_calls(self, client: Client, aurelio: User) -> None:
        _call()
        page = sign_in(client, aurelio).get(f"{LIST}charts/?call=nothing").content.decode()
        assert "Select a valid choice" in page
        assert "<figure" not in page

    def test_without_calls_it_says_so(self, client: Client, aurelio: User) -> None:
        page = sign_in(client, aurelio).get(f"{LIST}charts/").content.decode()
        assert "No call in the last 15 minutes." in page
        assert "Nothing was measured in this time." in page

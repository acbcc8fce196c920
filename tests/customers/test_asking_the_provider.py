"""Asking the provider at once: how far a verification is, and whether it knows somebody who is not in our list."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from backoffice.audit.models import AuditRecord
from backoffice.operations.models import Operation
from backoffice.sandbox import Sandbox
from backoffice.sync.models import RecordedChange
from backoffice.sync.services import sync_resource
from customers import services, tasks
from customers.models import Customer, KycRefresh

from .pages import LIST, page, page_of

pytestmark = pytest.mark.django_db

FIND = f"{LIST}find-at-provider/"


def press(browser: Client, customer: Customer) -> str:
    """Press "Refresh KYC status" on a customer's page; what the page says then."""
    answer = browser.post(page_of(customer, "refresh-kyc"), follow=True)
    assert answer.redirect_chain == [(page_of(customer), 302)]
    return answer.content.decode()


def choose(browser: Client, customers: list[Customer]) -> Any:
    """Choose the list's action for those customers."""
    chosen = [str(customer.pk) for customer in customers]
    return browser.post(LIST, {"action": "refresh_kyc", "_selected_action": chosen})


def counted(shown: str) -> str:
    """The line that says how far a refresh is."""
    found = re.search(r"<h2>(.* were read)</h2>", shown)
    assert found
    return strip_tags(found.group(1))


# One customer


def test_the_status_of_one_customer_is_read_at_once(clara_works: Client, sandbox: Sandbox, marta: Customer) -> None:
    sandbox.control.change_customer(marta.remote_id, kyc_status="processing")
    assert "is now: under check" in press(clara_works, marta)
    marta.refresh_from_db()
    assert marta.kyc_status == "processing"
    assert RecordedChange.objects.get(remote_id=marta.remote_id).source == "asked for"
    assert "is still: under check" in press(clara_works, marta)


def test_a_status_that_nobody_knows_is_shown_as_it_came(clara_works: Client, sandbox: Sandbox, marta: Customer) -> None:
    sandbox.control.change_customer(marta.remote_id, kyc_status="manual_review")
    assert "is now: manual_review" in press(clara_works, marta)


def test_each_reading_is_in_the_audit_record(
    clara_works: Client, clara: User, sandbox: Sandbox, marta: Customer
) -> None:
    sandbox.control.change_customer(marta.remote_id, kyc_status="valid")
    press(clara_works, marta)
    written = AuditRecord.objects.get(action="kyc.refreshed")
    assert (written.actor_name, written.subject_id) == ("clara", str(marta.pk))
    assert (written.before, written.after) == ({"kyc_status": "unused"}, {"kyc_status": "valid"})


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "html_body", "error_500"])
def test_a_provider_that_does_not_answer_changes_nothing(
    clara_works: Client, sandbox: Sandbox, marta: Customer, fault: str
) -> None:
    sandbox.control.change_customer(marta.remote_id, kyc_status="valid")
    sandbox.control.fault(fault, "getKycStatus", count=None)
    assert "was not read, and nothing has changed" in press(clara_works, marta)
    marta.refresh_from_db()
    assert marta.kyc_status == "unused"
    assert sandbox.control.calls("getKycStatus") == 1, "a person waits: it is not tried again and again"


def test_a_customer_whom_the_provider_no_longer_knows_is_marked_so(
    clara_works: Client, sandbox: Sandbox, mirrored: Callable[..., Customer]
) -> None:
    gone = mirrored("999999", name="Gone")
    assert "does not know this customer any more" in press(clara_works, gone)
    gone.refresh_from_db()
    assert gone.missing_since is not None


def test_refreshing_is_no_operation_and_a_link_cannot_do_it(
    clara_works: Client, sandbox: Sandbox, marta: Customer
) -> None:
    assert clara_works.get(page_of(marta, "refresh-kyc")).status_code == 405
    press(clara_works, marta)
    assert not Operation.objects.exists()


# Selected customers


def test_selected_customers_are_read_by_a_worker(
    clara_works: Client, sandbox: Sandbox, at_provider: Callable[..., Customer]
) -> None:
    customers = [at_provider(email=f"customer{number}@example.org") for number in range(3)]
    sandbox.control.change_customer(customers[1].remote_id, kyc_status="valid")
    refused_before = sandbox.control.calls("getKycStatus")
    answer = choose(clara_works, customers)
    refresh = KycRefresh.objects.get()
    assert answer.headers["Location"] == page_of(refresh)
    assert sandbox.control.calls("getKycStatus") == refused_before, "the page does not wait for the provider"
    assert counted(page(clara_works, page_of(refresh))) == "0 of 3 were read"
    services.run_kyc_refresh(refresh_id=refresh.pk)
    refresh.refresh_from_db()
    assert list(refresh.outcomes.values()) == ["unchanged", "changed", "unchanged"]
    shown = page(clara_works, page_of(refresh, "progress"))
    assert counted(shown) == "3 of 3 were read"
    assert "data-live-done" in shown
    assert AuditRecord.objects.filter(action="kyc.refreshed", actor_name="clara").count() == 3


def test_a_provider_that_is_down_is_not_asked_for_every_one_of_them(
    clara: User, clara_works: Client, sandbox: Sandbox, at_provider: Callable[..., Customer], settings: Any
) -> None:
    customers = [at_provider(email=f"customer{number}@example.org") for number in range(8)]
    sandbox.stop()
    refresh = services.request_kyc_refresh(customers=customers, requested_by=clara)
    services.run_kyc_refresh(refresh_id=refresh.pk)
    refresh.refresh_from_db()
    assert set(refresh.outcomes.values()) == {"not_read"}
    assert len(refresh.outcomes) == 5
    shown = page(clara_works, page_of(refresh))
    assert "The rest was not read, and nothing changed there." in shown


def test_a_refusal_of_one_does_not_stop_the_others(
    clara: User, sandbox: Sandbox, at_provider: Callable[..., Customer]
) -> None:
    customers = [at_provider(email=f"customer{number}@example.org") for number in range(8)]
    sandbox.control.fault("error_code", "getKycStatus", count=6, code="unexpected_error")
    refresh = services.request_kyc_refresh(customers=customers, requested_by=clara)
    services.run_kyc_refresh(refresh_id=refresh.pk)
    refresh.refresh_from_db()
    assert list(refresh.outcomes.values()) == ["not_read"] * 6 + ["unchanged"] * 2


def test_a_refresh_whose_worker_was_lost_goes_on_where_it_stood(
    clara: User, sandbox: Sandbox, at_provider: Callable[..., Customer]
) -> None:
    customers = [at_provider(email=f"customer{number}@example.org") for number in range(3)]
    refresh = services.request_kyc_refresh(customers=customers, requested_by=clara)
    KycRefresh.objects.update(outcomes={str(customers[0].pk): "unchanged"})
    services.run_kyc_refresh(refresh_id=refresh.pk)
    services.run_kyc_refresh(refresh_id=refresh.pk)
    assert sandbox.control.calls("getKycStatus") == 2


def test_a_refresh_whose_message_was_lost_is_asked_for_again(
    clara: User, sandbox: Sandbox, at_provider: Callable[..., Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.refresh_kyc, "apply_async", lambda arguments, **options: asked.append(arguments[0]))
    refresh = services.request_kyc_refresh(customers=[at_provider(email="lena@example.org")], requested_by=clara)
    assert services.sweep_kyc_refreshes() == 0, "it was asked for only just now"
    KycRefresh.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert (services.sweep_kyc_refreshes(), asked) == (1, [refresh.pk])
    services.run_kyc_refresh(refresh_id=refresh.pk)
    assert services.sweep_kyc_refreshes() == 0, "it is finished"


def test_a_refresh_that_a_worker_is_at_is_not_read_twice(
    clara: User, sandbox: Sandbox, at_provider: Callable[..., Customer]
) -> None:
    customers = [at_provider(email=f"customer{number}@example.org") for number in range(2)]
    refresh = services.request_kyc_refresh(customers=customers, requested_by=clara)
    cache.add(f"kyc-refresh:{refresh.pk}", 1)
    services.run_kyc_refresh(refresh_id=refresh.pk)
    assert sandbox.control.calls("getKycStatus") == 0
    cache.delete(f"kyc-refresh:{refresh.pk}")
    services.run_kyc_refresh(refresh_id=refresh.pk)
    services.run_kyc_refresh(refresh_id=refresh.pk)
    assert sandbox.control.calls("getKycStatus") == 2


def test_who_asked_for_erasure_is_not_read_anew(
    clara: User, clara_works: Client, sandbox: Sandbox, at_provider: Callable[..., Customer]
) -> None:
    lena, marta = (at_provider(email=f"{name}@example.org") for name in ("lena", "marta"))
    Customer.objects.filter(pk=lena.pk).update(restricted_at=timezone.now())
    refresh = services.request_kyc_refresh(customers=[lena, marta], requested_by=clara)
    services.run_kyc_refresh(refresh_id=refresh.pk)
    refresh.refresh_from_db()
    assert refresh.outcomes == {str(lena.pk): "left_out", str(marta.pk): "unchanged"}
    assert sandbox.control.calls("getKycStatus") == 1
    assert "asked for erasure, not read" in page(clara_works, page_of(refresh))
    sync_resource(name="customers", mode="open")
    assert sandbox.control.calls("getKycStatus") == 2, "only Marta's"


def test_too_many_at_once_are_not_read(clara_works: Client, mirrored: Callable[..., Customer], settings: Any) -> None:
    settings.SYNC_OPEN_READS_PER_RUN = 2
    customers = [mirrored(str(number)) for number in range(3)]
    assert choose(clara_works, customers).headers["Location"] == LIST
    assert "between 1 and 2 customers" in page(clara_works, LIST)
    assert not KycRefresh.objects.exists()


# Somebody who is not in our list


def test_a_search_that_finds_nobody_offers_to_ask_the_provider(
    clara_works: Client, sandbox: Sandbox, mirrored: Callable[..., Customer]
) -> None:
    shown = page(clara_works, LIST, query_params={"q": "marta@example.org"})
    assert "Find at the provider" in shown
    assert FIND in shown
    row = sandbox.control.add_customer(email="marta@example.org", name="Marta", last_name="Ruiz")
    answer = clara_works.post(FIND, {"email": "marta@example.org"})
    found = Customer.objects.get(remote_id=str(row["id"]))
    assert (found.name, found.last_name) == ("Marta", "Ruiz")
    assert answer.headers["Location"] == page_of(found)


def test_who_looked_for_whom_is_recorded_without_the_address_in_clear(clara_works: Client, sandbox: Sandbox) -> None:
    sandbox.control.add_customer(email="marta@example.org", name="Marta")
    clara_works.post(FIND, {"email": "marta@example.org"})
    clara_works.post(FIND, {"email": "nobody@example.org"})
    newest, oldest = AuditRecord.objects.filter(action="customer.looked_up")
    assert (oldest.details["outcome"], newest.details["outcome"]) == ("found", "not found")
    assert oldest.actor_name == "clara"
    assert not any("marta@" in str(vars(written)) or "nobody@" in str(vars(written)) for written in (newest, oldest))


def test_nobody_of_that_address_is_said_plainly_and_the_address_stays_in_the_form(
    clara_works: Client, sandbox: Sandbox
) -> None:
    answer = clara_works.post(FIND, {"email": "nobody@example.org"})
    shown = answer.content.decode()
    assert "The provider has no customer with this e-mail" in shown
    assert 'value="nobody@example.org"' in shown
    assert not Customer.objects.exists()


@pytest.mark.parametrize("fault", ["drop_before", "html_body"])
def test_a_provider_that_cannot_be_asked_is_said_plainly(clara_works: Client, sandbox: Sandbox, fault: str) -> None:
    sandbox.control.add_customer(email="marta@example.org")
    sandbox.control.fault(fault, "findUser", count=None)
    shown = clara_works.post(FIND, {"email": "marta@example.org"}).content.decode()
    assert "could not be asked, and nothing has changed" in shown
    assert not Customer.objects.exists()


@pytest.mark.parametrize("email", ["", "marta", f"{'a' * 250}@example.org"])
def test_what_is_no_address_is_not_asked_for(clara_works: Client, sandbox: Sandbox, email: str) -> None:
    assert "field-wrong" in clara_works.post(FIND, {"email": email}).content.decode()
    assert sandbox.control.calls("findUser") == 0


@pytest.mark.parametrize("person", ["felix", "sofia", "aurelio"])
def test_only_compliance_asks_the_provider(
    client: Client, marta: Customer, request: pytest.FixtureRequest, person: str
) -> None:
    client.force_login(request.getfixturevalue(person))
    assert client.post(FIND, {"email": "marta@example.org"}).status_code == 403
    assert client.post(page_of(marta, "refresh-kyc")).status_code == 403
    choose(client, [marta])
    assert not KycRefresh.objects.exists()
    shown = page(client, LIST, query_params={"q": "nobody@example.org"})
    assert "Find at the provider" not in shown
    assert "Refresh KYC status" not in page(client, page_of(marta))

"""Who asks to be forgotten is hidden at once and purged when the period ends, and no sync brings them back."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.calls.models import ProviderCall
from backoffice.face.cards import cards_of
from backoffice.operations.models import Operation, OperationApproval, OperationEvent, State
from backoffice.operations.services import asking
from backoffice.operations.services.asking import find_earlier
from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS
from backoffice.retention.services import purge_due
from backoffice.sandbox import Sandbox
from backoffice.sync.errors import RestrictedRowError
from backoffice.sync.models import DriftCheck, DriftFinding, Quarantine, RecordedChange, SyncRun
from backoffice.sync.services import sync_resource
from backoffice.webhooks.models import WebhookEffect, WebhookEvent
from customers import erasure, services
from customers.activity import last_active_at
from customers.captures import seal_of
from customers.deciding import facts_of_customer
from customers.erasure import FORGOTTEN
from customers.models import (
    CompanyVerification,
    Customer,
    DelegatedVerification,
    Document,
    EnhancedVerification,
    ErasureRequest,
    IdentityCapture,
)
from customers.operations.shared import key_of_email
from payments.models import Payment
from tests.people import sign_in

MARCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PERIOD = timedelta(days=FIVE_YEARS_IN_DAYS)
SECOND = timedelta(seconds=1)
PERSONAL = ("Lena", "Ortega", "lena@example.org", "example.org", "678Z")
HandIn = Callable[..., Document]


def _page(lena: Customer, name: str = "change") -> str:
    return f"/admin/customers/customer/{lena.pk}/{name}/"


@pytest.fixture
def restricted(lena: Customer, clara: User) -> Customer:
    """Lena, after Clara entered her request."""
    with time_machine.travel(MARCH, tick=False):
        erasure.restrict_customer(lena, reason="Letter 17", by=clara)
    lena.refresh_from_db()
    return lena


def test_clara_enters_a_request_and_is_told_the_day(
    client: Client, clara: User, lena: Customer, hand_in: HandIn
) -> None:
    hand_in(MARCH)
    sign_in(client, clara)

    asked = client.get(_page(lena, "restrict")).content.decode()
    done = client.post(_page(lena, "restrict"), {"reason": "Letter 17"})

    request = ErasureRequest.objects.get()
    assert done.status_code == 302
    assert "2 Mar 2031" in asked
    assert request.purge_on == (MARCH + PERIOD).date()
    assert (request.reason, request.asked_by) == ("Letter 17", clara)
    assert AuditRecord.objects.get(action="customer.restricted").actor_name == "clara"
    client.post(_page(lena, "restrict"), {"reason": "again"})
    assert ErasureRequest.objects.count() == 1


def test_from_then_on_nobody_sees_what_is_personal(
    client: Client, ada: User, hand_in: HandIn, restricted: Customer
) -> None:
    document = hand_in(MARCH)
    Payment.objects.create(
        remote_id="1", customer=restricted, read_at=MARCH, first_seen_at=MARCH, changed_at=MARCH, created_at=MARCH
    )
    sign_in(client, ada)
    pages = [
        client.get(address).content.decode()
        for address in (
            _page(restricted),
            "/admin/customers/customer/",
            f"/admin/customers/document/{document.pk}/change/",
            "/admin/customers/document/",
            "/admin/payments/payment/",
        )
    ]
    files = [
        b"".join(client.post(address, {"format": "csv", "personal_data": "on"}).streaming_content).decode()  # type: ignore[attr-defined]  # the client's answer is a stream
        for address in (
            f"/admin/{name}/export/" for name in ("customers/customer", "customers/document", "payments/payment")
        )
    ]

    digest = document.sha256
    assert digest
    assert all(word not in text for text in [*pages, *files] for word in (*PERSONAL, digest, digest[:12]))
    assert "tone-attention" in pages[0]
    assert "Restricted customer 4711" in pages[1]
    assert "upload-document/" not in pages[0]


def test_what_restricted_rows_hide_is_hidden_on_a_page_that_shows_the_bare_fields(
    hand_in: HandIn, lena: Customer, clara: User
) -> None:
    Customer.objects.filter(pk=lena.pk).update(country="Spain")
    document = hand_in(MARCH)

    def told() -> str:
        customer, handed_in = Customer.objects.get(pk=lena.pk), Document.objects.get(pk=document.pk)
        hidden = {customer: ("name", "last_name", "country", "registered_at"), handed_in: ("sha256",)}
        cards = [
            cards_of(admin.site.get_model_admin(type(row)), row, [("", {"fields": fields})])
            for row, fields in hidden.items()
        ]
        return f"{cards} {facts_of_customer(customer)}"

    words = ("Lena", "Ortega", "Spain", "Jan 2026", "aaaa")
    assert [word for word in words if word in told()] == list(words)
    erasure.restrict_customer(lena, reason="Letter 17", by=clara)
    assert [word for word in words if word in told()] == []


def test_neither_operations_nor_changes_nor_quarantine_say_what_is_hidden(
    client: Client, ada: User, hand_in: HandIn, lena: Customer, clara: User
) -> None:
    operation = hand_in(MARCH).operation
    assert operation is not None
    said = {"error_text": "Lena Ortega is known already", "approvals_needed": 1, "state": State.REFUSED}
    Operation.objects.filter(pk=operation.pk).update(**said)
    OperationEvent.objects.create(operation=operation, to_state=State.REFUSED, note="Lena has called")
    decided = OperationApproval.objects.create(
        operation=operation, requested_by=clara, by=ada, decision="refused", reason="Lena is no Ortega"
    )
    change = RecordedChange.objects.create(
        resource="customers", remote_id="4711", source="sync", columns={"name": ["Lena", "Elena"]},
        read_at=MARCH, recorded_at=MARCH,
    )  # fmt: skip
    item = Quarantine.objects.create(
        resource="customers", item_key="4711#single", remote_id="4711", reason="Lena has no id",
        payload='{"name": "Lena"}', first_seen_at=MARCH, last_seen_at=MARCH,
    )  # fmt: skip
    addresses = [
        "/admin/operations/operation/",
        f"/admin/operations/operation/{operation.pk}/change/",
        f"/admin/operations/operation/{operation.pk}/standing/",
        "/admin/operations/operationapproval/",
        f"/admin/operations/operationapproval/{decided.pk}/change/",
        "/admin/sync/recordedchange/",
        f"/admin/sync/recordedchange/{change.pk}/change/",
        "/admin/sync/quarantine/",
        f"/admin/sync/quarantine/{item.pk}/change/",
    ]
    exports = [f"/admin/{name}/export/" for name in ("operations/operationapproval", "sync/recordedchange")]
    sign_in(client, ada)

    def told() -> set[str]:
        pages = {address: client.get(address).content.decode() for address in addresses}
        files = {address: client.post(address, {"format": "csv"}).getvalue().decode() for address in exports}
        return {address for address, text in {**pages, **files}.items() if any(word in text for word in PERSONAL)}

    assert told() == {*addresses, *exports}, "before the request all of them say something"
    erasure.restrict_customer(lena, reason="Letter 17", by=clara)
    assert told() == set()
    erasure.lift_restriction(lena, reason="A mistake", by=ada)
    assert told() == {*addresses, *exports}


def test_who_is_restricted_is_found_by_nothing_that_is_hidden(
    client: Client, ada: User, hand_in: HandIn, restricted: Customer
) -> None:
    hand_in(MARCH)
    Customer.objects.filter(pk=restricted.pk).update(country="Spain")
    Payment.objects.create(
        remote_id="p1", customer=restricted, read_at=MARCH, first_seen_at=MARCH, changed_at=MARCH, created_at=MARCH
    )
    sign_in(client, ada)
    hidden = ("Lena", "Ortega", "lena@example.org", "12345678Z")
    lists = ("customers/customer", "customers/document", "payments/payment")
    for text in [client.get(f"/admin/{name}/?q={word}").content.decode() for name in lists for word in hidden]:
        assert "4711" not in text
    assert "4711" not in client.get("/admin/customers/customer/?country=Spain").content.decode()
    assert (
        "Spain" not in client.get("/admin/customers/customer/?kyc_status=&q=4711").content.decode().split("<table")[1]
    )
    for word in hidden:
        chosen = client.get(f"/admin/payments/payment/create/?q={word}").content.decode()
        assert f"customer={restricted.pk}" not in chosen
    assert "Restricted customer 4711" in client.get("/admin/customers/customer/?q=4711").content.decode()


def test_no_day_of_registration_finds_who_is_restricted(client: Client, ada: User, lena: Customer, clara: User) -> None:
    sign_in(client, ada)

    def found() -> list[bool]:
        days = ("2025-12-31", "2026-01-01", "2026-01-02")
        both = [f"registered_at_after={day}&registered_at_before={day}" for day in days]
        queries = [*both, "registered_at_after=2026-01-01", "registered_at_before=2026-01-01"]
        pages = [client.get(f"/admin/customers/customer/?{query}") for query in queries]
        return [lena in page.context["cl"].result_list for page in pages]

    assert found() == [False, True, False, True, True]
    erasure.restrict_customer(lena, reason="Letter 17", by=clara)
    assert not any(found())


def _order_of(client: Client, kind: str, column: str, sign: str = "") -> list[str]:
    """Whom a list shows, sorted by a column, by the provider's ids."""
    address = f"/admin/customers/{kind}/"
    columns = [getattr(shown, "__name__", shown) for shown in client.get(address).context["cl"].list_display]
    rows = client.get(f"{address}?o={sign}{columns.index(column)}").context["cl"].result_list
    return [getattr(row, "customer", row).remote_id for row in rows]


@pytest.fixture
def neighbours(lena: Customer, clara: User) -> list[Customer]:
    """Lena, and two between whom she stands by whatever is hidden of her; each with a document, a link and a form."""
    Customer.objects.filter(pk=lena.pk).update(country="Italy", company_name="Ortega")
    beside = {"read_at": MARCH, "first_seen_at": MARCH, "changed_at": MARCH}
    for number, name, country, day in (("1001", "Aguado", "Iceland", -1), ("1002", "Zapata", "Jordan", 1)):
        names = {"name": name, "last_name": name, "company_name": name, "email": f"{name.lower()}@example.org"}
        registered_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        Customer.objects.create(remote_id=number, country=country, registered_at=registered_at, **names, **beside)
    customers = list(Customer.objects.order_by("company_name"))
    for customer in customers:
        operations = [
            Operation(kind="test", state=State.SUCCEEDED, requested_by=clara, dedupe_key=f"{kind} {customer.pk}")
            for kind in ("document", "link", "form")
        ]
        for operation in operations:
            operation.save()
        Document.objects.create(customer=customer, operation=operations[0], file="x.pdf", size=1, uploaded_by=clara)
        EnhancedVerification.objects.create(customer=customer, operation=operations[1])
        CompanyVerification.objects.create(customer=customer, operation=operations[2], ends_at=MARCH)
    return customers


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        *(("customer", column) for column in ("display_name", "email", "country", "registered")),
        *((kind, "customer_link") for kind in ("document", "enhancedverification", "companyverification")),
    ],
)
def test_no_order_of_a_list_tells_what_is_hidden(
    client: Client, ada: User, neighbours: list[Customer], *, kind: str, column: str
) -> None:
    sign_in(client, ada)
    assert _order_of(client, kind, column) == ["1001", "4711", "1002"]
    assert _order_of(client, kind, column, "-") == ["1002", "4711", "1001"]

    erasure.restrict_customer(neighbours[1], reason="Letter 17", by=ada)

    for sign in ("", "-"):
        assert "4711" in _order_of(client, kind, column, sign)
        assert _order_of(client, kind, column, sign)[1] != "4711"


def test_who_is_restricted_stands_behind_all_others_in_the_list_of_customers(
    client: Client, ada: User, neighbours: list[Customer]
) -> None:
    sign_in(client, ada)

    def shown() -> list[str]:
        return [row.remote_id for row in client.get("/admin/customers/customer/").context["cl"].result_list]

    assert shown() == ["1002", "4711", "1001"]
    erasure.restrict_customer(neighbours[1], reason="Letter 17", by=ada)
    assert shown() == ["1002", "1001", "4711"]


def test_nothing_is_revealed_or_handed_out_of_a_restricted_customer(
    client: Client, ada: User, hand_in: HandIn, restricted: Customer
) -> None:
    document = hand_in(MARCH)
    sign_in(client, ada)

    assert client.post(f"/admin/customers/customer/{restricted.pk}/reveal/email/").status_code in {403, 404}
    for name in ("preview", "content", "download"):
        assert client.get(f"/admin/customers/document/{document.pk}/{name}/").status_code == 403


def test_nothing_is_asked_of_the_provider_for_a_restricted_customer(restricted: Customer, clara: User) -> None:
    with pytest.raises(PermissionDenied):
        services.issue_enhanced_verification(customer=restricted, days=7, submission="1", requested_by=clara)


def test_the_purge_comes_when_the_period_has_ended_and_leaves_only_the_id(
    hand_in: HandIn, restricted: Customer, clara: User, django_capture_on_commit_callbacks: Any
) -> None:
    document = hand_in(MARCH)
    name = str(document.file.name)
    assert document.operation is not None
    issued = EnhancedVerification.objects.create(
        customer=restricted, operation=document.operation, form_id="1", status="x", link="https://secret.example"
    )
    checked = DelegatedVerification.objects.create(
        customer=restricted, created_by=clara, submission="1", typed={"name": "Lena"}, details={"name": "Lena"}
    )
    RecordedChange.objects.create(
        resource="customers", remote_id="4711", source="sync", columns={"name": ["Lena", "Elena"]},
        read_at=MARCH, recorded_at=MARCH,
    )  # fmt: skip

    with time_machine.travel(MARCH + PERIOD - SECOND, tick=False):
        assert purge_due()["erasure_requests"] == 0
    with time_machine.travel(MARCH + PERIOD, tick=False), django_capture_on_commit_callbacks(execute=True):
        assert purge_due()["erasure_requests"] == 1

    row: dict[str, Any] = dict(Customer.objects.values().get())
    document.refresh_from_db()
    checked.refresh_from_db()
    issued.refresh_from_db()
    assert (issued.link, issued.form_id, issued.form_digest) == ("", "", "")
    assert (checked.typed, checked.details) == ({}, {})
    assert {name: row[name] for name in FORGOTTEN} == FORGOTTEN
    assert row["remote_id"] == "4711"
    assert row["purged_at"] == MARCH + PERIOD
    assert not default_storage.exists(name)
    assert document.operation is not None
    assert document.operation.request == {}
    assert document.operation.dedupe_key == ""
    assert row["identification_digest"] == ""
    assert not RecordedChange.objects.exists()
    assert ErasureRequest.objects.get().reason == ""


def test_who_did_nothing_yet_is_kept_for_the_period_since_the_registration(restricted: Customer) -> None:
    Customer.objects.filter(pk=restricted.pk).update(registered_at=MARCH)
    restricted.refresh_from_db()

    assert last_active_at(restricted) == MARCH
    with time_machine.travel(MARCH + PERIOD - SECOND, tick=False):
        assert purge_due()["erasure_requests"] == 0
    with time_machine.travel(MARCH + PERIOD, tick=False):
        assert purge_due()["erasure_requests"] == 1


@pytest.mark.parametrize("state", [State.UNKNOWN, State.QUEUED])
def test_a_customer_with_a_live_operation_is_not_purged(hand_in: HandIn, restricted: Customer, state: State) -> None:
    hand_in(MARCH, state=state)
    with time_machine.travel(MARCH + 3 * PERIOD, tick=False):
        assert purge_due()["erasure_requests"] == 0


def test_no_sync_fills_a_purged_customer_again(sandbox: Sandbox, clara: User) -> None:
    kept = sandbox.control.add_customer(name="Marta", last_name="Ruiz", email="marta@example.org")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    marta = Customer.objects.get(remote_id=str(kept["id"]))
    erasure.restrict_customer(marta, reason="Letter 18", by=clara)
    with time_machine.travel(timezone.now() + 2 * PERIOD, tick=False):
        purge_due()
        for mode in (SyncRun.Mode.FULL, SyncRun.Mode.HEAD, SyncRun.Mode.OPEN):
            assert sync_resource(name="customers", mode=mode).state == SyncRun.State.SUCCEEDED

    row: dict[str, Any] = dict(Customer.objects.values().get(pk=marta.pk))
    assert {name: row[name] for name in FORGOTTEN} == FORGOTTEN
    assert not RecordedChange.objects.exists()


def test_nobody_fills_a_purged_customer_again_by_asking_the_provider(sandbox: Sandbox, clara: User) -> None:
    kept = sandbox.control.add_customer(name="Marta", last_name="Ruiz", email="marta@example.org")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    marta = Customer.objects.get(remote_id=str(kept["id"]))
    erasure.restrict_customer(marta, reason="Letter 18", by=clara)
    with time_machine.travel(timezone.now() + 2 * PERIOD, tick=False):
        purge_due()
        services.find_at_provider(email="marta@example.org", by=clara)
        with pytest.raises(RestrictedRowError):
            services.refresh_kyc_status(customer=marta, by=clara)

    row: dict[str, Any] = dict(Customer.objects.values().get(pk=marta.pk))
    assert {name: row[name] for name in FORGOTTEN} == FORGOTTEN
    assert not RecordedChange.objects.exists()


def test_an_unreadable_item_of_a_purged_customer_is_not_kept(sandbox: Sandbox, clara: User) -> None:
    kept = sandbox.control.add_customer(name="Marta", last_name="Ruiz", email="marta@example.org")
    nadia = sandbox.control.add_customer(name="Nadia", last_name="Berger", email="nadia@example.org")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    marta = Customer.objects.get(remote_id=str(kept["id"]))
    erasure.restrict_customer(marta, reason="Letter 18", by=clara)
    with time_machine.travel(timezone.now() + 2 * PERIOD, tick=False):
        purge_due()
        for customer in (kept, nadia):
            sandbox.control.change_customer(customer["id"], name="longer than any name " * 100)
        run = sync_resource(name="customers", mode=SyncRun.Mode.FULL)

    assert list(Quarantine.objects.values_list("remote_id", flat=True)) == [str(nadia["id"])]
    assert (run.state, run.quarantined, run.missing) == (SyncRun.State.SUCCEEDED, 1, 0)


def test_the_purge_takes_along_what_drift_quarantine_events_and_calls_say_of_them(
    sandbox: Sandbox, clara: User
) -> None:
    kept = sandbox.control.add_customer(name="Marta", last_name="Ruiz", email="marta@example.org")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    marta = Customer.objects.get(remote_id=str(kept["id"]))
    purged_at = timezone.now() + 2 * PERIOD
    with time_machine.travel(purged_at, tick=False):
        _note_all_about(marta)
    erasure.restrict_customer(marta, reason="Letter 18", by=clara)
    with time_machine.travel(purged_at, tick=False):
        assert purge_due()["erasure_requests"] == 1

    assert not DriftFinding.objects.exists()
    assert not Quarantine.objects.exists()
    assert not WebhookEvent.objects.exists()
    assert not ProviderCall.objects.filter(model="customers.customer").exists()


def _note_all_about(customer: Customer) -> None:
    """What drift, the quarantine, an event and a call say of a customer, each of today."""
    now = timezone.now()
    about: dict[str, Any] = {"resource": "customers", "remote_id": customer.remote_id}
    Quarantine.objects.create(
        **about,
        item_key=f"{customer.remote_id}#single",
        payload='{"name": "Marta"}',
        first_seen_at=now,
        last_seen_at=now,
    )
    check = DriftCheck.objects.create(resource="customers", seed=1, started_at=now, finished_at=now)
    DriftFinding.objects.create(
        drift_check=check, **about, reason="final", columns={"name": ["Marta", "M"]}, read_at=now, found_at=now
    )
    event = WebhookEvent.objects.create(
        received_at=now, last_received_at=now, wanted_at=now, verdict="signed", body="Marta", digest="0" * 64
    )
    WebhookEffect.objects.create(event=event, **about, wanted_at=now, next_try_at=now)
    ProviderCall.objects.create(
        at=now, call="get_kyc_status", verdict="ok", duration_ms=1, request_bytes=0,
        model="customers.customer", remote_id=customer.remote_id,
    )  # fmt: skip


def _registration(
    by: User, *, kind: str = "create_customer", email: str = "lena@example.org", at: datetime = MARCH, **columns: Any
) -> Operation:
    """A registration that led to nobody: what was asked for names somebody all the same."""
    named = {"name": "Lena Ortega", "company_name": "Ortega S.L.", "email": email}
    request = {**named, "verification": 1, "captures": []}
    told = {"request": request, "dedupe_key": key_of_email(email), "requested_by": by, **columns}
    with time_machine.travel(at, tick=False):
        return Operation.objects.create(
            **{"kind": kind, "state": State.REFUSED, "error_text": "Lena is known already", "finished_at": at, **told}
        )


@pytest.mark.parametrize("kind", ["create_customer", "register_company", "create_customer_delegated_kyc"])
def test_a_first_registration_that_was_refused_is_hidden_and_forgotten_with_the_customer(
    client: Client, ada: User, clara: User, lena: Customer, kind: str
) -> None:
    refused = _registration(clara, kind=kind, email="Lena@Example.org")
    of_marta = _registration(clara, kind=kind, email="marta@example.org")
    OperationEvent.objects.create(operation=refused, to_state=State.REFUSED, note="Lena has called")
    address = f"/admin/operations/operation/{refused.pk}/change/"
    sign_in(client, ada)
    assert "Ortega" in client.get(address).content.decode()

    with time_machine.travel(MARCH, tick=False):
        erasure.restrict_customer(lena, reason="Letter 17", by=clara)
    for page in (address, "/admin/operations/operation/?state=refused&q=" + str(refused.pk)):
        text = client.get(page).content.decode()
        assert all(word not in text for word in ("Lena", "Ortega", "example.org"))
    with time_machine.travel(MARCH + PERIOD, tick=False):
        purge_due()

    refused.refresh_from_db()
    assert (refused.request, refused.dedupe_key, refused.error_text) == ({}, "", "")
    assert not OperationEvent.objects.exclude(note="").exists()
    assert client.get(address).status_code == 200
    of_marta.refresh_from_db()
    assert not of_marta.subject_is_restricted


def test_a_refused_registration_is_shown_again_when_the_restriction_is_lifted(
    client: Client, ada: User, clara: User, lena: Customer
) -> None:
    refused = _registration(clara)
    erasure.restrict_customer(lena, reason="Letter 17", by=clara)
    erasure.lift_restriction(lena, reason="A mistake", by=ada)

    assert "Ortega" in sign_in(client, ada).get(f"/admin/operations/operation/{refused.pk}/change/").content.decode()


def test_registrations_under_the_address_that_the_customer_was_registered_with_are_theirs(
    clara: User, lena: Customer
) -> None:
    refused = _registration(clara, email="old@example.org")
    _registration(
        clara, email="old@example.org", state=State.SUCCEEDED, subject_model="customers.customer", subject_id=lena.pk
    )
    with time_machine.travel(MARCH, tick=False):
        erasure.restrict_customer(lena, reason="Letter 17", by=clara)

    refused.refresh_from_db()
    assert refused.subject_is_restricted


def test_a_registration_that_was_taken_leads_nobody_from_the_address_to_who_is_restricted(
    client: Client, ada: User, clara: User, lena: Customer
) -> None:
    refused = _registration(clara, error_code="user_already_exists")
    same = f"/admin/customers/customer/same-email/?operation={refused.pk}"
    sign_in(client, ada)
    assert client.get(same).status_code == 302

    erasure.restrict_customer(lena, reason="Letter 17", by=clara)

    assert client.get(same).status_code == 403
    assert "same-email" not in client.get(f"/admin/operations/operation/{refused.pk}/change/").content.decode()


def test_nobody_is_registered_again_who_asked_to_be_forgotten(
    client: Client, clara: User, lena: Customer, restricted: Customer
) -> None:
    person = {"name": "Lena", "last_name": "Ortega", "email": "LENA@example.org "}
    checked = DelegatedVerification.objects.create(
        created_by=clara, submission="3", details={**person, "country": "ES"}
    )
    for kind in ("face", "liveness", "document_front", "document_back"):
        IdentityCapture.objects.create(
            verification=checked, kind=kind, media_type="image/jpeg", size=4, sha256="a" * 64
        )
    seal = seal_of(checked.details, checked.captures.all())

    with pytest.raises(PermissionDenied):
        services.register_customer(person=person, submission="1", requested_by=clara)
    with pytest.raises(PermissionDenied):
        services.register_company(company={**person, "company_name": "Ortega"}, submission="2", requested_by=clara)
    with pytest.raises(PermissionDenied):
        services.start_delegated_kyc(verification=checked, seal=seal, submission="4", requested_by=clara)
    assert not Operation.objects.exists()


def test_nobody_is_registered_again_who_asks_to_be_forgotten_in_that_moment(
    clara: User, lena: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_earlier_and_restrict(**wish: Any) -> Operation | None:
        erasure.restrict_customer(lena, reason="Letter 17", by=clara)
        return find_earlier(**wish)

    monkeypatch.setattr(asking, "find_earlier", find_earlier_and_restrict)
    person = {"name": "Lena", "last_name": "Ortega", "email": "LENA@example.org "}
    with pytest.raises(PermissionDenied):
        services.register_customer(person=person, submission="1", requested_by=clara)
    assert not Operation.objects.exists()


def test_pictures_of_a_registration_that_was_left_are_hidden_and_go_with_the_customer(
    client: Client, ada: User, clara: User, lena: Customer, django_capture_on_commit_callbacks: Any
) -> None:
    left = _registration(clara, kind="create_customer_delegated_kyc", state=State.ABANDONED)
    checked = DelegatedVerification.objects.create(
        operation=left, created_by=clara, submission="1", details={"name": "Lena", "email": "lena@example.org"}
    )
    picture = IdentityCapture(verification=checked, kind="face", media_type="image/jpeg", size=4)
    picture.sha256 = hashlib.sha256(b"face").hexdigest()
    picture.file.save("face.jpg", ContentFile(b"face"))
    page = f"/admin/customers/delegatedverification/{checked.pk}"
    sign_in(client, ada)
    assert client.get(f"{page}/capture/?kind=face").status_code == 200
    with time_machine.travel(MARCH, tick=False):
        erasure.restrict_customer(lena, reason="Letter 17", by=clara)
    assert client.get(f"{page}/capture/?kind=face").status_code == 403
    assert "Lena" not in client.get(f"{page}/change/").content.decode()

    with time_machine.travel(MARCH + PERIOD, tick=False), django_capture_on_commit_callbacks(execute=True):
        purge_due()

    checked.refresh_from_db()
    left.refresh_from_db()
    assert (checked.details, checked.captures.count()) == ({}, 0)
    assert (left.request, left.error_text) == ({}, "")
    assert not default_storage.exists(str(picture.file.name))


def test_sofia_lifts_a_restriction_and_clara_cannot(
    client: Client, clara: User, sofia: User, restricted: Customer
) -> None:
    assert sign_in(client, clara).post(_page(restricted, "lift-restriction"), {"reason": "x"}).status_code == 403
    assert sign_in(client, sofia).post(_page(restricted, "lift-restriction"), {"reason": "x"}).status_code == 302

    restricted.refresh_from_db()
    assert restricted.restricted_at is None
    assert "Lena Ortega" in client.get(_page(restricted)).content.decode()
    with time_machine.travel(MARCH + 3 * PERIOD, tick=False):
        assert purge_due()["erasure_requests"] == 0
    assert AuditRecord.objects.get(action="customer.restriction_lifted").actor_name == "sofia"


def test_felix_and_aurelio_cannot_enter_a_request(client: Client, felix: User, aurelio: User, lena: Customer) -> None:
    for person in (felix, aurelio):
        assert sign_in(client, person).post(_page(lena, "restrict"), {"reason": "x"}).status_code == 403
    assert not ErasureRequest.objects.exists()

"""What happened to an object stands on its page in one list, as far as the reader may see it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.audit.services import draft, record, record_many
from backoffice.face.timeline import SHOWN, Position, Timeline
from backoffice.operations import services
from backoffice.operations.models import Operation, OperationEvent
from backoffice.sandbox import Sandbox
from backoffice.sync.models import RecordedChange
from customers.models import Customer, Document


@pytest.fixture
def marta(sandbox: Sandbox, clara: User) -> Customer:
    """Marta Ruiz, of whom a change was seen, an operation asked and done, a field revealed, a document viewed."""
    now = timezone.now()
    marta = Customer.objects.create(
        remote_id="77", name="Marta", last_name="Ruiz", read_at=now, first_seen_at=now, changed_at=now
    )
    RecordedChange.objects.create(
        resource="customers",
        remote_id="77",
        source="operation",
        columns={"kyc_status": ["processing", "valid"]},
        read_at=now,
        recorded_at=now,
    )
    operation = services.request_operation(
        kind="test_register", request={"name": "Marta", "email": "m@example.org"}, requested_by=clara, subject=marta
    )
    services.perform(operation.pk)
    Operation.objects.filter(pk=operation.pk).update(subject_model="customers.customer", subject_id=str(marta.pk))
    record("field.revealed", subject=marta, by=clara, field="identification_number")
    document = Document.objects.create(
        customer=marta, type="passport", file="x.pdf", size=1, media_type="application/pdf", uploaded_by=clara
    )
    record("document.viewed", subject=document, by=clara)
    return marta


def _timeline(client: Client, reader: User, row: Any, **parameters: str) -> Timeline:
    client.force_login(reader)
    meta = row._meta
    shown = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]), parameters)
    assert shown.status_code == 200
    timeline: Timeline = shown.context["timeline"]
    return timeline


def _titles(timeline: Timeline) -> list[str]:
    return [str(happening.title) or str(happening.differences[0].label) for happening in timeline.happenings]


def test_changes_operations_calls_reveals_and_documents_stand_in_one_list(
    client: Client, aurelio: User, marta: Customer
) -> None:
    timeline = _timeline(client, aurelio, marta)
    assert _titles(timeline) == [
        "Document viewed",
        "Field revealed",
        "Operation succeeded",
        "Sent to the provider",
        "Operation taken up",
        "Operation queued",
        "Operation asked for",
        "KYC status",
    ]
    assert "Document #" in str(timeline.happenings[0].note)
    assert "Register a person" in str(timeline.happenings[2].note)
    assert {happening.by for happening in timeline.happenings[:-1]} == {"clara"}


def test_who_may_not_read_the_audit_record_sees_the_rest(client: Client, clara: User, marta: Customer) -> None:
    titles = _titles(_timeline(client, clara, marta))
    assert titles == [
        "Register a person: succeeded",
        "Register a person: sending",
        "Register a person: queued",
        "Register a person: requested",
        "KYC status",
    ]


def test_an_auditor_reads_all_about_an_operation_on_its_page(client: Client, aurelio: User, asked: Operation) -> None:
    services.perform(asked.pk)
    assert _titles(_timeline(client, aurelio, asked)) == [
        "Operation succeeded",
        "Sent to the provider",
        "Operation taken up",
        "Operation queued",
        "Operation asked for",
    ]


@pytest.mark.parametrize(("person", "before"), [("aurelio", 8), ("clara", 5)])
def test_older_things_are_on_the_next_page_and_nothing_is_lost_or_told_twice(
    client: Client, request: pytest.FixtureRequest, marta: Customer, person: str, before: int
) -> None:
    """Many at the very same moment, from every source."""
    reader = request.getfixturevalue(person)
    same_moment = timezone.now() - timedelta(hours=1)
    records = [draft("field.revealed", subject=marta, number=number) for number in range(30)]
    for written in records:
        written.at = same_moment
    record_many(records)
    operation = Operation.objects.get()
    steps = OperationEvent.objects.bulk_create(
        OperationEvent(operation=operation, from_state="queued", to_state="queued") for _number in range(30)
    )
    OperationEvent.objects.filter(pk__in=[step.pk for step in steps]).update(at=same_moment)
    changes = [
        RecordedChange(
            resource="customers", remote_id="77", source="x", columns={}, read_at=same_moment, recorded_at=same_moment
        )
        for _number in range(30)
    ]
    RecordedChange.objects.bulk_create(changes)
    seen: list[Position] = []
    parameters: dict[str, str] = {}
    for _page in range(10):
        timeline = _timeline(client, reader, marta, **parameters)
        seen += [happening.position for happening in timeline.happenings]
        if not timeline.older_url:
            break
        parameters = {"older": timeline.happenings[-1].position.write()}
    assert len(seen) == len(set(seen)) == before + 60
    assert seen == sorted(seen, key=lambda position: position.key, reverse=True)


@pytest.mark.parametrize(
    "older",
    [
        "nonsense",
        "2026-01-01~1~1",
        "2026-01-01T00:00:00+00:00~x~1",
        "~~",
        "\x00~1~1",
        f"2026-01-01T00:00:00+00:00~1~{10**30}",
    ],
)
def test_a_broken_address_shows_the_newest(client: Client, aurelio: User, marta: Customer, older: str) -> None:
    assert len(_timeline(client, aurelio, marta, older=older).happenings) == 8


def test_the_way_back_to_the_newest_is_shown(client: Client, aurelio: User, marta: Customer) -> None:
    newest = _timeline(client, aurelio, marta).happenings[-1].position.write()
    timeline = _timeline(client, aurelio, marta, older=newest)
    assert timeline.happenings == []
    assert timeline.newest_url
    page = client.get(reverse("admin:customers_customer_change", args=[marta.pk]), {"older": newest}).content.decode()
    assert "Nothing older." in page


def test_a_page_costs_the_same_however_much_has_happened(client: Client, aurelio: User, marta: Customer) -> None:
    address = reverse("admin:customers_customer_change", args=[marta.pk])
    client.force_login(aurelio)
    counts = []
    for _round in range(2):
        record_many(draft("field.revealed", subject=marta, by=aurelio) for _number in range(SHOWN))
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    # Two of them read the person's own and the groups' permissions.
    assert counts[0] <= 15 + 2


def test_hostile_text_is_text(client: Client, aurelio: User, marta: Customer) -> None:
    client.force_login(aurelio)
    record("field.revealed", subject=marta, by=aurelio, field="<script>alert(1)</script>", before={"<b>": "<i>"})
    shown = client.get(reverse("admin:customers_customer_change", args=[marta.pk])).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_a_masked_value_stays_masked_in_the_history(client: Client, aurelio: User, marta: Customer) -> None:
    record("customer.looked_up", subject=marta, by=aurelio, email="marta.ruiz@example.org")
    assert AuditRecord.objects.filter(action="customer.looked_up").exists()
    assert "marta.ruiz@example.org" not in str(_timeline(client, aurelio, marta).happenings[0].note)

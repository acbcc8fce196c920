"""Auditors and supervisors read the audit record; nobody changes it, and nobody else sees it."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.audit.sealing import newest_seal, seal
from backoffice.audit.services import draft, record, record_many
from backoffice.audit.words import ACTIONS, label_of_action
from backoffice.operations.models import Operation, State

ROOT = Path(__file__).resolve().parents[2]
LIST = "admin:audit_auditrecord_changelist"


def _page(written: AuditRecord) -> str:
    return reverse("admin:audit_auditrecord_change", args=[written.pk])


@pytest.mark.parametrize(
    ("person", "status"),
    [("aurelio", 200), ("sofia", 200), ("ada", 200), ("clara", 403), ("felix", 403), ("adam", 403)],
)
def test_only_auditors_and_supervisors_read_it(
    client: Client, request: pytest.FixtureRequest, person: str, status: int
) -> None:
    reader = request.getfixturevalue(person)
    client.force_login(reader)
    written = record("document.viewed", by=reader)
    for address in (reverse(LIST), _page(written)):
        assert client.get(address).status_code == status
    assert ("/audit/auditrecord/" in client.get(reverse("admin:index")).content.decode()) is (status == 200)


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_nothing_is_added_changed_or_removed_not_even_by_a_superuser(client: Client, ada: User, page: str) -> None:
    client.force_login(ada)
    written = record("document.viewed", by=ada)
    address = reverse(f"admin:audit_auditrecord_{page}", args=[] if page == "add" else [written.pk])
    assert client.post(address, {"action": "document.left_alone", "post": "yes"}).status_code == 403
    client.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [written.pk], "post": "yes"})
    written.refresh_from_db()
    assert written.action == "document.viewed"


@pytest.mark.parametrize(
    "narrowing",
    [
        {"actor": "clara"},
        {"action": "document.viewed"},
        {"subject_model": "auth.user", "subject_id": "clara"},
        {"operation": "77"},
        {"correlation_id": "0123456789abcdef"},
        {"q": "0123456789abcdef"},
        {"q": "clara"},
    ],
)
def test_it_is_narrowed_by_who_what_which_object_and_which_request(
    client: Client, aurelio: User, clara: User, narrowing: dict[str, str]
) -> None:
    client.force_login(aurelio)
    wanted = draft("document.viewed", by=clara, subject=clara, operation_id=77)
    wanted.correlation_id = "0123456789abcdef"
    record_many([wanted, draft("list.exported", by=aurelio)])
    ids = {"clara": str(clara.pk)} if "q" not in narrowing else {}
    shown = client.get(reverse(LIST), {name: ids.get(value, value) for name, value in narrowing.items()})
    assert [row.action for row in shown.context["cl"].result_list if row.action == "document.viewed"]
    assert not [row for row in shown.context["cl"].result_list if row.action == "list.exported"]


def test_it_is_narrowed_by_day(client: Client, aurelio: User) -> None:
    client.force_login(aurelio)
    today = timezone.localdate().isoformat()
    assert client.get(reverse(LIST), {"at_after": today}).context["cl"].result_count
    assert not client.get(reverse(LIST), {"at_before": "2020-01-01"}).context["cl"].result_count


def test_the_list_says_how_far_it_is_sealed(client: Client, aurelio: User) -> None:
    client.force_login(aurelio)
    assert "nothing is sealed yet" in client.get(reverse(LIST)).content.decode()
    seal()
    record("document.viewed")
    shown = client.get(reverse(LIST)).content.decode()
    newest = newest_seal()
    assert newest is not None
    assert newest.hash in shown
    assert "1 record" in shown
    assert "does the beat run?" not in shown


def test_it_says_when_nobody_seals_any_more(client: Client, aurelio: User) -> None:
    client.force_login(aurelio)
    seal()
    late = draft("document.viewed")
    late.at = late.at.replace(year=2020)
    record_many([late])
    assert "does the beat run?" in client.get(reverse(LIST)).content.decode()


def test_a_page_says_everything_in_words_with_links(client: Client, aurelio: User, asked: Operation) -> None:
    client.force_login(aurelio)
    written = record(
        "person.groups_changed",
        by=aurelio,
        subject=aurelio,
        operation_id=asked.pk,
        before={"groups": ["Finance"]},
        after={"groups": ["Finance", "<script>alert(1)</script>"]},
        reason="asked by telephone",
    )
    seal()
    page = client.get(_page(written)).content.decode()
    for text in ("Groups of a person changed", "aurelio", "asked by telephone", "in seal #", "&lt;script&gt;"):
        assert text in page
    assert "<script>alert" not in page
    assert reverse("admin:auth_user_change", args=[aurelio.pk]) not in page
    assert f"User #{aurelio.pk}" in page
    assert reverse("admin:operations_operation_change", args=[asked.pk]) in page


def test_a_record_about_something_that_is_gone_still_has_its_page(client: Client, aurelio: User) -> None:
    client.force_login(aurelio)
    written = draft("field.revealed")
    written.subject_model, written.subject_id = "removed.model", "7"
    record_many([written])
    shown = AuditRecord.objects.get(action="field.revealed")
    assert "removed.model" in client.get(_page(shown)).content.decode()
    assert client.get(reverse(LIST)).status_code == 200


def test_the_list_costs_the_same_however_much_it_shows(client: Client, aurelio: User) -> None:
    client.force_login(aurelio)
    counts = []
    for _round in range(2):
        record_many(draft("document.viewed", subject=aurelio, by=aurelio) for _number in range(30))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LIST)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_every_state_of_an_operation_has_its_words() -> None:
    assert [state for state in State.values if f"operation.{state}" not in ACTIONS] == []


def test_everything_that_the_product_records_has_its_words() -> None:
    written = re.compile(r"\b(?:record|draft)\(\s*\"([a-z_]+\.[a-z_]+)\"")
    folders = [ROOT / name for name in ("backoffice", "customers", "payments", "banking")]
    sources = [path.read_text() for folder in folders for path in folder.rglob("*.py")]
    actions = {action for source in sources for action in written.findall(source)}
    assert len(actions) > 20
    assert sorted(actions - set(ACTIONS)) == []


def test_an_action_without_words_is_shown_as_it_was_written() -> None:
    assert label_of_action("kettle.boiled") == "kettle.boiled"

"""What is written down by itself: sign-ins, rights, every step of an operation, every end of a run."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.audit.models import AuditRecord
from backoffice.audit.services import draft, record, record_many
from backoffice.operations import services
from backoffice.operations.models import Operation
from backoffice.sandbox import Sandbox
from backoffice.security.groups import GROUPS
from backoffice.sync.models import SyncRun
from backoffice.sync.services import sync_resource
from tests.audit.conftest import actions_about, newest


def test_signing_in_and_out_is_written_down_with_the_address(client: Client, clara: User) -> None:
    client.login(username="clara", password="correct horse battery")
    client.logout()
    for action in ("sign_in.succeeded", "sign_in.ended"):
        assert (newest(action).actor_name, newest(action).subject_id) == ("clara", str(clara.pk))


def test_a_failed_sign_in_says_whom_it_was_about(client: Client, clara: User) -> None:
    client.login(username="clara", password="wrong")
    written = newest("sign_in.failed")
    assert (written.actor_name, written.subject_model, written.subject_id) == ("", "auth.user", str(clara.pk))
    assert written.details == {"is_known": True}


@pytest.mark.parametrize("name", ["my secret password 1", "x" * 5000, ""])
@pytest.mark.django_db
def test_a_name_that_nobody_has_is_not_kept(client: Client, name: str) -> None:
    client.login(username=name, password="wrong")
    written = newest("sign_in.failed")
    assert (written.subject_id, written.actor_name, written.details) == ("", "", {"is_known": False})


def test_a_known_and_an_unknown_name_cost_the_same(client: Client, clara: User) -> None:
    counts = []
    for name in ("clara", "nobody"):
        with CaptureQueriesContext(connection) as queries:
            client.login(username=name, password="wrong")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_person_who_joins_a_group_is_written_down_from_either_side(clara: User) -> None:
    finance = Group.objects.get(name="Finance")
    clara.groups.add(finance)
    assert (newest("person.groups_changed").before, newest("person.groups_changed").after) == (
        {"groups": ["Compliance"]},
        {"groups": ["Compliance", "Finance"]},
    )
    finance.user_set.remove(clara)
    assert newest("person.groups_changed").after == {"groups": ["Compliance"]}
    clara.groups.clear()
    assert newest("person.groups_changed").after == {"groups": []}
    clara.groups.set([finance])
    finance.user_set.clear()
    assert newest("person.groups_changed").before == {"groups": ["Finance"]}
    assert {row.subject_id for row in AuditRecord.objects.filter(action="person.groups_changed")} == {str(clara.pk)}


def test_rights_of_a_person_and_of_a_group_are_written_down(clara: User) -> None:
    right = Permission.objects.get(codename="request_sync")
    clara.user_permissions.add(right)
    assert newest("person.permissions_changed").after == {"permissions": ["sync.request_sync"]}
    auditors = Group.objects.get(name="Auditor")
    right.group_set.add(auditors)
    written = newest("group.permissions_changed")
    before, after = written.before or {}, written.after or {}
    assert set(after["permissions"]) - set(before["permissions"]) == {"sync.request_sync"}
    assert (written.subject_model, written.subject_id) == ("auth.group", str(auditors.pk))


def test_a_change_that_changes_nothing_is_not_written_down(clara: User) -> None:
    before = AuditRecord.objects.count()
    clara.groups.add(Group.objects.get(name="Compliance"))
    clara.save()
    clara.save(update_fields=["last_login"])
    assert AuditRecord.objects.count() == before


@pytest.mark.parametrize("flag", ["is_active", "is_staff", "is_superuser"])
def test_who_may_sign_in_and_do_everything_is_written_down(clara: User, flag: str) -> None:
    was = getattr(clara, flag)
    setattr(clara, flag, not was)
    clara.save()
    written = newest("person.changed")
    assert (written.before, written.after) == ({flag: was}, {flag: not was})


def test_people_who_come_and_go_are_written_down(felix: User) -> None:
    number = str(felix.pk)
    assert actions_about(subject_model="auth.user", subject_id=number) == ["person.added", "person.groups_changed"]
    felix.delete()
    assert (newest("person.removed").before or {})["username"] == "felix"
    assert newest("person.removed").subject_id == number


@pytest.mark.django_db
def test_the_rights_that_a_release_gives_to_groups_are_written_down() -> None:
    given = AuditRecord.objects.filter(action="group.permissions_changed", actor_id=None)
    assert {row.subject_id for row in given} == {str(group.pk) for group in Group.objects.filter(name__in=GROUPS)}


def test_every_step_of_an_operation_is_written_down_with_who_made_it(asked: Operation, sofia: User) -> None:
    services.cancel(operation_id=asked.pk, by=asked.requested_by, reason="Marta Ruiz called it off")
    assert actions_about(operation_id=asked.pk) == ["operation.requested", "operation.queued", "operation.cancelled"]
    written = newest("operation.cancelled")
    assert (written.actor_name, written.subject_id) == ("clara", str(asked.pk))
    assert written.details == {"step": asked.events.order_by("pk").last().pk}  # type: ignore[union-attr]  # there is one
    assert "Marta" not in str(AuditRecord.objects.filter(operation_id=asked.pk).values())


def test_a_batch_costs_a_few_statements_however_large_it_is(sandbox: Sandbox, clara: User) -> None:
    def queries_of(count: int) -> int:
        wishes = [{"name": f"{count}", "email": f"{number}@{count}.example.org"} for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            services.request_batch(kind="test_register", requests=wishes, requested_by=clara)
        return len(queries)

    assert queries_of(40) - queries_of(2) <= 5
    assert AuditRecord.objects.filter(action="operation.queued").count() == 42


@pytest.mark.django_db
def test_each_end_of_a_run_is_one_record(sandbox: Sandbox) -> None:
    sandbox.control.add_customer()
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    (written,) = AuditRecord.objects.filter(action="sync.ended")
    assert written.details["created"] == 1
    assert written.sync_run_id == SyncRun.objects.get().pk


@pytest.mark.django_db
def test_a_record_goes_with_the_transaction_of_what_it_records() -> None:
    with transaction.atomic():
        record("document.viewed")
        transaction.set_rollback(True)
    assert not AuditRecord.objects.filter(action="document.viewed").exists()


@pytest.mark.django_db
def test_whatever_is_recorded_reads_the_same_from_both_databases() -> None:
    seen: dict[str, Any] = {"at": datetime(2026, 1, 2, tzinfo=UTC), "sum": Decimal("1.10"), "text": "nul\x00", "n": [1]}
    written = record("document.viewed", after=seen)
    written.refresh_from_db()
    assert written.after == {
        "at": "2026-01-02T00:00:00Z",
        "sum": "1.10",
        "text": "nul\N{REPLACEMENT CHARACTER}",
        "n": [1],
    }


def test_many_records_are_one_statement(clara: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        record_many(draft("document.viewed", subject=clara, by=clara, page=page) for page in range(20))
    assert len([query for query in queries if query["sql"].startswith("INSERT")]) == 1

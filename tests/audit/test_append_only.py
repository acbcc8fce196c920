"""The database itself refuses to change or to remove what the audit record says."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backoffice.audit.models import AuditRecord, AuditSeal
from backoffice.audit.services import record
from backoffice.audit.triggers import find_unprotected_tables, without_triggers

TABLES = ["audit_auditrecord", "audit_auditseal"]
CHANGES = ["UPDATE {table} SET id = id", "DELETE FROM {table}"]
CHANGES += {
    "postgresql": ["TRUNCATE {table}"],
    "sqlite": [
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "UPDATE OR REPLACE {table} SET id = id",
        # Another seal of the same number: the one that is in its way would go without a word.
        (
            "INSERT OR REPLACE INTO audit_auditseal "
            "(number, last_id, count, covered, previous_hash, hash, sealed_at) "
            "VALUES (1, 1, 0, '', 'other', 'other', '2026-01-01')"
        ),
    ],
}[connection.vendor]


@pytest.fixture
def _written(db: None) -> None:
    record("document.viewed", page=1)
    AuditSeal.objects.create(number=1, last_id=1, count=1, covered=b"x", hash="abc", sealed_at=timezone.now())


def _execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_in_plain_sql_is_refused(table: str, change: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        _execute(change.format(table=table))
    assert AuditRecord.objects.filter(action="document.viewed", details={"page": 1}).count() == 1
    assert AuditSeal.objects.get().hash == "abc"


@pytest.mark.usefixtures("_written")
def test_the_application_cannot_change_or_remove_a_record_either() -> None:
    written = AuditRecord.objects.get(action="document.viewed")
    written.action = "document.left_alone"
    for change in (written.save, written.delete, AuditRecord.objects.all().delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    written.refresh_from_db()
    assert written.action == "document.viewed"


@pytest.mark.django_db(transaction=True)
def test_emptying_the_whole_database_is_refused() -> None:
    record("document.viewed")
    with pytest.raises(CommandError):
        _flush_as_in_production()
    assert AuditRecord.objects.filter(action="document.viewed").exists()


def _flush_as_in_production() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.conftest.without_triggers", transaction_alone)
        call_command("flush", interactive=False)


def transaction_alone(*_connection: object) -> transaction.Atomic:
    """What stands around a flush where nobody takes the triggers away."""
    return transaction.atomic()


@pytest.mark.django_db
def test_every_migration_leaves_both_tables_protected() -> None:
    assert find_unprotected_tables(connection) == []


@pytest.mark.django_db
def test_a_table_without_its_triggers_is_noticed() -> None:
    with without_triggers(connection):
        assert find_unprotected_tables(connection) == TABLES
    assert find_unprotected_tables(connection) == []


@pytest.mark.django_db(transaction=True)
def test_the_triggers_go_and_come_back_with_their_migration() -> None:
    call_command("migrate", "audit", "0001", verbosity=0)
    try:
        AuditRecord.objects.create(action="document.viewed", at=timezone.now()).delete()
    finally:
        call_command("migrate", "audit", verbosity=0)
    assert find_unprotected_tables(connection) == []


def test_a_record_keeps_the_name_of_a_person_who_is_removed(clara: User) -> None:
    written = record("document.viewed", by=clara)
    number = clara.pk
    clara.delete()
    written.refresh_from_db()
    assert (written.actor_id, written.actor_name) == (number, "clara")

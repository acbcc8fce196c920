"""What the database itself refuses about approvals: triggers, because these rules span two tables.

An approval names the asker of its operation, so that its own constraint can compare the two; the asker of an
operation never changes. The triggers are dropped before migrations and made after them: SQLite forgets a trigger when
Django builds its table anew, and refuses to rename a table that a trigger of another one mentions.
"""

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

_APPROVALS = "operations_operationapproval"

_SQLITE_MAKE = [
    """CREATE TRIGGER approval_names_the_asker_insert BEFORE INSERT ON operations_operationapproval
    WHEN NEW.requested_by_id IS NOT (SELECT requested_by_id FROM operations_operation WHERE id = NEW.operation_id)
    BEGIN SELECT RAISE(ABORT, 'An approval must name the person who asked for its operation.'); END""",
    """CREATE TRIGGER approval_names_the_asker_update BEFORE UPDATE ON operations_operationapproval
    WHEN NEW.requested_by_id IS NOT (SELECT requested_by_id FROM operations_operation WHERE id = NEW.operation_id)
    BEGIN SELECT RAISE(ABORT, 'An approval must name the person who asked for its operation.'); END""",
    """CREATE TRIGGER operation_keeps_its_asker BEFORE UPDATE OF requested_by_id ON operations_operation
    WHEN NEW.requested_by_id IS NOT OLD.requested_by_id
    BEGIN SELECT RAISE(ABORT, 'Who asked for an operation cannot be changed.'); END""",
]
_SQLITE_DROP = [
    "DROP TRIGGER IF EXISTS approval_names_the_asker_insert",
    "DROP TRIGGER IF EXISTS approval_names_the_asker_update",
    "DROP TRIGGER IF EXISTS operation_keeps_its_asker",
]

_POSTGRESQL_MAKE = [
    """CREATE FUNCTION approval_names_the_asker() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE asker bigint := (SELECT requested_by_id FROM operations_operation WHERE id = NEW.operation_id);
    BEGIN
        IF NEW.requested_by_id IS DISTINCT FROM asker THEN
            RAISE EXCEPTION 'An approval must name the person who asked for its operation.'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE FUNCTION operation_keeps_its_asker() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.requested_by_id IS DISTINCT FROM OLD.requested_by_id THEN
            RAISE EXCEPTION 'Who asked for an operation cannot be changed.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER approval_names_the_asker BEFORE INSERT OR UPDATE ON operations_operationapproval
    FOR EACH ROW EXECUTE FUNCTION approval_names_the_asker()""",
    """CREATE TRIGGER operation_keeps_its_asker BEFORE UPDATE OF requested_by_id ON operations_operation
    FOR EACH ROW EXECUTE FUNCTION operation_keeps_its_asker()""",
]
# A function takes its trigger along.
_POSTGRESQL_DROP = [
    "DROP FUNCTION IF EXISTS approval_names_the_asker() CASCADE",
    "DROP FUNCTION IF EXISTS operation_keeps_its_asker() CASCADE",
]

_MAKE = {"sqlite": _SQLITE_MAKE, "postgresql": _POSTGRESQL_MAKE}
_DROP = {"sqlite": _SQLITE_DROP, "postgresql": _POSTGRESQL_DROP}


@receiver(pre_migrate, dispatch_uid="drop_guards_of_approvals")
def drop_guards(app_config: Any, using: str, **_signal: Any) -> None:
    """Make way for migrations."""
    if app_config.label == "operations":
        _execute(using, _DROP)


@receiver(post_migrate, dispatch_uid="make_guards_of_approvals")
def make_guards(app_config: Any, using: str, **_signal: Any) -> None:
    """Guard the tables, where they exist: a migration may have stopped before them."""
    if app_config.label == "operations" and _APPROVALS in connections[using].introspection.table_names():
        _execute(using, _DROP)
        _execute(using, _MAKE)


def _execute(using: str, statements: dict[str, list[str]]) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)

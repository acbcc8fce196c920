"""Who may ask for an operation and decide about it."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from backoffice.operations.kinds import OperationKind, all_kinds
from backoffice.operations.models import Operation

APPROVE = "operations.approve_operation"
SEE_EVERY = "operations.view_every_operation"
CHANGE_POLICY = "operations.change_approvalpolicy"


def check_permission(kind: OperationKind, person: AbstractBaseUser | AnonymousUser) -> None:
    """Raise PermissionDenied unless the person may ask for this kind."""
    check_has(kind.permission, person)


def check_has(permission: str, person: AbstractBaseUser | AnonymousUser) -> None:
    """Raise PermissionDenied unless the person holds the permission."""
    if not may(permission, person):
        raise PermissionDenied(f"This needs the permission {permission}.")


def check_may_approve(person: User, operations: Sequence[Operation]) -> None:
    """Raise PermissionDenied unless the person may decide about all of these, asked for by others."""
    permissions = [APPROVE, *sorted(view_permissions(operations))]
    for permission in permissions:
        check_has(permission, person)
    if any(operation.requested_by_id == person.pk for operation in operations):
        raise PermissionDenied("Somebody else than who asked for it must approve.")


def view_permissions(operations: Sequence[Operation]) -> set[str]:
    """The permissions to see what the operations are about: nobody approves what they may not look at."""
    return {".view_".join(row.subject_model.split(".", 1)) for row in operations if row.subject_model}


def only_visible(rows: QuerySet[Any], person: AbstractBaseUser | AnonymousUser) -> QuerySet[Any]:
    """Of operations or batches those that the person may see: of every kind, or of the kinds that they may ask for.

    An administrator has no business with what colleagues ask about customers.
    """
    if may(SEE_EVERY, person):
        return rows
    return rows.filter(kind__in=[kind.name for kind in all_kinds() if may(kind.permission, person)])


def may(permission: str, person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the person holds the permission."""
    return isinstance(person, PermissionsMixin | AnonymousUser) and person.has_perm(permission)

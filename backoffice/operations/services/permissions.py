"""Who may ask for an operation and decide about it."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.core.exceptions import PermissionDenied

from backoffice.operations.kinds import OperationKind


def check_permission(kind: OperationKind, person: AbstractBaseUser | AnonymousUser) -> None:
    """Raise PermissionDenied unless the person may ask for this kind."""
    if not may(kind.permission, person):
        raise PermissionDenied(f"This needs the permission {kind.permission}.")


def check_approval_permission(kind: OperationKind, person: AbstractBaseUser | AnonymousUser) -> None:
    """Raise PermissionDenied unless the person may approve this kind."""
    if not kind.approval_permission or not may(kind.approval_permission, person):
        raise PermissionDenied(f"This needs the permission {kind.approval_permission or 'to approve'}.")


def may(permission: str, person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the person holds the permission."""
    return isinstance(person, PermissionsMixin | AnonymousUser) and person.has_perm(permission)

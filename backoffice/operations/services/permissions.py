"""Who may ask for an operation and decide about it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission, PermissionsMixin, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from backoffice.operations.kinds import OperationKind, all_kinds
from backoffice.operations.models import Operation
from backoffice.security.masking import Sensitive

APPROVE = "operations.approve_operation"
SEE_EVERY = "operations.view_every_operation"
CHANGE_POLICY = "operations.change_approvalpolicy"


def check_permission(kind: OperationKind, person: AbstractBaseUser | AnonymousUser) -> None:
    """Raise PermissionDenied unless the person may ask for this kind."""
    check_has(kind.permission, person)


def check_has(permission: str, person: AbstractBaseUser | AnonymousUser) -> None:
    """Raise PermissionDenied unless the person holds the permission."""
    if not may(permission, person):
        raise PermissionDenied(
            _("This needs the right “%(right)s”. If you need it for your work, ask an administrator.")
            % {"right": _in_words(permission)}
        )


def _in_words(permission: str) -> str:
    """What the permission allows, as its model says it."""
    app_label, codename = permission.split(".", 1)
    named = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    name = named.values_list("name", flat=True).first()
    # Where a model declares it, the name is marked for translation.
    return gettext(name) if name else permission


def check_may_approve(person: User, operations: Sequence[Operation]) -> None:
    """Raise PermissionDenied unless the person may decide about all of these, asked for by others."""
    permissions = [APPROVE, *sorted(view_permissions(operations))]
    for permission in permissions:
        check_has(permission, person)
    if any(operation.requested_by_id == person.pk for operation in operations):
        raise PermissionDenied(_("You asked for this: somebody else must approve it."))


def view_permissions(operations: Sequence[Operation]) -> set[str]:
    """The permissions to see what the operations are about: nobody approves what they may not look at."""
    return {".view_".join(row.subject_model.split(".", 1)) for row in operations if row.subject_model}


def revealable(kind: OperationKind | type[OperationKind]) -> dict[str, Sensitive]:
    """What is personal in operations of the kind, for those who may ask for it or approve it, and may see such data."""
    return {name: replace(declared, besides=(kind.permission, APPROVE)) for name, declared in kind.personal.items()}


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

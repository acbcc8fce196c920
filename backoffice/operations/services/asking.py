"""Asking from a form: one operation for one wish, however often the form is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone

from backoffice.operations.errors import AlreadyRequested
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import Operation
from backoffice.operations.services.requesting import request_operation

SUBMISSION_MEMORY = timedelta(days=1)
"""How long a form that is sent a second time is recognised."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The operation that holds a wish; `is_new` is False where it was asked for before and nothing was added."""

    operation: Operation
    is_new: bool


def ask(
    *,
    kind: str,
    request: Mapping[str, Any],
    requested_by: AbstractBaseUser,
    subject: models.Model | None = None,
    before_commit: Callable[[Operation], None] | None = None,
) -> Asked:
    """A new operation, or the one that holds the same wish or came from the same form.

    request: JSON, with the form's mark as `submission`.
    Raises PermissionDenied.
    """
    earlier = find_earlier(kind=kind, request=request, requested_by=requested_by)
    if earlier is not None:
        return Asked(operation=earlier, is_new=False)
    try:
        operation = request_operation(
            kind=kind, request=request, requested_by=requested_by, subject=subject, before_commit=before_commit
        )
    except AlreadyRequested as same:
        return Asked(operation=same.operation, is_new=False)
    return Asked(operation=operation, is_new=True)


def find_earlier(*, kind: str, request: Mapping[str, Any], requested_by: AbstractBaseUser) -> Operation | None:
    """The operation of the same wish that this very form asked for before; None where there is none."""
    return operation_of_submission(
        submission=request["submission"],
        kind=kind,
        requested_by=requested_by,
        dedupe_key=get_kind(kind).dedupe_key(request),
    )


def operation_of_submission(
    *, submission: str, kind: str, requested_by: AbstractBaseUser, dedupe_key: str | None = None
) -> Operation | None:
    """The operation that this very form asked for before, when it is sent a second time.

    dedupe_key: the wish it must have been, because a page that is gone back to can be filled in anew.
    """
    asked = Operation.objects.filter(
        kind=kind,
        requested_by_id=requested_by.pk,
        created_at__gte=timezone.now() - SUBMISSION_MEMORY,
        submission=submission,
    )
    if dedupe_key is not None:
        asked = asked.filter(dedupe_key=dedupe_key)
    return asked.select_related("batch").order_by("pk").first()

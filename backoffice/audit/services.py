"""Writing into the audit record."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from .context import current_context
from .models import AuditRecord

_AT_ONCE = 500


def record(
    action: str,
    *,
    subject: models.Model | None = None,
    by: AbstractBaseUser | None = None,
    operation_id: int | None = None,
    sync_run_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **details: Any,
) -> AuditRecord:
    """Write down that something was done or seen, in the transaction of the caller.

    action: "noun.verb" in the past tense ("document.viewed"). by: who; else the person of the current request.
    subject: the row it is about. before, after, details: JSON; never secrets, personal data only masked.
    """
    written = draft(
        action,
        subject=subject,
        by=by,
        operation_id=operation_id,
        sync_run_id=sync_run_id,
        before=before,
        after=after,
        **details,
    )
    written.save(force_insert=True)
    return written


def record_many(drafts: Iterable[AuditRecord]) -> None:
    """Write down many things at once, as `draft` made them: a few statements, however many they are."""
    AuditRecord.objects.bulk_create(drafts, batch_size=_AT_ONCE)


def draft(
    action: str,
    *,
    subject: models.Model | None = None,
    by: AbstractBaseUser | None = None,
    operation_id: int | None = None,
    sync_run_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **details: Any,
) -> AuditRecord:
    """An audit record under the circumstances of now, for `record_many`; arguments as those of `record`."""
    context = current_context()
    return AuditRecord(
        at=timezone.now(),
        action=action,
        actor_id=by.pk if by else context.actor_id,
        actor_name=by.get_username() if by else context.actor_name,
        address=context.address,
        correlation_id=context.correlation_id,
        subject_model=subject._meta.label_lower if subject else "",  # noqa: SLF001 - Django's documented way to ask
        subject_id=str(subject.pk) if subject else "",
        operation_id=operation_id,
        sync_run_id=sync_run_id,
        before=_plain(before),
        after=_plain(after),
        details=_plain(details),
    )


def _plain(value: Any) -> Any:
    """As both databases keep it in JSON: times and sums as text; without NUL, which PostgreSQL refuses."""
    return None if value is None else _without_nul(json.loads(json.dumps(value, cls=DjangoJSONEncoder)))


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        case list():
            return [_without_nul(item) for item in value]
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value

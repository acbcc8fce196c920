"""Reads: what is known about an object, and how far the record is sealed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Model, Q
from django.utils import timezone

from .models import AuditRecord, AuditSeal
from .sealing import newest_seal, unsealed

LATE_AFTER_MISSED = 3
"""So many runs of the sealing job that should have sealed the oldest record since."""


@dataclass(frozen=True, kw_only=True)
class ChainState:
    """How far the record is sealed: the newest seal (None for none), how many records wait, and since when.

    is_late: the oldest of them should have been sealed long ago; the job does not run.
    """

    newest: AuditSeal | None
    waiting: int
    waiting_since: datetime | None
    is_late: bool


def chain_state() -> ChainState:
    """How far the record is sealed; two queries."""
    newest = newest_seal()
    waiting = unsealed(newest).order_by().aggregate(count=Count("pk"), since=Min("at"))
    patience = timedelta(seconds=LATE_AFTER_MISSED * settings.AUDIT_SEAL_SECONDS)
    return ChainState(
        newest=newest,
        waiting=waiting["count"],
        waiting_since=waiting["since"],
        is_late=waiting["since"] is not None and waiting["since"] < timezone.now() - patience,
    )


def seal_of(record: AuditRecord) -> AuditSeal | None:
    """The seal that covers a record; None where it is not sealed yet."""
    return AuditSeal.objects.defer("covered").filter(last_id__gte=record.pk).order_by("last_id").first()


def about(*rows: Model) -> Q:
    """The records whose subject is one of these rows."""
    condition = Q()
    for row in rows:
        label = row._meta.label_lower  # noqa: SLF001 - Django's documented way to ask
        condition |= Q(subject_model=label, subject_id=str(row.pk))
    return condition

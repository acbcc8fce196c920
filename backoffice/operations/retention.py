"""How long what was asked of the provider is kept; that it was asked, by whom, and how it ended stays for ever."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS, RetainedKind

from .models import FINAL_STATES, Operation, OperationApproval, OperationEvent

PURGED_REASON = "-"
"""What is left of why something was not approved: a refusal without a reason is one that the database does not take."""

_holders: dict[str, Callable[[], QuerySet[Any]]] = {}


def hold_operations(name: str, rows: Callable[[], QuerySet[Any]]) -> None:
    """Keep what was asked as long as a row of yours with that `operation` is kept; the same name again replaces it.

    What purges the row forgets the operation.
    """
    _holders[name] = rows


def operations_ended_by(moment: datetime) -> QuerySet[Operation]:
    """Operations that had ended by that moment, of which it is known what was asked, and that nothing holds."""
    ended = Operation.objects.filter(purged_at=None, finished_at__lte=moment, state__in=FINAL_STATES)
    for rows in _holders.values():
        ended = ended.exclude(Exists(rows().filter(operation=OuterRef("pk"))))
    return ended.defer("request", "answer", "kept_answer")


def forget_operations(operations: QuerySet[Operation]) -> None:
    """Take away what was asked, answered, told and noted; the rows, their people and their steps stay."""
    chosen = list(operations.values_list("pk", flat=True))
    # What people note can be personal, and what masks it to others is the request that goes now.
    OperationEvent.objects.filter(operation__in=chosen).exclude(note="").update(note="")
    OperationApproval.objects.filter(operation__in=chosen).exclude(reason="").update(reason=PURGED_REASON)
    Operation.objects.filter(pk__in=chosen).update(
        request={},
        answer=None,
        kept_answer="",
        error_text="",
        # The key can be the hash of an e-mail address, which whoever knows the address can try.
        dedupe_key="",
        purged_at=Coalesce("purged_at", Value(timezone.now(), output_field=DateTimeField())),
    )


def purge_operations(rows: list[Any]) -> None:
    """A `purge` for operations."""
    forget_operations(Operation.objects.filter(pk__in=[row.pk for row in rows]))


OPERATIONS = RetainedKind(
    name="operations",
    label=_("What was asked of the provider"),
    counted_from=_("the end of the operation"),
    default_days=FIVE_YEARS_IN_DAYS,
    least_days=FIVE_YEARS_IN_DAYS,
    rows_due=operations_ended_by,
    purge=purge_operations,
)

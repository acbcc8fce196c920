"""Reads: operations about an object, those that need a person, how a batch goes, whether a worker lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, Model, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from backoffice.operations.models import (
    FINAL_STATES,
    Heartbeat,
    Operation,
    OperationBatch,
    OperationEvent,
    State,
    model_label,
)
from backoffice.operations.pacing import WORKER_SILENT_AFTER

LATELY = timedelta(days=3)

# What a person should see first comes first.
_BY_URGENCY = {State.UNKNOWN: 0, State.REFUSED: 1, State.ABANDONED: 2, State.SENDING: 3, State.QUEUED: 4}


@dataclass(frozen=True, kw_only=True)
class BatchProgress:
    """How far a batch is: its size, how many stand in each state, and whether all have ended."""

    total: int
    by_state: dict[State, int]

    @property
    def finished(self) -> int:
        """How many have ended, one way or another."""
        return sum(count for state, count in self.by_state.items() if state in FINAL_STATES)

    @property
    def is_final(self) -> bool:
        """Whether none will change any more."""
        return self.finished == self.total


def operations_about(subject: Model) -> QuerySet[Operation]:
    """The operations about a row, newest first, with who asked."""
    return Operation.objects.filter(subject_model=model_label(subject), subject_id=str(subject.pk)).select_related(
        "requested_by"
    )


def needing_a_person() -> QuerySet[Operation]:
    """Unknown, and not read back by itself any more: somebody must decide."""
    return Operation.objects.filter(state=State.UNKNOWN, not_before__isnull=True)


def waiting_for_an_administrator() -> QuerySet[Operation]:
    """Queued, and turned away for our authorisation or our configuration."""
    return Operation.objects.filter(state=State.QUEUED, error_code__in=["authorization_incorrect", "configuration"])


def waiting_to_be_sent(*, due_before: datetime) -> QuerySet[Operation]:
    """Queued, and due since before that moment: neither held back by a failed attempt, nor taken up by a worker."""
    queued = OperationEvent.objects.filter(operation=OuterRef("pk"), to_state=State.QUEUED).order_by("-pk")
    waiting = Operation.objects.filter(Q(not_before=None) | Q(not_before__lte=due_before), state=State.QUEUED)
    return (
        waiting.filter(created_at__lte=due_before)
        .alias(queued_at=Subquery(queued.values("at")[:1]))
        .filter(Q(queued_at=None) | Q(queued_at__lte=due_before))
    )


def refused_lately() -> QuerySet[Operation]:
    """Refused within the last three days."""
    return Operation.objects.filter(state=State.REFUSED, finished_at__gte=timezone.now() - LATELY)


def awaiting_approval() -> QuerySet[Operation]:
    """Waiting for a second person."""
    return Operation.objects.filter(state=State.AWAITING_APPROVAL)


def batch_progress(batch: OperationBatch) -> BatchProgress:
    """How far a batch is; one query."""
    counts = dict(batch.operations.order_by().values_list("state").annotate(count=Count("pk")))
    by_state = {State(state): counts[state] for state in State.values if state in counts}
    return BatchProgress(total=sum(by_state.values()), by_state=by_state)


def operations_of(batch: OperationBatch) -> QuerySet[Operation]:
    """The operations of a batch: unknown and refused ones first, those that succeeded last."""
    urgency = Case(*(When(state=state, then=rank) for state, rank in _BY_URGENCY.items()), default=len(_BY_URGENCY))
    return batch.operations.order_by(urgency, "pk")


def worker_seen_at() -> datetime | None:
    """When a worker was last seen alive; None if never."""
    return Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()


def is_worker_alive() -> bool:
    """Whether a worker was seen within the last 45 seconds."""
    seen = worker_seen_at()
    return seen is not None and seen >= timezone.now() - WORKER_SILENT_AFTER

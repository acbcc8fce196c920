"""Under which circumstances an operation is worked on when no person's request does it."""

from backoffice.audit.context import Context, new_correlation_id
from backoffice.operations.models import Operation


def as_asked(operation: Operation) -> Context:
    """For whoever asked for it, under the correlation id of the request that did."""
    asker = operation.requested_by
    return Context(
        actor_id=asker.pk,
        actor_name=asker.get_username(),
        correlation_id=operation.correlation_id or new_correlation_id(),
    )


def by_itself(operation: Operation) -> Context:
    """For nobody, under the same correlation id: the sweeper's doing."""
    return Context(correlation_id=operation.correlation_id or new_correlation_id())

"""What can be done with operations. Everything that changes one goes through here."""

from backoffice.operations.services.approving import approve, approve_batch, refuse_approval, refuse_batch
from backoffice.operations.services.choosing import cancel, do_again, leave, try_now
from backoffice.operations.services.heart import record_heartbeat
from backoffice.operations.services.performing import perform
from backoffice.operations.services.reading_back import read_back, read_back_if_due
from backoffice.operations.services.requesting import request_batch, request_operation
from backoffice.operations.services.sweeping import SweepResult, sweep

__all__ = [
    "SweepResult",
    "approve",
    "approve_batch",
    "cancel",
    "do_again",
    "leave",
    "perform",
    "read_back",
    "read_back_if_due",
    "record_heartbeat",
    "refuse_approval",
    "refuse_batch",
    "request_batch",
    "request_operation",
    "sweep",
    "try_now",
]

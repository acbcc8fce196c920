"""What was asked, as a hash: what is approved, and what is sent, is what was asked."""

import hashlib
import json

from backoffice.operations.models import Operation


def fingerprint_of(operation: Operation) -> str:
    """The SHA-256 of the kind, the asker and the request as it stands in the operation now."""
    asked = {"kind": operation.kind, "requested_by": operation.requested_by_id, "request": operation.request}
    # Twice, so that what JSON turns into something else (keys that are numbers, tuples) is the same after a read.
    canonical = json.dumps(json.loads(json.dumps(asked)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_as_asked(operation: Operation) -> bool:
    """Whether nothing was changed since the operation was asked for, as far as it needs approval."""
    return not operation.approvals_needed or operation.fingerprint == fingerprint_of(operation)

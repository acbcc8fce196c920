"""What stands in the exports of the sync room's lists."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.face.exports import ExportColumn
from backoffice.face.payloads import mask_by_payload
from backoffice.face.sensitive import sensitive_fields
from backoffice.security.masked_data import mask_data
from backoffice.security.masking import MASK, mask

from .models import DriftFinding, Quarantine, RecordedChange
from .resources import find_resource


def changed_values(change: RecordedChange | DriftFinding) -> dict[str, Any]:
    """The columns of a change with the two values of each; personal data is masked whoever asks."""
    resource = find_resource(change.resource)
    sensitive = sensitive_fields(resource.model if resource else None)
    declared = {
        name: [mask(str(value or ""), sensitive[name].kind) for value in values]
        for name, values in change.columns.items()
        if name in sensitive
    }
    return {**mask_data(change.columns), **declared}


def reason_of(item: Quarantine) -> str:
    """The reason, which may name a value; hidden where the item is of somebody who asked to be forgotten."""
    return MASK if getattr(item, "is_hidden", False) else mask_by_payload(item.reason, item.payload)


SYNC_RUN_COLUMNS = (
    "pk",
    "resource",
    "mode",
    "state",
    "started_at",
    "finished_at",
    "requested_by__username",
    "total",
    "pages",
    "seen",
    "created",
    "changed",
    "unchanged",
    "stale",
    "missing",
    "quarantined",
    "error",
)
RECORDED_CHANGE_COLUMNS = (
    "pk",
    "recorded_at",
    "resource",
    "remote_id",
    ExportColumn(heading=_("what changed"), value=changed_values),
    "source",
    "run",
    "read_at",
    "learned_by",
    "learned_after_ms",
    "measured_from",
)
QUARANTINE_COLUMNS = (
    "pk",
    "resource",
    "item_key",
    ExportColumn(heading=_("why it could not be read"), value=reason_of),
    "times_seen",
    "first_seen_at",
    "last_seen_at",
    "resolved_at",
)
DRIFT_CHECK_COLUMNS = (
    "pk",
    "resource",
    "started_at",
    "finished_at",
    "requested_by__username",
    "seed",
    "sample",
    "same",
    "moved_on",
    "drifted",
    "overtaken",
    "unread",
    "error",
)
DRIFT_FINDING_COLUMNS = (
    "pk",
    "found_at",
    "resource",
    "remote_id",
    "reason",
    ExportColumn(heading=_("what differed"), value=changed_values),
    "read_at",
    "healed_at",
    "drift_check",
)

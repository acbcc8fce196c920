"""How long the inbox keeps what it was told, and what it refused."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.retention.kinds import RetainedKind, delete_rows

from .models import ReadBack, WebhookEvent, WebhookRefusal


def events_received_by(moment: datetime) -> QuerySet[WebhookEvent]:
    """Events that came by that moment; what they caused goes with them."""
    return WebhookEvent.objects.filter(received_at__lte=moment).defer("body", "headers", "ids")


def read_backs_ended_by(moment: datetime) -> QuerySet[ReadBack]:
    """Read-backs that were over by that moment."""
    return ReadBack.objects.filter(ended_at__lte=moment)


def refusals_until(moment: datetime) -> QuerySet[WebhookRefusal]:
    """Counts of refusals until that moment."""
    return WebhookRefusal.objects.filter(last_at__lte=moment)


KINDS = (
    RetainedKind(
        name="webhook_events",
        label=_("Events in the webhook inbox"),
        counted_from=_("when the event was received"),
        default_days=90,
        least_days=7,
        rows_due=events_received_by,
        purge=delete_rows,
    ),
    RetainedKind(
        name="webhook_read_backs",
        label=_("Read-backs for webhook events"),
        counted_from=_("the end of the read-back"),
        default_days=90,
        least_days=7,
        rows_due=read_backs_ended_by,
        purge=delete_rows,
        shares_period_of="webhook_events",
    ),
    RetainedKind(
        name="webhook_refusals",
        label=_("Counts of what the webhook inbox refused"),
        counted_from=_("the last refusal counted"),
        default_days=1,
        least_days=1,
        rows_due=refusals_until,
        purge=delete_rows,
    ),
)

"""What subscriptions learn from each event that the inbox has taken in."""

from datetime import datetime, timedelta

from django.db.models import Q

from backoffice.webhooks import live_checks
from backoffice.webhooks.event_types import names_of_types, usual_name
from backoffice.webhooks.models import WebhookSubscription

NOTED_AGAIN_AFTER = timedelta(seconds=5)
"""A burst of events of one type does not write the same row again and again."""


def note_event(*, event_type: str, event_id: str, received_at: datetime) -> bool:
    """Note that an event has arrived; called when it is worked off. True for a live check: it causes nothing else.

    event_id: the id of the delivery, empty where it has none. received_at: aware.
    """
    if event_type == live_checks.EVENT_TYPE:
        live_checks.note_arrival(nonce=event_id, received_at=received_at)
        return True
    _note_type(usual_name(event_type), received_at)
    return False


def _note_type(name: str, received_at: datetime) -> None:
    known = WebhookSubscription.objects.filter(event_type=name)
    is_due = Q(last_event_at=None) | Q(last_event_at__lt=received_at - NOTED_AGAIN_AFTER)
    if not known.filter(is_due).update(last_event_at=received_at) and name in names_of_types():
        # Subscribed by somebody else, or before our time; two at once make one row.
        WebhookSubscription.objects.get_or_create(event_type=name, defaults={"last_event_at": received_at})

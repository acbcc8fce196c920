"""What a person should look at, on the front page.

Nothing about subscriptions while no address is set: then nothing is expected.
"""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice.attention import AttentionItem
from backoffice.webhooks.event_types import names_of_types
from backoffice.webhooks.live_checks import PERMISSION
from backoffice.webhooks.models import WebhookSubscription
from backoffice.webhooks.public_address import public_url
from backoffice.webhooks.queries import failed_events, refused_count, unknown_events

VIEW_EVENTS = "webhooks.view_webhookevent"


def count_unsubscribed() -> int:
    """How many known types are not subscribed, as far as we know."""
    if not public_url():
        return 0
    names = names_of_types()
    subscribed = WebhookSubscription.objects.filter(~Q(url=""), event_type__in=names, lost_at=None)
    return len(names) - subscribed.count()


def count_differing() -> int:
    """How many types are sent to another address than the present one."""
    url = public_url()
    return WebhookSubscription.objects.exclude(url__in=["", url]).count() if url else 0


def _page() -> str:
    return reverse("admin:webhooks_webhooksubscription_changelist")


def _inbox(suffix: str) -> str:
    return reverse("admin:webhooks_webhookevent_changelist") + suffix


ITEMS = (
    AttentionItem(
        name="webhook-refusals",
        label=ngettext_lazy(
            "delivery that the webhook inbox refused in the last hour",
            "deliveries that the webhook inbox refused in the last hour",
        ),
        count=refused_count,
        url=lambda: _inbox("#refusals"),
        permission=VIEW_EVENTS,
        help=_("The inbox says why, and what to do: is CRYPTOPOCKET_API_SECRET the right one?"),
    ),
    AttentionItem(
        name="webhook-failed",
        label=ngettext_lazy(
            "webhook event whose object could not be read", "webhook events whose objects could not be read"
        ),
        rows=failed_events,
        url=lambda: _inbox("?needs=failed"),
        permission=VIEW_EVENTS,
        help=_("See why; replay them when the cause is gone."),
        act_permission="webhooks.replay_event",
    ),
    AttentionItem(
        name="webhook-unknown",
        label=ngettext_lazy(
            "webhook event of an unknown name in the last week", "webhook events of unknown names in the last week"
        ),
        rows=unknown_events,
        url=lambda: _inbox("?needs=unknown"),
        permission=VIEW_EVENTS,
        tone="info",
        help=_("Add their names to the override file, so that it is known what they are about."),
    ),
    AttentionItem(
        name="webhooks-not-subscribed",
        label=ngettext_lazy(
            "event type that the provider does not send us", "event types that the provider does not send us"
        ),
        count=count_unsubscribed,
        url=_page,
        permission=PERMISSION,
        tone="info",
        help=_("Subscribe to them: changes then arrive within seconds."),
    ),
    AttentionItem(
        name="webhooks-other-address",
        label=ngettext_lazy(
            "event type that is sent to another address than ours",
            "event types that are sent to another address than ours",
        ),
        count=count_differing,
        url=_page,
        permission=PERMISSION,
        help=_("Change the address of the subscriptions, or correct WEBHOOK_PUBLIC_URL."),
    ),
)

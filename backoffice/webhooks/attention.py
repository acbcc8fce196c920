"""What a person should look at, on the front page; nothing while no address is set: then nothing is expected."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.attention import AttentionItem
from backoffice.webhooks.event_types import names_of_types
from backoffice.webhooks.live_checks import PERMISSION
from backoffice.webhooks.models import WebhookSubscription
from backoffice.webhooks.public_address import public_url


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


ITEMS = (
    AttentionItem(
        name="webhooks-not-subscribed",
        label=_("event types that the provider does not send us"),
        count=count_unsubscribed,
        url=_page,
        permission=PERMISSION,
        tone="info",
        help=_("Subscribe to them: changes then arrive within seconds."),
    ),
    AttentionItem(
        name="webhooks-other-address",
        label=_("event types that are sent to another address than ours"),
        count=count_differing,
        url=_page,
        permission=PERMISSION,
        help=_("Change the address of the subscriptions, or correct WEBHOOK_PUBLIC_URL."),
    ),
)

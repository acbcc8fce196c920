"""Asking the stand-in for its events, as an administrator does on the page of the subscriptions."""

import secrets

from django.contrib.auth.models import User

from backoffice.webhooks.event_types import names_of_types
from backoffice.webhooks.models import WebhookSubscription
from backoffice.webhooks.public_address import public_url
from backoffice.webhooks.subscribing import change_url, subscribe


def subscribe_to_events() -> None:
    """Ask for every type of event that is not subscribed yet, or that goes to another address; a worker does it."""
    url = public_url()
    subscribed = {known.event_type: known.url for known in WebhookSubscription.objects.all() if known.is_subscribed}
    missing = [name for name in names_of_types() if name not in subscribed]
    elsewhere = [name for name in names_of_types() if subscribed.get(name, url) != url]
    for ask, event_types in ((subscribe, missing), (change_url, elsewhere)):
        if event_types:
            ask(
                event_types=event_types,
                url=url,
                submission=secrets.token_hex(16),
                requested_by=User.objects.get(username="administrator"),
            )

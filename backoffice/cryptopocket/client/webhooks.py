"""Webhook subscriptions (contract 7.1, 7.2)."""

from backoffice.cryptopocket.client.caller import Caller
from backoffice.cryptopocket.client.customers import read_nothing
from backoffice.cryptopocket.objects import Item


class WebhookCalls(Caller):
    """The calls about being told of events."""

    def subscribe_webhook(self, *, url: str, event_type: str) -> Item[None]:
        """Subscribe an address to one type of event (contract 7.1). Nothing lists or deletes subscriptions."""
        return self._act("subscribe_webhook", read_nothing, url=url, type=event_type)

    def update_webhook(self, *, url: str, event_type: str) -> Item[None]:
        """Change the address of the subscription to a type of event (contract 7.2)."""
        return self._act("update_webhook", read_nothing, url=url, type=event_type)

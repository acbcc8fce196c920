"""What is kept about the provider's events: what we subscribed to, and how our address was checked."""

from .subscriptions import LiveCheck, WebhookSubscription

__all__ = ["LiveCheck", "WebhookSubscription"]

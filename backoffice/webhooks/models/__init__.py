"""What is kept about the provider's events: what came, what we subscribed to, and how our address was checked."""

from .events import ReadBack, WebhookEffect, WebhookEvent, WebhookRefusal
from .subscriptions import LiveCheck, WebhookSubscription

__all__ = ["LiveCheck", "ReadBack", "WebhookEffect", "WebhookEvent", "WebhookRefusal", "WebhookSubscription"]

"""What people see of the provider's events."""

from .events_admin import WebhookEventAdmin
from .subscriptions_admin import WebhookSubscriptionAdmin

__all__ = ["WebhookEventAdmin", "WebhookSubscriptionAdmin"]

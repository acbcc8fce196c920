"""What people see of the provider's events."""

from .subscriptions_admin import WebhookSubscriptionAdmin

__all__ = ["WebhookSubscriptionAdmin"]

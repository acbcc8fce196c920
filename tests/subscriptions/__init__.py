"""Subscriptions to the provider's events, and the live check of our own address."""

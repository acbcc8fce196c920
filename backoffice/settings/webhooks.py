"""The address under which the provider's events reach us."""

from .environment import env

# Not guessable where that is wanted: it is what comes after the base address.
WEBHOOK_PATH = env.str("WEBHOOK_PATH", default="webhooks/cryptopocket/").lstrip("/")
# The base address as the provider sees it; nothing can be subscribed without it.
WEBHOOK_PUBLIC_URL = env.str("WEBHOOK_PUBLIC_URL", default="")
# How long a live check waits for its own event.
WEBHOOK_LIVE_CHECK_SECONDS = env.int("WEBHOOK_LIVE_CHECK_SECONDS", default=15)

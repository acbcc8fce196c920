"""The address under which the provider's events reach us, and what is taken there."""

from datetime import datetime

from django.core.exceptions import ImproperlyConfigured

from .environment import env

# Part of the address that the provider is given: with a word in it that nobody can guess, strangers do not find it.
WEBHOOK_PATH = env.str("WEBHOOK_PATH", default="webhooks/cryptopocket/").lstrip("/")
# Whether an event without any signature is taken; all it can do is have an object read from the provider.
WEBHOOK_ACCEPT_UNSIGNED = env.bool("WEBHOOK_ACCEPT_UNSIGNED", default=False)
# How many of those within 24 hours: anybody can send them, and each is kept.
WEBHOOK_MOST_UNSIGNED_A_DAY = env.int("WEBHOOK_MOST_UNSIGNED_A_DAY", default=10_000)
# The base address as the provider sees it; nothing can be subscribed without it.
WEBHOOK_PUBLIC_URL = env.str("WEBHOOK_PUBLIC_URL", default="")
# How long a live check waits for its own event.
WEBHOOK_LIVE_CHECK_SECONDS = env.int("WEBHOOK_LIVE_CHECK_SECONDS", default=15)
# How often the inbox is looked through for events whose message was lost.
WEBHOOK_SWEEP_SECONDS = env.int("WEBHOOK_SWEEP_SECONDS", default=10)

# After the secret was replaced: the one before, for events that were signed with it, until that moment.
CRYPTOPOCKET_API_SECRET_PREVIOUS = env.str("CRYPTOPOCKET_API_SECRET_PREVIOUS", default="")
CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL: datetime | None = None
if CRYPTOPOCKET_API_SECRET_PREVIOUS:
    try:
        CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL = datetime.fromisoformat(
            env.str("CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL", default="")
        )
    except ValueError:
        CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL = None
    if CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL is None or CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL.tzinfo is None:
        raise ImproperlyConfigured(
            "CRYPTOPOCKET_API_SECRET_PREVIOUS is set: CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL must say until when it "
            "counts, with its zone, as 2026-07-01T12:00:00+00:00."
        )

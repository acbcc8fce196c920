"""What to do about each reason for which the inbox refuses."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import WebhookRefusal

_ADVICE: dict[str, Any] = {
    WebhookRefusal.Reason.WRONG_SIGNATURE: _(
        "Is CRYPTOPOCKET_API_SECRET the right one, on every web server? Was it replaced: set "
        "CRYPTOPOCKET_API_SECRET_PREVIOUS. Does a proxy change the body?"
    ),
    WebhookRefusal.Reason.UNKNOWN_KEY: _("Is CRYPTOPOCKET_API_KEY the right one? The events are for another key."),
    WebhookRefusal.Reason.MISSING_HEADER: _("Does a proxy drop X-API-Key, X-Signature or X-Timestamp?"),
    WebhookRefusal.Reason.UNSIGNED: _(
        "From strangers: choose another WEBHOOK_PATH. From the provider: ask whether it signs them; only if it does "
        "not, set WEBHOOK_ACCEPT_UNSIGNED."
    ),
    WebhookRefusal.Reason.OUTSIDE_TOLERANCE: _(
        "Is the clock of this machine right? Does something hold events back for minutes?"
    ),
    WebhookRefusal.Reason.UNREADABLE_TIMESTAMP: _("X-Timestamp must be Unix time in seconds: ask the provider."),
    WebhookRefusal.Reason.TOO_LARGE: _("No event is that large: most likely a stranger."),
    WebhookRefusal.Reason.CUT_OFF: _("Does a proxy cut requests off? A slow line does it, too."),
    WebhookRefusal.Reason.TOO_MANY_UNSIGNED: _(
        "WEBHOOK_ACCEPT_UNSIGNED is set, and somebody sends many events without a signature. Choose another "
        "WEBHOOK_PATH; the syncs read what such an event of the provider would have told."
    ),
    WebhookRefusal.Reason.TOO_MANY_UNSIGNED_A_DAY: _(
        "WEBHOOK_ACCEPT_UNSIGNED is set, and as many events without a signature came within 24 hours as "
        "WEBHOOK_MOST_UNSIGNED_A_DAY allows. From strangers: choose another WEBHOOK_PATH. From the provider: allow "
        "more; the syncs read what the others would have told."
    ),
    WebhookRefusal.Reason.METHOD: _("Somebody opened the address in a browser, or a monitor asks it: no harm."),
}


def advice_on(reason: WebhookRefusal.Reason) -> Any:
    """What to do where the inbox refuses for that reason."""
    return _ADVICE[reason]

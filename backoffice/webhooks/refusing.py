"""Counting what the inbox refused: by reason, kind of address and minute, so that nobody can fill the disk with it."""

import ipaddress

from django.http import HttpRequest
from django.utils import timezone

from backoffice.audit.context import address_of
from backoffice.sync.engine.columns import prepare_moment
from backoffice.sync.engine.statements import insert

from .models import WebhookRefusal

_COUNT = (
    'ON CONFLICT ("minute", "reason", "source") DO UPDATE SET "count" = "webhooks_webhookrefusal"."count" + 1, '
    '"last_at" = EXCLUDED."last_at", "last_address" = EXCLUDED."last_address"'
)


def count_refusal(request: HttpRequest, reason: WebhookRefusal.Reason) -> None:
    """Note that something was refused; one statement. Nothing of what was sent is kept."""
    now, address = timezone.now(), address_of(request)
    row = {
        "reason": reason.value,
        "source": _source_of(address).value,
        "minute": prepare_moment(now.replace(second=0, microsecond=0)),
        "count": 1,
        "last_at": prepare_moment(now),
        "last_address": address,
    }
    insert(WebhookRefusal, [row], on_conflict=_COUNT)


def _source_of(address: str | None) -> WebhookRefusal.Source:
    if address is None:
        return WebhookRefusal.Source.UNKNOWN
    parsed = ipaddress.ip_address(address)
    if parsed.is_loopback:
        return WebhookRefusal.Source.LOOPBACK
    return WebhookRefusal.Source.PRIVATE if parsed.is_private else WebhookRefusal.Source.PUBLIC

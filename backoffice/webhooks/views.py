"""The address at which the provider's events arrive."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from backoffice.cryptopocket.signature import SignatureVerdict

from .bodies import LARGEST_BODY_BYTES, read_body
from .models import WebhookRefusal
from .nudging import nudge_soon
from .queries import unsigned_since
from .quiet import ClosedNote, unlogged
from .receiving import check, store
from .refusing import count_refusal

MOST_UNSIGNED_A_MINUTE = 120
"""Anybody can make events without a signature: no more of them than a provider sends on a busy day are kept."""

_RETRY_AFTER_SECONDS = "5"
_STATUSES = {
    WebhookRefusal.Reason.TOO_LARGE: 413,
    WebhookRefusal.Reason.METHOD: 405,
    WebhookRefusal.Reason.TOO_MANY_UNSIGNED: 429,
    WebhookRefusal.Reason.TOO_MANY_UNSIGNED_A_DAY: 429,
}
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_closed = ClosedNote()

__all__ = ["LARGEST_BODY_BYTES", "receive"]


@login_not_required
@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    """Take an event in and answer 200 with nothing in it; what it causes is done later, by a worker.

    401 for whatever is refused, 413 above `LARGEST_BODY_BYTES`, 405 for anything but POST, 429 for too many without a
    signature, 503 while the database is away: then nothing was taken, and whoever sends must send again.
    """
    try:
        return unlogged(_receive(request))
    except (OperationalError, InterfaceError) as problem:
        _closed.turned_away(problem)
        return unlogged(HttpResponse(status=503, headers={"Retry-After": _RETRY_AFTER_SECONDS}))


def _receive(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _refuse(request, WebhookRefusal.Reason.METHOD)
    body = read_body(request)
    if not isinstance(body, bytes):
        return _refuse(request, body)
    verdict = check(body, request.headers)
    if not (verdict.is_valid or (verdict is SignatureVerdict.UNSIGNED and settings.WEBHOOK_ACCEPT_UNSIGNED)):
        return _refuse(request, WebhookRefusal.Reason(verdict.value))
    if not verdict.is_valid and (reason := _why_no_more_unsigned()):
        return _refuse(request, reason)
    store(body, request.headers, verdict)
    nudge_soon()
    return HttpResponse()


def _why_no_more_unsigned() -> WebhookRefusal.Reason | None:
    """Which limit events without a signature have reached; None where one more is taken."""
    most_a_day = settings.WEBHOOK_MOST_UNSIGNED_A_DAY
    if unsigned_since(_MINUTE, at_most=MOST_UNSIGNED_A_MINUTE) >= MOST_UNSIGNED_A_MINUTE:
        return WebhookRefusal.Reason.TOO_MANY_UNSIGNED
    if unsigned_since(_DAY, at_most=most_a_day) >= most_a_day:
        return WebhookRefusal.Reason.TOO_MANY_UNSIGNED_A_DAY
    return None


def _refuse(request: HttpRequest, reason: WebhookRefusal.Reason) -> HttpResponse:
    count_refusal(request, reason)
    response = HttpResponse(status=_STATUSES.get(reason, 401))
    if reason == WebhookRefusal.Reason.METHOD:
        response.headers["Allow"] = "POST"
    return response

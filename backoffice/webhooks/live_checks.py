"""Live checks: an event of our own, signed with our secret, sent through the public address to our own inbox."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.services import record
from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.signature import sign
from backoffice.face.badges import Tone
from backoffice.operations.services.permissions import check_has
from backoffice.provider import get_catalogue
from backoffice.webhooks.models import LiveCheck
from backoffice.webhooks.payloads import OWN_ID_FIELD
from backoffice.webhooks.public_address import AddressNotUsable, check_address, problem_of, public_url
from backoffice.webhooks.sending import SEND_SECONDS, Sent, send_event

PERMISSION = "webhooks.subscribe"
EVENT_TYPE = "BACKOFFICE_LIVE_CHECK"
NOT_TAKEN_UP_AFTER = timedelta(minutes=2)
"""After so long without a worker nothing is sent any more: nobody waits for it."""

Outcome = LiveCheck.Outcome
_MAY_STILL_ARRIVE = {Outcome.ANSWERED, Outcome.TIMEOUT, Outcome.BROKEN_OFF}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a live check says: a word with its colour, a sentence, and what to do.

    seconds: from the sending to the arrival, None where it has not arrived. is_settled: nothing is waited for any more.
    """

    word: str
    tone: Tone
    sentence: str
    advice: str = ""
    seconds: float | None = None
    is_settled: bool = True


def request_live_check(*, requested_by: AbstractBaseUser) -> LiveCheck:
    """Have a worker send an event through our public address; a check that is under way is given instead of another.

    Raises PermissionDenied, AddressNotUsable.
    """
    from backoffice.webhooks.tasks import check_live  # noqa: PLC0415 - tasks call services

    check_has(PERMISSION, requested_by)
    url = public_url()
    if problem := problem_of(url):
        raise AddressNotUsable(problem)
    newest = LiveCheck.objects.filter(url=url).first()
    if newest is not None and not result_of(newest).is_settled:
        return newest
    with transaction.atomic():
        check = LiveCheck.objects.create(nonce=secrets.token_hex(32), url=url, asked_by_id=requested_by.pk)
        record("webhook.live_check_requested", by=requested_by, url=url)
        transaction.on_commit(lambda: check_live.delay(check.pk), robust=True)
    return check


def run_live_check(check_id: int) -> None:
    """Send the event of a live check, once, however often the message comes."""
    now = timezone.now()
    waiting = LiveCheck.objects.filter(pk=check_id, sent_at=None, asked_at__gte=now - NOT_TAKEN_UP_AFTER)
    if not waiting.update(sent_at=now):
        return
    check = LiveCheck.objects.get(pk=check_id)
    sent = _send(check, now)
    LiveCheck.objects.filter(pk=check_id).update(
        outcome=sent.outcome, http_status=sent.http_status, detail=sent.detail, ended_at=timezone.now()
    )


def note_arrival(*, nonce: str, received_at: datetime) -> None:
    """Note that the inbox holds the event of a live check; one that we did not send is of no consequence."""
    LiveCheck.objects.filter(nonce=nonce, arrived_at=None).update(arrived_at=received_at)


def result_of(check: LiveCheck) -> Result:
    """What a live check says as of now."""
    now = timezone.now()
    if check.sent_at is None:
        return _unsent(is_waiting=now - check.asked_at < NOT_TAKEN_UP_AFTER)
    if check.arrived_at is not None:
        return _arrived((check.arrived_at - check.sent_at).total_seconds())
    waited = (now - check.sent_at).total_seconds()
    if not check.outcome:
        return _without_outcome(is_sending=waited < SEND_SECONDS)
    if check.outcome in _MAY_STILL_ARRIVE and waited < settings.WEBHOOK_LIVE_CHECK_SECONDS:
        return Result(
            word=_("waiting"), tone="busy", sentence=_("It was sent; the inbox is being watched."), is_settled=False
        )
    return _failed(check)


def _send(check: LiveCheck, now: datetime) -> Sent:
    try:
        address = check_address(check.url)
    except AddressNotUsable as problem:
        return Sent(outcome=Outcome.NOT_ALLOWED, detail=str(problem))
    contract = get_catalogue().webhook
    body = event_body(check.nonce, contract)
    headers = sign(
        body=body,
        api_key=settings.CRYPTOPOCKET_API_KEY,
        api_secret=settings.CRYPTOPOCKET_API_SECRET,
        contract=contract,
        now=now,
    )
    return send_event(address, body=body, headers=headers)


def event_body(nonce: str, contract: WebhookContract) -> bytes:
    """The event of a live check, laid out as the events of the provider: the inbox reads it as it reads those."""
    id_field = next(iter(contract.event_id_fields), OWN_ID_FIELD)
    event: dict[str, Any] = {contract.type_fields[0]: EVENT_TYPE, id_field: nonce}
    outermost = contract.data_locations[-1]
    for name in reversed(outermost.split(".") if outermost else []):
        event = {name: event}
    return json.dumps(event).encode()


def _unsent(*, is_waiting: bool) -> Result:
    if is_waiting:
        return Result(word=_("waiting"), tone="busy", sentence=_("It waits for a worker."), is_settled=False)
    return Result(
        word=_("not sent"),
        tone="bad",
        sentence=_("No worker took it up. Nothing was sent."),
        advice=_("Start the worker, and check again."),
    )


def _without_outcome(*, is_sending: bool) -> Result:
    if is_sending:
        return Result(word=_("sending"), tone="busy", sentence=_("The event is being sent."), is_settled=False)
    return Result(
        word=_("interrupted"),
        tone="attention",
        sentence=_("The worker was lost while it sent the event."),
        advice=_("Check again."),
    )


def _arrived(seconds: float) -> Result:
    took = _("It was in the inbox within %(seconds)s seconds after it was sent.") % {
        "seconds": f"{max(seconds, 0.1):.1f}"
    }
    if seconds <= settings.WEBHOOK_LIVE_CHECK_SECONDS:
        return Result(word=_("arrived"), tone="good", sentence=took, seconds=seconds)
    return Result(
        word=_("arrived late"),
        tone="attention",
        sentence=took,
        advice=_("Look for what delays requests on the way: a proxy, a queue, a database that was away."),
        seconds=seconds,
    )


def _failed(check: LiveCheck) -> Result:
    sentence, advice = _WHY[Outcome(check.outcome)]()
    return Result(
        word=_("did not arrive"),
        tone="bad",
        sentence=f"{sentence % {'status': check.http_status}} {check.detail}".strip(),
        advice=advice,
    )


def _after_an_answer() -> tuple[str, str]:
    return (
        _("Something answered with HTTP %(status)s, but the event is not in this inbox."),
        _("Another installation or a proxy answers at this address: see where it leads. If it is this, see the log."),
    )


_WHY: dict["LiveCheck.Outcome", Callable[[], tuple[str, str]]] = {
    Outcome.ANSWERED: _after_an_answer,
    Outcome.NOT_ALLOWED: lambda: (_("Nothing was sent."), _("Correct the address, restart, and check again.")),
    Outcome.NO_CONNECTION: lambda: (
        _("No connection could be made."),
        _("See whether the web server runs, and whether the firewall lets it through."),
    ),
    Outcome.TLS: lambda: (
        _("The certificate of the address was not accepted. Nothing was sent."),
        _("Install a valid certificate with its whole chain; the provider will not accept this one either."),
    ),
    Outcome.TIMEOUT: lambda: (
        _("The address took the event and did not answer in time."),
        _("See the log of the web server and of the proxy before it."),
    ),
    Outcome.REDIRECTED: lambda: (
        _("The address answers with a redirect (HTTP %(status)s), which events do not follow."),
        _("Set WEBHOOK_PUBLIC_URL to the address that it leads to, and change the subscribed address."),
    ),
    Outcome.UNAUTHORISED: lambda: (
        _("The signature was refused (HTTP 401)."),
        _(
            "Web server and worker must have the same CRYPTOPOCKET_API_KEY, CRYPTOPOCKET_API_SECRET and clock; restart "
            "both. A proxy must hand on the headers as they are."
        ),
    ),
    Outcome.WRONG_STATUS: lambda: (
        _("The address answered with HTTP %(status)s."),
        _("404: see WEBHOOK_PATH and the proxy. 403 or 400: see ALLOWED_HOSTS and the firewall. 5xx: see the log."),
    ),
    Outcome.BROKEN_OFF: lambda: (
        _("The connection was broken off before an answer came."),
        _("See the log of the web server and of the proxy before it."),
    ),
}

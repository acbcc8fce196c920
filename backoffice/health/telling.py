"""Takes alerts to people: by e-mail, by a webhook of the operator's choice, or both."""

import smtplib
from collections.abc import Iterable
from typing import Any

import requests
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .conditions import find_condition
from .models import Alert, Telling

TIMEOUT_SECONDS = 10.0


class DeliveryError(Exception):
    """A channel did not take a message; the text says why, without addresses or secrets."""


def channels_set_up() -> list[Telling.Channel]:
    """The channels for which the environment names somebody to tell."""
    receivers = {
        Telling.Channel.EMAIL: settings.ALERT_EMAILS,
        Telling.Channel.WEBHOOK: settings.ALERT_WEBHOOK_URL,
    }
    return [channel for channel, receiver in receivers.items() if receiver]


def deliver(channel: Telling.Channel, *, alerts: list[Alert], recovered: list[Alert], still_open: list[Alert]) -> None:
    """Tell by one channel of these alerts, and of those that are over, in one message. Raises DeliveryError."""
    subject, text = subject_of(alerts, recovered, still_open), text_of(alerts, recovered, still_open)
    if channel == Telling.Channel.EMAIL:
        _send_mail(subject, text)
    else:
        _call_webhook(subject, text, alerts, recovered)


def subject_of(alerts: list[Alert], recovered: list[Alert], still_open: list[Alert]) -> str:
    """One line: where, and how much of what."""
    where = settings.CRYPTOPOCKET_ENVIRONMENT
    if not alerts and still_open:
        counts = {"where": where, "over": len(recovered), "open": len(still_open)}
        return _("[%(where)s] Back office: %(over)d over, %(open)d still open") % counts
    if not alerts:
        return _("[%(where)s] Back office: all is well again") % {"where": where}
    what = ngettext("%(count)d alert", "%(count)d alerts", len(alerts)) % {"count": len(alerts)}
    return f"[{where}] " + _("Back office: %(what)s") % {"what": what}


def text_of(alerts: list[Alert], recovered: list[Alert], still_open: list[Alert]) -> str:
    """The whole message: what is wrong, since when, and what to do; then what is over, and what was told before and
    goes on."""
    parts = [_paragraph(alert) for alert in alerts]
    for title, listed in ((_("Over:"), recovered), (_("Still open:"), still_open)):
        if listed:
            parts.append("\n".join([title, *(f"- {words_of(alert)}" for alert in listed)]))
    return "\n\n".join(parts) + "\n"


def words_of(alert: Alert) -> str:
    """What the alert says, in one sentence."""
    condition = find_condition(alert.kind)
    return condition.describe(alert.facts) if condition else alert.key


def advice_of(alert: Alert) -> str:
    """What to do about it; nothing where its code is gone."""
    condition = find_condition(alert.kind)
    return str(condition.advice) if condition else ""


def _paragraph(alert: Alert) -> str:
    since = _("Since %(moment)s UTC.") % {"moment": f"{alert.opened_at:%Y-%m-%d %H:%M}"}
    return f"{words_of(alert)}\n{since}\n{advice_of(alert)}"


def _send_mail(subject: str, text: str) -> None:
    message = EmailMessage(subject=subject, body=text, to=settings.ALERT_EMAILS)
    try:
        message.send()
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        raise DeliveryError(type(problem).__name__) from None


def _call_webhook(subject: str, text: str, alerts: list[Alert], recovered: list[Alert]) -> None:
    """POST the message as JSON; `text` is what chat programs show."""
    body: dict[str, Any] = {
        "text": f"{subject}\n\n{text}",
        "environment": settings.CRYPTOPOCKET_ENVIRONMENT,
        "alerts": list(_as_data(alerts)),
        "recovered": list(_as_data(recovered)),
    }
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                settings.ALERT_WEBHOOK_URL, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
            )
    except (requests.RequestException, OSError, ValueError) as problem:
        raise DeliveryError(type(problem).__name__) from None
    if not answer.ok or answer.is_redirect:
        raise DeliveryError(f"HTTP {answer.status_code}")


def _as_data(alerts: Iterable[Alert]) -> Iterable[dict[str, Any]]:
    for alert in alerts:
        yield {
            "key": alert.key,
            "what": words_of(alert),
            "advice": advice_of(alert),
            "since": alert.opened_at.isoformat(),
        }

"""Verbs: have alerts told, each channel by itself."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from .models import Alert, Telling
from .telling import DeliveryError, channels_set_up, deliver

TELL_AGAIN_AFTER = timedelta(hours=1)
RECOVERY_SETTLES = timedelta(minutes=5)
"""What comes and goes is not called over each time."""

logger = logging.getLogger(__name__)


def tell_what_is_due() -> None:
    """One message a channel with everything that is due there; what it does not take is due there at the next watch."""
    now, channels = timezone.now(), channels_set_up()
    if not channels:
        return
    going_on, closed = list(Alert.objects.filter(closed_at=None)), list(_recently_closed(now))
    for channel in channels:
        _tell(channel, going_on, closed, now)


def _recently_closed(now: datetime) -> Iterable[Alert]:
    return Alert.objects.filter(closed_at__range=(now - timedelta(days=1), now - RECOVERY_SETTLES))


def _tell(channel: Telling.Channel, going_on: list[Alert], closed: list[Alert], now: datetime) -> None:
    tellings = Telling.objects.filter(channel=channel, alert__in=[*going_on, *closed])
    told = {telling.alert_id: telling for telling in tellings}
    alerts = [alert for alert in going_on if not _is_told_since(told, alert, now - TELL_AGAIN_AFTER)]
    recovered = [alert for alert in closed if alert.pk in told and told[alert.pk].owes_recovery]
    if not alerts and not recovered:
        return
    still_open = [alert for alert in going_on if alert not in alerts]
    try:
        deliver(channel, alerts=alerts, recovered=recovered, still_open=still_open)
    except DeliveryError as problem:
        logger.warning("alerts could not be told by %s: %s", channel, problem)
        _save([Telling(alert=alert, problem=str(problem)[:200]) for alert in alerts + recovered], channel, ["problem"])
        return
    counts = {alert.pk: told[alert.pk].times_told if alert.pk in told else 0 for alert in alerts}
    _save(
        [Telling(alert=alert, told_at=now, times_told=counts[alert.pk] + 1) for alert in alerts],
        channel,
        ["told_at", "times_told", "problem"],
    )
    _save([Telling(alert=alert, recovery_told_at=now) for alert in recovered], channel, ["recovery_told_at", "problem"])


def _is_told_since(told: Mapping[int, Telling], alert: Alert, moment: datetime) -> bool:
    return alert.pk in told and told[alert.pk].is_told_since(moment)


def _save(tellings: list[Telling], channel: Telling.Channel, columns: list[str]) -> None:
    """Write these columns of what a channel was told of some alerts, whether it was told of them before or not."""
    for telling in tellings:
        telling.channel = channel
    Telling.objects.bulk_create(
        tellings, update_conflicts=True, unique_fields=["alert", "channel"], update_fields=columns
    )

"""How moments are shown: how long ago, with the exact time in the reader's zone on hover."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .placeholders import empty

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)


def moment(value: datetime | None, *, exact: bool = False) -> SafeString:
    """An aware datetime as "3 min ago"; after 30 days as its date. None is shown as a dash.

    The exact time with its zone shows on hover; with `exact` it stands beside the words as well.
    """
    if value is None:
        return empty()
    words, precise = in_words(value), exact_time(value)
    beside = format_html(' <span class="exact">{}</span>', precise) if exact else ""
    return format_html('<time datetime="{}" title="{}">{}{}</time>', value.isoformat(), precise, words, beside)


def in_words(value: datetime) -> str:
    """How long ago, or in how long."""
    distance = timezone.now() - value
    if abs(distance) >= MONTH:
        return date_format(value.astimezone(display_zone()), "j M Y")
    if abs(distance) < MINUTE:
        return _("just now") if distance >= timedelta() else _("in less than a minute")
    length = _rough_length(abs(distance))
    return (
        _("%(length)s ago") % {"length": length} if distance > timedelta() else _("in %(length)s") % {"length": length}
    )


def exact_time(value: datetime) -> str:
    """The date, the time to the second and the zone's name, in the reader's zone."""
    local = value.astimezone(display_zone())
    return f"{date_format(local, 'j M Y, H:i:s')} {local.tzname()}"


def display_zone() -> ZoneInfo:
    """The zone that people read times in (`DISPLAY_TIME_ZONE`)."""
    return ZoneInfo(settings.DISPLAY_TIME_ZONE)


def day_of(value: datetime) -> date:
    """The day on which people see that moment."""
    return value.astimezone(display_zone()).date()


def _rough_length(distance: timedelta) -> str:
    if distance < HOUR:
        return _("%(count)d min") % {"count": distance // MINUTE}
    if distance < DAY:
        return _("%(count)d h") % {"count": distance // HOUR}
    days = distance // DAY
    return _("1 day") if days == 1 else _("%(count)d days") % {"count": days}

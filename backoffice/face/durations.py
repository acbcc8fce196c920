"""How lengths of time are shown: in the two units that matter."""

from datetime import timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def duration(length: timedelta) -> str:
    """A length of time: "420 ms", "2.4 s", "45 s", "3 min 20 s", "1 h 5 min", "2 days 3 h"."""
    if length < SECOND:
        return _("%(count)d ms") % {"count": length // timedelta(milliseconds=1)}
    if length < MINUTE:
        seconds = length / SECOND
        return _("%(count)s s") % {"count": number_format(seconds, 1 if seconds < 10 and seconds % 1 else 0)}
    if length < HOUR:
        return _two(_("%(count)d min"), length // MINUTE, _("%(count)d s"), length % MINUTE // SECOND)
    if length < DAY:
        return _two(_("%(count)d h"), length // HOUR, _("%(count)d min"), length % HOUR // MINUTE)
    days = length // DAY
    return _two(ngettext("%(count)d day", "%(count)d days", days), days, _("%(count)d h"), length % DAY // HOUR)


def _two(large: str, many: int, small: str, few: int) -> str:
    words = large % {"count": many}
    return f"{words} {small % {'count': few}}" if few else words

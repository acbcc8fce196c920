"""How one kind of run of a resource is shown: its age, what it found, if it is late, when the next comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sync.models import SyncRun
from backoffice.sync.modes import ModeFreshness
from backoffice.sync.schedule import interval_of

from .badges import Tone
from .durations import duration

MODE_TITLES: dict[str, Any] = {
    SyncRun.Mode.HEAD: gettext_lazy("Newest end"),
    SyncRun.Mode.OPEN: gettext_lazy("Not final yet"),
    SyncRun.Mode.FULL: gettext_lazy("Everything"),
}
MODE_HELP: dict[str, Any] = {
    SyncRun.Mode.HEAD: gettext_lazy("Reads the list from its newest end until nothing is new any more."),
    SyncRun.Mode.OPEN: gettext_lazy("Reads the objects that are not final yet one by one, less often as they age."),
    SyncRun.Mode.FULL: gettext_lazy("Reads every page of the list, and notes what is gone."),
}
MODE_ORDER = (SyncRun.Mode.HEAD, SyncRun.Mode.OPEN, SyncRun.Mode.FULL)
_FOUND = (
    ("created", gettext_lazy("%(count)s new")),
    ("changed", gettext_lazy("%(count)s changed")),
    ("missing", gettext_lazy("%(count)s gone")),
    ("quarantined", gettext_lazy("%(count)s unreadable")),
)


@dataclass(frozen=True, kw_only=True)
class ModeLine:
    """One kind of run. `found` says what the last run that ended well brought; `rhythm` how often one is due."""

    found_by_mode: ModeFreshness
    title: Any
    help: Any
    found: str
    rhythm: str

    @property
    def mode(self) -> str:
        """The word for it in addresses."""
        return str(self.found_by_mode.mode)

    @property
    def run(self) -> SyncRun | None:
        """The last run that ended well."""
        return self.found_by_mode.last_success

    @property
    def running(self) -> SyncRun | None:
        """The run at work."""
        return self.found_by_mode.running

    @property
    def failure(self) -> SyncRun | None:
        """What went wrong since the last run that ended well."""
        return self.found_by_mode.last_failure

    @property
    def is_late(self) -> bool:
        """Whether the last success is older than its interval allows."""
        return self.found_by_mode.is_late

    @property
    def next_at(self) -> datetime:
        """When the next is to be expected."""
        return self.found_by_mode.next_at

    @property
    def is_due(self) -> bool:
        """Whether the next is to be expected any time now."""
        return self.next_at <= timezone.now()

    @property
    def tone(self) -> Tone:
        """The colour of the dot."""
        if self.running:
            return "busy"
        if self.failure:
            return "bad"
        if self.is_late:
            return "attention"
        return "good" if self.run else "idle"


def mode_lines(modes: Sequence[ModeFreshness]) -> dict[str, ModeLine]:
    """The kinds of run of a resource by their word, in the order in which they are shown."""
    by_mode = {found.mode: found for found in modes}
    return {str(mode): _line(by_mode[mode]) for mode in MODE_ORDER if mode in by_mode}


def found_words(run: SyncRun | None) -> str:
    """What a run found: "48 read: 2 new, 1 changed"; empty where there was no run."""
    if run is None:
        return ""
    read = _("%(count)s read") % {"count": _count(run.seen)}
    parts = [words % {"count": _count(getattr(run, name))} for name, words in _FOUND if getattr(run, name)]
    return f"{read}: {', '.join(parts)}" if parts else _("%(read)s, nothing new") % {"read": read}


def rhythm_words(mode: str) -> str:
    """How often a run of that mode is due: "every 3 min", "daily at 03:00 UTC"."""
    if mode == SyncRun.Mode.FULL:
        return _("daily at %(hour)02d:00 UTC") % {"hour": settings.SYNC_FULL_HOUR}
    return _("every %(length)s") % {"length": duration(interval_of(mode))}


def _line(found: ModeFreshness) -> ModeLine:
    return ModeLine(
        found_by_mode=found,
        title=MODE_TITLES[found.mode],
        help=MODE_HELP[found.mode],
        found=found_words(found.last_success),
        rhythm=rhythm_words(found.mode),
    )


def _count(number: int) -> str:
    return number_format(number, 0, use_l10n=True, force_grouping=True)

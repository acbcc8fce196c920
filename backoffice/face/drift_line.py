"""What the last comparison of a sample of rows with the provider came to, in one line."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import ngettext

from backoffice.sync.models import SyncRun
from backoffice.sync.queries import latest_drift_checks
from backoffice.sync.resources import all_resources
from backoffice.sync.schedule import late_after


@dataclass(frozen=True, kw_only=True)
class DriftLine:
    """The newest check of each resource that can be read singly, taken together.

    compared_at: when the oldest of them began, None where there is none. is_late: it is as old as would be late for the
    full sync, which is nightly too. is_cut_short: not every row of a sample was compared.
    """

    compared_at: datetime | None
    sample: int
    drifted: int
    is_late: bool
    is_cut_short: bool

    @property
    def words(self) -> str:
        """How many rows, how many of them differed that should not have, and what is wanted."""
        return ngettext(
            "%(sample)s row, of which %(drifted)s had drifted (wanted: 0)",
            "%(sample)s rows, of which %(drifted)s had drifted (wanted: 0)",
            self.sample,
        ) % {"sample": _count(self.sample), "drifted": _count(self.drifted)}


def drift_line() -> DriftLine:
    """The line as of now; one query."""
    singly = [resource.name for resource in all_resources() if resource.read_one is not None]
    checks = [check for name, check in latest_drift_checks().items() if name in singly]
    compared_at = min((check.started_at for check in checks), default=None)
    return DriftLine(
        compared_at=compared_at,
        sample=sum(check.sample for check in checks),
        drifted=sum(check.drifted for check in checks),
        is_late=compared_at is not None and timezone.now() - compared_at > late_after(SyncRun.Mode.FULL),
        is_cut_short=any(check.error for check in checks),
    )


def _count(number: int) -> str:
    return number_format(number, 0, use_l10n=True, force_grouping=True)

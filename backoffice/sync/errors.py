"""What can go wrong in this room.

SyncError
├── SyncAlreadyRunning     another run holds this resource; nothing was read
├── LeaseLostError         another run took this one over; the batch at hand was not written
├── UnknownResourceError   no resource has that name
├── NothingOpenError       the resource has no objects that are read singly
├── NotMirroredError       a partial answer came for an object that is not mirrored yet
├── RestrictedRowError     it is about somebody who asked to be forgotten; nothing was read
├── SuddenEmptinessError   the provider lists nothing where many rows are known; nothing was marked missing
├── DriftCheckRunningError another drift check of the resource runs; nothing was read
└── ProviderDownError      several single reads failed one after the other; the rest was not tried
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from backoffice.sync.models import SyncRun


class SyncError(Exception):
    """Root of this room's errors."""


class SyncAlreadyRunning(SyncError):  # noqa: N818 - the name says what happened, as callers read it
    """Another run holds the lease of this resource; `run` is that one, None where it ended meanwhile."""

    def __init__(self, resource: str, run: "SyncRun | None") -> None:
        self.resource = resource
        self.run = run
        text = _("A sync of %(resource)s is already running; nothing was read.")
        super().__init__(text % {"resource": resource})


class LeaseLostError(SyncError):
    """This run was taken for dead and another one took its place."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This run gave no sign of life for so long that another one took its place. "
                "It stopped; the rows at hand were not written, those before were."
            )
        )


class UnknownResourceError(SyncError, LookupError):
    """No resource has that name."""


class NothingOpenError(SyncError):
    """The resource has no objects that can change after their first sight and be read singly."""


class NotMirroredError(SyncError, LookupError):
    """A partial answer came for an object that has no row yet."""


class RestrictedRowError(SyncError):
    """The object is about somebody who asked to be forgotten: it is not read singly any more."""

    def __init__(self) -> None:
        super().__init__(_("It is about somebody who asked to be forgotten; nothing was read."))


class SuddenEmptinessError(SyncError):
    """The provider lists nothing, although many rows are known."""

    def __init__(self, known: int) -> None:
        text = _(
            "The provider lists nothing at all, twice, although %(known)d rows are known here. "
            "Nothing was marked as missing. Check the credentials and the override file's path of this list."
        )
        super().__init__(text % {"known": known})


class DriftCheckRunningError(SyncError):
    """Another drift check of this resource runs."""

    def __init__(self, resource: str) -> None:
        text = _("A drift check of %(resource)s is already running; nothing was read.")
        super().__init__(text % {"resource": resource})


class ProviderDownError(SyncError):
    """Several single reads failed one after the other."""

    def __init__(self, failures: int, last: Exception) -> None:
        text = _("%(count)d single reads failed one after the other, so the rest was not tried. Last: %(last)s")
        super().__init__(text % {"count": failures, "last": last})

# ruff: noqa: N818 - the names say what happened, as callers read them: `except AlreadyRequested`
"""What can be wrong with a wish about an operation.

OperationError
├── AlreadyRequested     the same wish is on its way: the operation that holds it is in `operation`
├── NotPossible          the operation is not in a state that allows it, or no longer
├── ReasonMissing        the choice asks why, and nothing was said
├── BatchTooLarge        more at once than the limit, or none at all
├── IllegalTransition    a program error: the state machine knows no such step
└── UnknownKind          no domain has registered a kind of this name

CannotBeSent is raised by kinds, just before the call: something of ours is missing, nothing was sent.
"""

from typing import Any

from django.utils.translation import gettext as _


class OperationError(Exception):
    """Root of the errors of this room; its text is fit to be shown."""


class AlreadyRequested(OperationError):
    """The same wish is on its way; `operation` is the one that holds it."""

    def __init__(self, operation: Any) -> None:
        self.operation = operation
        super().__init__(_("The same was asked for before and is still on its way. Nothing new was sent."))


class NotPossible(OperationError):
    """The operation does not stand where this choice is possible."""


class ReasonMissing(OperationError):
    """The choice asks for a reason."""

    def __init__(self) -> None:
        super().__init__(_("Say why: the reason is kept with the operation."))


class BatchTooLarge(OperationError):
    """Too many operations at once, or none at all. Nothing was asked."""


class IllegalTransition(OperationError):
    """The state machine knows no such step."""

    def __init__(self, from_state: str, to_state: str) -> None:
        text = _("An operation cannot go from %(from_state)s to %(to_state)s.")
        super().__init__(text % {"from_state": from_state, "to_state": to_state})


class UnknownKind(OperationError):
    """No domain has registered a kind of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(_("No kind of operation is called %(name)r.") % {"name": name})


class CannotBeSent(OperationError):
    """Something of ours is missing or no longer holds, found before the call: nothing was sent.

    The text is shown to people and names what to do.
    """

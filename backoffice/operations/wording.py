"""How operations, kinds and colleagues are called on pages."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from backoffice.operations.kinds import find_kind
from backoffice.operations.masked import described_in_one_line
from backoffice.operations.models import Operation

# A name with characters that turn the direction of writing must not turn what stands beside it.
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


def label_of_kind(name: str) -> Any:
    """A kind's label; its name where its code is gone."""
    kind = find_kind(name)
    return kind.label if kind else name


def name_of(person: User) -> str:
    """How a colleague is called."""
    return person.get_full_name() or person.get_username()


def what_of(operation: Operation) -> str:
    """What was asked, in one line."""
    if operation.purged_at is not None:
        return _("removed by the retention")
    return ", ".join(f"{_ISOLATE}{value}{_END_OF_ISOLATE}" for value in described_in_one_line(operation))

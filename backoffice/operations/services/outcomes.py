"""How an attempt ended, as the rest of this room sees it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Succeeded:
    """The provider did it and said so."""

    answer: Any


@dataclass(frozen=True, kw_only=True)
class Declined:
    """The provider said no, or our own check did: nothing was done, and repeating it does not help.

    `data` is what came with the refusal; it can be a link that is a secret, and is kept nowhere by itself.
    """

    code: str
    text: str
    data: Any = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class NothingSent:
    """Proven that nothing was done: it can be tried again after a pause.

    `retry_after`: seconds the provider asked for. `needs_a_person`: it is our authorisation or configuration, so
    trying again soon does not help.
    """

    code: str
    text: str
    retry_after: float | None = None
    needs_a_person: bool = False


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """It went out, and what became of it is not known."""

    code: str
    text: str


Outcome = Succeeded | Declined | NothingSent | Unclear

"""What is watched: each condition finds what is wrong now, and says in words what it is and what to do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

Facts = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong. about: which of several (a resource's name); facts: JSON, never personal data.

    opens: whether it is reason for a new alert; where it is not, it only keeps the one that is open.
    """

    about: str = ""
    opens: bool = True
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Something that can go wrong with the running of the back office.

    find: what is wrong now, nothing where all is well. describe: the facts in one sentence. advice: what to do.
    page: where it can be seen, as the name of a view and perhaps a query; page_name: what that page is called.
    """

    name: str
    label: Any
    find: Callable[[], Iterable[Finding]]
    describe: Callable[[Facts], str]
    advice: Any
    page: str = ""
    page_name: Any = ""

    def address(self) -> str:
        """The address of the page."""
        view, mark, query = self.page.partition("?")
        return f"{reverse(view)}{mark}{query}"

    def key_of(self, finding: Finding) -> str:
        """What names the finding among all alerts."""
        return f"{self.name}:{finding.about}" if finding.about else self.name


_conditions: dict[str, Condition] = {}


def register_condition(condition: Condition) -> None:
    """Watch this from now on; the same name again replaces it."""
    _conditions[condition.name] = condition


def all_conditions() -> list[Condition]:
    """Everything that is watched."""
    return list(_conditions.values())


def find_condition(name: str) -> Condition | None:
    """The condition of that name; None where its code is gone."""
    return _conditions.get(name)

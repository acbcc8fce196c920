"""What needs a person now: domains register a question with a count and the list behind it, the front page asks.

::

    register_attention(
        AttentionItem(
            name="kyc-failed",
            label=ngettext_lazy("customer whose verification failed", "customers whose verification failed"),
            rows=lambda: Customer.objects.filter(kyc_status="fail"),
            url=lambda: reverse("admin:customers_customer_changelist") + "?kyc_status=fail",
            permission="customers.view_customer",
            tone="warning",
            help=_("Send an enhanced verification link, or ask them for another document."),
        )
    )

The list behind it must hold exactly the rows that were counted. All counts that are given as `rows` are made in one
query.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import CharField, Count, QuerySet, Value
from django.http import HttpRequest

AttentionTone = Literal["critical", "warning", "info"]
TONE_ORDER: dict[AttentionTone, int] = {"critical": 0, "warning": 1, "info": 2}
_items: dict[str, "AttentionItem"] = {}


@dataclass(frozen=True, kw_only=True)
class AttentionItem:
    """One question to the database: how many, and where they are.

    `label` completes the count ("3 operations with an unknown outcome"), from `ngettext_lazy`: a form for one and one
    for more, neither with the count in it. `help` says what to do.
    `rows` gives the rows to count; `count` is for what is not rows of one table. `url` is an address or gives one.
    `act_permission` is what doing something about it takes: `help` is said only to those
    who hold it, because to others it would be no help.
    """

    name: str
    label: Any
    url: str | Callable[[], str]
    permission: str
    rows: Callable[[], QuerySet[Any]] | None = None
    count: Callable[[], int] | None = None
    tone: AttentionTone = "warning"
    help: Any = ""
    act_permission: str = ""

    def __post_init__(self) -> None:
        """Exactly one way to count."""
        if (self.rows is None) == (self.count is None):
            raise ValueError(f"{self.name}: give either `rows` or `count`.")

    def address(self) -> str:
        """Where the rows behind the count are."""
        return self.url() if callable(self.url) else self.url


@dataclass(frozen=True, kw_only=True)
class AttentionCount:
    """An item with its count: what the front page draws."""

    item: AttentionItem
    count: int
    url: str
    help: Any = ""

    @property
    def label(self) -> str:
        """What was counted, in the form that goes with the count."""
        return str(self.item.label % self.count)


def register_attention(item: AttentionItem) -> None:
    """Ask this on the front page from now on; the same name again replaces the earlier one."""
    _items[item.name] = item


def attention_for(request: HttpRequest) -> list[AttentionCount]:
    """Every question that this reader may see the answer to, the critical ones first."""
    allowed = [item for item in _items.values() if request.user.has_perm(item.permission)]
    counts = _count_rows([(item.name, item.rows()) for item in allowed if item.rows])
    return [
        AttentionCount(
            item=item,
            count=item.count() if item.count else counts[item.name],
            url=item.address(),
            help=item.help if not item.act_permission or request.user.has_perm(item.act_permission) else "",
        )
        for item in sorted(allowed, key=lambda item: TONE_ORDER[item.tone])
    ]


def _count_rows(questions: list[tuple[str, QuerySet[Any]]]) -> dict[str, int]:
    """How many rows each question has, by its name; one query."""
    counts = [_count_of(name, rows) for name, rows in questions]
    if not counts:
        return {}
    united = counts[0].union(*counts[1:], all=True) if counts[1:] else counts[0]
    return {row["attention_name"]: row["attention_count"] for row in united}


def _count_of(name: str, rows: QuerySet[Any]) -> Any:
    """The part of the one query that counts these rows, beside their name."""
    named = rows.order_by().values(attention_name=Value(name, CharField()))
    return named.annotate(attention_count=Count("pk", distinct=True))

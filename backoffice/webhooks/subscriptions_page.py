"""What the page of the subscriptions shows: every known type, what we asked for, and the last live check."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from backoffice.face.badges import Tone
from backoffice.operations.models import LIVE_STATES, Operation, State
from backoffice.webhooks.event_types import KnownType, known_types
from backoffice.webhooks.live_checks import Result, result_of
from backoffice.webhooks.models import LiveCheck, WebhookSubscription
from backoffice.webhooks.operations import KIND_NAMES
from backoffice.webhooks.public_address import public_url


@dataclass(frozen=True, kw_only=True)
class CheckedUrl:
    """A live check of an address, with what it says."""

    check: LiveCheck
    result: Result


@dataclass(frozen=True, kw_only=True)
class TypeRow:
    """One line of the table. `operation` is what is on its way for the type, or waits for a decision."""

    known: KnownType
    subscription: WebhookSubscription | None
    operation: Operation | None
    checked: CheckedUrl | None
    differs: bool

    @property
    def url(self) -> str:
        """The subscribed address; empty where nothing is subscribed."""
        return self.subscription.url if self.subscription else ""

    @property
    def since(self) -> datetime | None:
        """Since when events go there."""
        return self.subscription.since if self.subscription else None

    @property
    def last_event_at(self) -> datetime | None:
        """When the last event of the type arrived."""
        return self.subscription.last_event_at if self.subscription else None

    @property
    def state(self) -> tuple[str, Tone]:
        """Where it stands, in a word and a colour."""
        if self.operation is not None:
            is_open = self.operation.state == State.UNKNOWN
            return (_("unknown"), "attention") if is_open else (_("on its way"), "busy")
        if self.subscription is None or not self.subscription.url:
            return _("not subscribed"), "idle"
        if self.subscription.lost_at is not None:
            return _("lost at the provider"), "bad"
        return (_("other address"), "attention") if self.differs else (_("subscribed"), "good")

    @property
    def is_free(self) -> bool:
        """Whether something can be asked for: one wish a type at a time."""
        return self.operation is None

    @property
    def can_be_subscribed(self) -> bool:
        """Whether the type exists, and there is no subscription that we know of."""
        return (
            self.is_free and self.known.is_in_catalogue and not (self.subscription and self.subscription.is_subscribed)
        )

    @property
    def can_be_changed(self) -> bool:
        """Whether there is a subscription whose address can be changed."""
        return self.is_free and bool(self.subscription and self.subscription.is_subscribed)


def type_rows() -> list[TypeRow]:
    """Every type that is known or was ever subscribed; a handful of queries, however many they are."""
    found = {row.event_type: row for row in WebhookSubscription.objects.select_related("by")}
    operations = {row.reference: row for row in _live_operations()}
    checks = _last_checks({row.url for row in found.values()})
    ours = public_url()
    return [
        TypeRow(
            known=known,
            subscription=(subscription := found.get(known.name)),
            operation=operations.get(known.name),
            checked=checks.get(subscription.url) if subscription else None,
            differs=bool(subscription and subscription.url and ours and subscription.url != ours),
        )
        for known in [*known_types(), *_strangers(found)]
    ]


def live_check_context() -> dict[str, Any]:
    """What the part of the page with the last live check of our present address needs."""
    url = public_url()
    return {"public_url": url, "checked": _last_checks({url}).get(url)}


def table_context() -> dict[str, Any]:
    """What the part of the page with the table needs."""
    rows = type_rows()
    is_moving = any(row.operation and row.operation.state != State.UNKNOWN for row in rows)
    return {"rows": rows, "is_moving": is_moving, "differing": [row for row in rows if row.differs]}


def _live_operations() -> Iterable[Operation]:
    return Operation.objects.filter(kind__in=KIND_NAMES, state__in=LIVE_STATES).order_by("-pk")


def _last_checks(urls: set[str]) -> dict[str, CheckedUrl]:
    newest = LiveCheck.objects.filter(url__in=urls - {""}).order_by().values("url").annotate(newest=Max("pk"))
    checks = LiveCheck.objects.filter(pk__in=newest.values("newest")).select_related("asked_by")
    return {check.url: CheckedUrl(check=check, result=result_of(check)) for check in checks}


def _strangers(found: dict[str, WebhookSubscription]) -> list[KnownType]:
    """Types that were subscribed and that the catalogue does not know any more."""
    known = {each.name for each in known_types()}
    meaning = _("The catalogue of the provider's calls does not know this type any more.")
    return [
        KnownType(name=name, meaning=meaning, is_in_catalogue=False)
        for name, row in found.items()
        if name not in known and row.url
    ]

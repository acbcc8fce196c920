"""From a status that moved on to the events that tell of it."""

from __future__ import annotations

from typing import Any

from backoffice.sandbox.collection import Collection
from backoffice.sandbox.state import State
from backoffice.sandbox.webhooks.events import describe, types_of
from backoffice.sandbox.webhooks.sender import Sender


class Announcer:
    """Queues an event for each subscribed type; says nothing while it is ``silent``."""

    def __init__(self, state: State, sender: Sender) -> None:
        self.silent = False
        self.verifications_to = state.options.kyc_events_to
        self._state = state
        self._sender = sender
        state.statuses.tell(self._announce, is_wanted=self._has_listeners)

    def _has_listeners(self) -> bool:
        return not self.silent and bool(self._state.subscriptions or self.verifications_to)

    def _announce(self, collection: Collection[Any], index: int) -> None:
        for event_type, url in self._addressees(collection.name, collection.status(index)):
            self._sender.queue(event_type, describe(collection.name, collection.public(index)), url=url)

    def _addressees(self, list_name: str, status: str) -> list[tuple[str, str]]:
        """Return types and addresses. Verifications need no subscription: their address is agreed by mail."""
        if list_name == "customers":
            kind, url = self._sender.announcements.verification, self.verifications_to
            return [(kind, url)] if url else []
        subscriptions = self._state.subscriptions
        return [(kind, subscriptions[kind]) for kind in types_of(list_name, status) if kind in subscriptions]

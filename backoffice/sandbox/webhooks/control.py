"""What a test may do with webhooks: look at deliveries, keep them back, forge them, send many."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from backoffice.sandbox.data.reference import WEBHOOK_EVENTS
from backoffice.sandbox.provider import Provider
from backoffice.sandbox.webhooks.deliveries import Delivery


class WebhookControl:
    """The part of `Control` that is about webhooks."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._state = provider.state
        self._sender = provider.sender

    def subscriptions(self) -> dict[str, str]:
        """Return the address subscribed to each event type."""
        with self._state.lock:
            return dict(self._state.subscriptions)

    def subscription_changes(self) -> list[dict[str, str]]:
        """Return every subscription and every change of one, with ``type`` and ``url``, oldest first."""
        with self._state.lock:
            return [dict(change) for change in self._state.subscription_changes]

    def subscribe(self, url: str, *types: str) -> dict[str, str]:
        """Subscribe an address to event types, to all of them where none is named; return all subscriptions."""
        with self._state.lock:
            for event_type in types or sorted(WEBHOOK_EVENTS - {"RAMPOFF_FINISHED"}):
                self._state.record("subscriptions", {"type": event_type, "url": url})
        return self.subscriptions()

    def tell_of_verifications(self, url: str) -> None:
        """Tell this address of verifications from now: they are not subscribed to, it is agreed by mail."""
        self._provider.announcer.verifications_to = url

    # What leaves

    def silence_webhooks(self) -> None:
        """Tell nobody of what moves on from now; it is never told later. Events under way go on."""
        self._provider.announcer.silent = True

    def speak_webhooks(self) -> None:
        """Tell of what moves on from now."""
        self._provider.announcer.silent = False

    def hold_webhooks(self) -> None:
        """Keep events back, so that they are late, until ``release_webhooks``."""
        self._sender.deliveries.hold()

    def release_webhooks(self, order: str = "kept") -> None:
        """Send at once all that waits, in its order, ``reversed`` or ``shuffled``.

        With ``webhook_parallel`` 1 they also arrive in that order.

        Raises:
            ValueError: there is no such order.
        """
        self._sender.deliveries.release(order)

    # What became of it

    def deliveries(self, event_type: str | None = None) -> list[Delivery]:
        """Return the newest events on their way or settled, of one type or of all, oldest first."""
        return [found for found in self._sender.deliveries.all() if event_type in (None, found.type)]

    def delivery_counts(self) -> dict[str, int]:
        """Return ``queued``, ``delivered``, ``given_up``, ``waiting``, ``tries`` and ``refused_tries``."""
        counts = self._sender.deliveries.counts()
        return {**asdict(counts), "waiting": counts.waiting}

    def delivery_answers(self) -> dict[int | None, int]:
        """Return how many tries there were of each HTTP status, None for those without an answer."""
        return dict(self._sender.deliveries.answers())

    def wait_for_deliveries(self, *, count: int | None = None, seconds: float = 10.0) -> bool:
        """Wait until so many events are delivered, or until none waits any more; tell whether it came to be."""
        return self._sender.deliveries.wait_for(
            lambda counts: not counts.waiting if count is None else counts.delivered >= count, seconds=seconds
        )

    # Events on demand

    def send_event(
        self,
        event_type: str,
        data: Any = None,
        *,
        url: str | None = None,
        body: bytes | None = None,
        signature: str | None = None,
        timestamp: str | int | None = None,
        key: str | None = None,
        secret: str | None = None,
        unsigned: bool = False,
    ) -> int | None:
        """Send one event now, once, and return the HTTP status of the answer, None without one.

        It goes to the address subscribed to its type, or for a type that nobody knows to any
        subscribed address, unless ``url`` is given. ``body`` are raw bytes to send in place of type
        and data; ``timestamp``, ``key`` and ``secret`` sign with others, ``signature`` stands in place
        of the right one, and ``unsigned`` leaves all three headers out. The same twice with the same
        ``timestamp`` is a duplicate.

        Raises:
            ValueError: no address is subscribed and none was given.
        """
        content = self._sender.encode(event_type, data or {}) if body is None else body
        stamp = None if timestamp is None else str(timestamp)
        headers = {} if unsigned else self._sender.sign(content, timestamp=stamp, key=key, secret=secret)
        if signature is not None:
            headers[self._sender.announcements.signature_header] = signature
        return self._sender.send_now(event_type, content, headers, url=url or self._address_of(event_type)).status

    def send_burst(
        self, count: int, event_type: str = "PAY_IN", data: Any = None, *, url: str | None = None, same: bool = False
    ) -> None:
        """Queue that many events of one type as fast as can be.

        ``data`` are the fields of each, or a list of fields to go round. Each also gets its own
        ``serial``, so that no two bodies are equal, unless they are to be the ``same``. With
        ``wait_for_deliveries`` the caller learns when all are taken.

        Raises:
            ValueError: no address is subscribed and none was given.
        """
        address = url or self._address_of(event_type)
        contents = data if isinstance(data, list) else [data or {}]
        for serial in range(count):
            fields = contents[serial % len(contents)]
            self._sender.queue(event_type, fields if same else {**fields, "serial": serial}, url=address)

    def _address_of(self, event_type: str) -> str:
        subscriptions = self.subscriptions()
        address = subscriptions.get(event_type) or next(iter(subscriptions.values()), None)
        if address is None:
            raise ValueError("Nobody has subscribed: give a url.")
        return address

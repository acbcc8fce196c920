"""Sending events from threads of its own, several at a time, and again where they were not taken."""

from __future__ import annotations

import threading
import time
from typing import Any

from backoffice.sandbox.options import Options
from backoffice.sandbox.webhooks.deliveries import Deliveries, Delivery
from backoffice.sandbox.webhooks.events import encode
from backoffice.sandbox.webhooks.posting import Outcome, Poster
from backoffice.sandbox.webhooks.signing import signed_headers

_LONGEST_END_SECONDS = 1.0
_PLAIN_HEADERS = {"Content-Type": "application/json", "User-Agent": "GuzzleHttp/7"}


class Sender:
    """Signs and sends. Its threads begin with the first event and end with `stop`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.announcements = options.spoken.announcements
        self._threads: list[tuple[threading.Thread, Poster]] = []
        self._starting = threading.Lock()
        self.deliveries = Deliveries(
            most_tries=options.webhook_tries,
            retry_seconds=options.webhook_retry_seconds,
            longest_retry_seconds=options.webhook_longest_retry_seconds,
        )

    def queue(self, event_type: str, data: Any, *, url: str) -> Delivery:
        """Have an event sent; it is signed anew at each try, with the time of that try."""
        delivery = self.deliveries.add(event_type, url, self.encode(event_type, data))
        self._start()
        return delivery

    def encode(self, event_type: str, data: Any) -> bytes:
        """Return the body of an event."""
        return encode(event_type, data, self.announcements)

    def send_now(self, event_type: str, body: bytes, headers: dict[str, str], *, url: str) -> Outcome:
        """Send a body once, with these headers over the usual ones, and return what it came to."""
        poster = Poster(seconds=self._options.webhook_timeout_seconds)
        outcome = poster.post(url, body=body, headers=_PLAIN_HEADERS | headers)
        poster.close()
        self.deliveries.add_settled(event_type, url, body, outcome)
        return outcome

    def sign(
        self, body: bytes, *, timestamp: str | None = None, key: str | None = None, secret: str | None = None
    ) -> dict[str, str]:
        """Return the headers of an event that is sent now, unless told another time, key or secret."""
        return signed_headers(
            body,
            timestamp=timestamp or str(int(time.time())),
            key=key or self._options.api_key,
            secret=secret or self._options.api_secret,
            announcements=self.announcements,
        )

    def stop(self) -> None:
        """End the threads and close every connection."""
        self.deliveries.stop()
        with self._starting:
            for thread, poster in self._threads:
                poster.hang_up()
                thread.join(_LONGEST_END_SECONDS)

    def _start(self) -> None:
        with self._starting:
            while len(self._threads) < self._options.webhook_parallel:
                poster = Poster(seconds=self._options.webhook_timeout_seconds)
                thread = threading.Thread(target=self._send_what_is_due, args=(poster,), daemon=True)
                self._threads.append((thread, poster))
                thread.start()

    def _send_what_is_due(self, poster: Poster) -> None:
        while (delivery := self.deliveries.take()) is not None:
            headers = _PLAIN_HEADERS | self.sign(delivery.body)
            self.deliveries.settle(delivery, poster.post(delivery.url, body=delivery.body, headers=headers))
        poster.close()

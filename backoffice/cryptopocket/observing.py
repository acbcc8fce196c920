"""Lets somebody else see each call: the log of calls, and the watch over the shapes of answers."""

from datetime import datetime
from typing import Any, Protocol

import msgspec

from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.cryptopocket.outgoing import OutgoingRequest


class ObservedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call that has ended, its retries included; its repr shows neither address nor content.

    request: as it went out, with token and personal data: whoever keeps any of it redacts it first. answer: None
    where none came. document: the decoded body of a success. error: what the client made of anything else.
    began_at: aware, when the call began. seconds: how long it took in all.
    """

    request: OutgoingRequest
    began_at: datetime
    seconds: float
    answer: Answer | None = None
    document: dict[str, Any] | None = None
    error: CryptoPocketError | None = None

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        if self.answer is not None:
            return self.answer.attempts
        return self.error.attempts if self.error is not None else 1

    def __repr__(self) -> str:
        """Return the call's name."""
        return f"<ObservedCall {self.request.endpoint.name}>"


class Observer(Protocol):
    """Is told of each call when it has ended."""

    def __call__(self, call: ObservedCall, /) -> None:
        """Take note of the call. What it raises is logged by kind and goes no further."""
        ...

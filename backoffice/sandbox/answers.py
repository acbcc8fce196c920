"""The envelopes of the contract (1.3): five ways of saying yes, three of saying no."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

ROWS = "@rows@"
"""Stands in a body where the rows of a page go."""


@dataclass(frozen=True)
class Answer:
    """HTTP status and JSON body; ``rows`` is JSON already, to stand in place of `ROWS`."""

    status: int
    body: Any
    rows: str | None = None

    def encode(self) -> str:
        """Return the body as JSON, without blanks and in ASCII, as the provider's language makes it."""
        text = json.dumps(self.body, separators=(",", ":"))
        return text if self.rows is None else text.replace(f'"{ROWS}"', self.rows, 1)


def succeed(data: Any) -> Answer:
    """Answer ``ok`` with data: an object, a list or, for webhooks, a string."""
    return Answer(200, {"status": "ok", "data": data})


def succeed_bare() -> Answer:
    """Answer ``ok`` and nothing else (contract 3.7)."""
    return Answer(200, {"status": "ok"})


def succeed_with_message(message: str, data: Any, *, spelling: str = "success") -> Answer:
    """Answer a created payment: ``success``, or ``sucess`` for transfers (contract 4.3)."""
    return Answer(200, {"status": spelling, "message": message, "data": data})


def fail(code: str, *, status: int = 200, **more: Any) -> Answer:
    """Answer a failure whose code stands under ``error``; most have HTTP status 200."""
    return Answer(status, {"status": "error", "error": code, **more})


def fail_in_message(text: str) -> Answer:
    """Answer a failure whose code, or exception text, stands under ``message`` (payment pages)."""
    return Answer(200, {"status": "error", "message": text})


def fail_validation(errors: dict[str, list[str]]) -> Answer:
    """Answer as Laravel's validation does: 422, no ``status`` key."""
    texts = [text for messages in errors.values() for text in messages]
    more = len(texts) - 1
    suffix = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return Answer(422, {"message": texts[0] + suffix, "errors": errors})


UNAUTHORISED = fail("authorization_incorrect")
"""Wrong token, expired token and an address that is not listed look the same (contract 1.2)."""

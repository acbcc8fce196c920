"""Checks of a body in the manner, and with the words, of Laravel's validator."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Rule = Callable[[str, Any], str | None]
Errors = dict[str, list[str]]

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\Z")


def check(body: Mapping[str, Any], rules: Mapping[str, tuple[Rule, ...]], *, required: tuple[str, ...] = ()) -> Errors:
    """Return what is wrong with a body, by field; nothing where it is right."""
    errors: Errors = {}
    for field in dict.fromkeys((*required, *rules)):
        value = body.get(field)
        if value is None or value == "":
            if field in required:
                errors[field] = [f"The {_words(field)} field is required."]
            continue
        messages = [message for rule in rules.get(field, ()) if (message := rule(_words(field), value))]
        if messages:
            errors[field] = messages
    return errors


def text(words: str, value: Any) -> str | None:
    """Pass a string."""
    return None if isinstance(value, str) else f"The {words} field must be a string."


def whole_number(words: str, value: Any) -> str | None:
    """Pass an integer, and its digits as text, as Laravel does."""
    passes = not isinstance(value, bool) and re.fullmatch(r"-?[0-9]{1,18}", str(value))
    return None if passes else f"The {words} field must be an integer."


def email(words: str, value: Any) -> str | None:
    """Pass something in the form of an e-mail address."""
    passes = isinstance(value, str) and _EMAIL.fullmatch(value)
    return None if passes else f"The {words} field must be a valid email address."


def date(words: str, value: Any) -> str | None:
    """Pass YYYY-MM-DD."""
    try:
        datetime.date.fromisoformat(str(value))
    except ValueError:
        return f"The {words} field must be a valid date."
    return None


def url(words: str, value: Any) -> str | None:
    """Pass an HTTP or HTTPS address with a host."""
    return None if is_url(value) else f"The {words} field must be a valid URL."


def is_url(value: Any) -> bool:
    """Tell whether a value is an HTTP or HTTPS address with a host."""
    try:
        parts = urlsplit(str(value))
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def at_most(length: int) -> Rule:
    """Return a rule that passes no more than so many characters."""

    def rule(words: str, value: Any) -> str | None:
        too_long = isinstance(value, str) and len(value) > length
        return f"The {words} field must not be greater than {length} characters." if too_long else None

    return rule


def exactly(length: int) -> Rule:
    """Return a rule that passes just so many characters."""

    def rule(words: str, value: Any) -> str | None:
        return None if len(str(value)) == length else f"The {words} field must be {length} characters."

    return rule


def between(lowest: int, highest: int) -> Rule:
    """Return a rule that passes whole numbers in a range."""

    def rule(words: str, value: Any) -> str | None:
        if whole_number(words, value) or lowest <= int(value) <= highest:
            return None
        return f"The {words} field must be between {lowest} and {highest}."

    return rule


def one_of(values: frozenset[str]) -> Rule:
    """Return a rule that passes one of a set of texts."""

    def rule(words: str, value: Any) -> str | None:
        return None if isinstance(value, str) and value in values else f"The selected {words} is invalid."

    return rule


def _words(field: str) -> str:
    return field.replace("_", " ")

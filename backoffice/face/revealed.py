"""Which sensitive fields a person has revealed, and for how much longer: kept in the session, never with the value."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone

REVEAL_SECONDS = 60
_SESSION_KEY = "revealed_fields"


def open_for_a_minute(request: HttpRequest, row: models.Model, name: str) -> None:
    """Let this session see that field of that row for `REVEAL_SECONDS`."""
    now = _now()
    granted = {key: until for key, until in _granted(request).items() if until > now}
    request.session[_SESSION_KEY] = {**granted, _key(row, name): now + REVEAL_SECONDS}


def seconds_left(request: HttpRequest, row: models.Model, name: str) -> int:
    """For how many seconds more this session sees that field of that row; 0 where it does not."""
    left = _granted(request).get(_key(row, name), 0) - _now()
    # A clock that was set back must not lengthen it.
    return int(left) if 0 < left <= REVEAL_SECONDS else 0


def _granted(request: HttpRequest) -> dict[str, float]:
    granted: Any = request.session.get(_SESSION_KEY, {})
    return granted if isinstance(granted, dict) else {}


def _key(row: models.Model, name: str) -> str:
    return f"{row._meta.label_lower} {row.pk} {name}"  # noqa: SLF001 - Django's documented way to ask


def _now() -> float:
    return timezone.now().timestamp()

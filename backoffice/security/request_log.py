"""What a line of the log says of a request: the address, never what was searched or filtered for."""

from typing import Any

from django.http import HttpRequest
from django_structlog import signals

_LINES = (
    signals.bind_extra_request_metadata,
    signals.bind_extra_request_finished_metadata,
    signals.bind_extra_request_failed_metadata,
)


def connect() -> None:
    """Have every line about a request leave out what stands behind the "?"."""
    for line in _LINES:
        line.connect(_say_the_address_only, dispatch_uid="say_the_address_only")


def _say_the_address_only(request: HttpRequest, log_kwargs: dict[str, Any], **_more: Any) -> None:
    # People search by names, e-mail addresses and numbers, and a log is read by others and kept for longer.
    log_kwargs["request"] = f"{request.method} {request.path}"

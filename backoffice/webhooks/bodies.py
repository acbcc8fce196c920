"""Reading what is sent to the inbox, never more than is taken."""

from typing import Any

from django.http import HttpRequest

from .models import WebhookRefusal

LARGEST_BODY_BYTES = 256 * 1024


def read_body(request: HttpRequest) -> bytes | WebhookRefusal.Reason:
    """The bytes as they were sent; the reason to refuse them, where they are too many or end too early."""
    announced = _announced_length(request)
    if announced > LARGEST_BODY_BYTES:
        return WebhookRefusal.Reason.TOO_LARGE
    try:
        body: bytes = _stream_of(request).read(LARGEST_BODY_BYTES + 1)
    except Exception:  # noqa: BLE001 - each web server has errors of its own for chunks that are nonsense
        return WebhookRefusal.Reason.CUT_OFF
    if len(body) > LARGEST_BODY_BYTES:
        return WebhookRefusal.Reason.TOO_LARGE
    return WebhookRefusal.Reason.CUT_OFF if len(body) < announced else body


def _announced_length(request: HttpRequest) -> int:
    """What Content-Length says; 0 where it says nothing that can be read."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0


def _stream_of(request: HttpRequest) -> Any:
    """What to read from. Django reads nothing where no length is announced, as when the body is sent in chunks."""
    if "CONTENT_LENGTH" not in request.META and request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request

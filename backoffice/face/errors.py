"""The pages for what may not be seen, is not there, or went wrong: plain words, and the request's number."""

from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason where one was given."""
    return _error_page(request, 403, reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the reason where our own code gave one; Django's resolver gives none that people can use."""
    said = exception.args[0] if isinstance(exception, Http404) and exception.args else ""
    return _error_page(request, 404, reason=said if isinstance(said, str) else "")


def failed(request: HttpRequest) -> HttpResponse:
    """500. Makes no query: the database may be what failed."""
    return _error_page(request, 500)


def _error_page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    number = structlog.contextvars.get_contextvars().get("request_id", "")
    return render(request, f"{status}.html", {"request_id": number, **context}, status=status)

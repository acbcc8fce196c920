"""The pages for what may not be seen, is not there, or went wrong: plain words, and the request's number."""

import sys
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from backoffice.audit.context import current_context
from backoffice.security.encryption import UndecryptableError

_CANNOT_BE_OPENED = _(
    "Something on this page is stored encrypted and cannot be opened: its key is missing from the configuration, or "
    "it was altered. Nothing was changed or sent. Tell an administrator."
)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason where one was given."""
    return _error_page(request, 403, reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the reason where our own code gave one; Django's resolver gives none that people can use."""
    said = exception.args[0] if isinstance(exception, Http404) and exception.args else ""
    return _error_page(request, 404, reason=said if isinstance(said, str) else "")


def too_many(request: HttpRequest) -> HttpResponse:
    """429, and how long to wait."""
    response = _error_page(request, 429)
    response.headers["Retry-After"] = "60"
    return response


def failed(request: HttpRequest) -> HttpResponse:
    """500, in its own words where a stored secret could not be opened. No query: the database may be what failed."""
    is_locked = isinstance(sys.exc_info()[1], UndecryptableError)
    return _error_page(request, 500, reason=_CANNOT_BE_OPENED if is_locked else "")


def _error_page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    number = current_context().correlation_id
    return render(request, f"{status}.html", {"request_id": number, **context}, status=status)

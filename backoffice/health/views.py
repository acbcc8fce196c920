"""`GET /health/`: for machines that watch over the back office. Details only for those who may."""

import hmac
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from health_check.base import HealthCheckResult
from health_check.views import HealthCheckView

from .checks import all_checks

PERMISSION = "health.view_alert"
TOKEN_HEADER = "Authorization"  # noqa: S105 - the header's name


@login_not_required
@require_safe
def health_view(request: HttpRequest) -> HttpResponse:
    """200 where everything works, 503 where something does not; what it is only for those who may see it.

    Those are people with the right to see alerts, and machines that send `Authorization: Bearer` with `HEALTH_TOKEN`.
    `?format=openmetrics` gives them the same as metrics, in the library's words.
    """
    results = [check.result() for check in all_checks()]
    is_well = not any(result.error for result in results)
    status = 200 if is_well else 503
    summary = {"status": "ok" if is_well else "failing"}
    if not _may_see_details(request):
        return JsonResponse(summary, status=status)
    if request.GET.get("format") == "openmetrics":
        return _as_metrics(results)
    return JsonResponse({**summary, "checks": [_describe(result) for result in results]}, status=status)


def _as_metrics(results: list[HealthCheckResult]) -> HttpResponse:
    view = HealthCheckView()
    view.results = results
    metrics: HttpResponse = view.render_to_response_openmetrics()
    return metrics


def _describe(result: HealthCheckResult) -> dict[str, Any]:
    return {
        "name": result.check.name,
        "status": "failing" if result.error else "ok",
        "problem": result.error.message if result.error else "",
        "milliseconds": round(result.time_taken * 1000),
    }


def _may_see_details(request: HttpRequest) -> bool:
    if _has_token(request):
        return True
    try:
        return request.user.has_perm(PERMISSION)
    except DatabaseError:
        return False


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get(TOKEN_HEADER, "").removeprefix("Bearer ").encode()
    return bool(settings.HEALTH_TOKEN) and hmac.compare_digest(given, settings.HEALTH_TOKEN.encode())

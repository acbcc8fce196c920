"""`GET /health/`: for machines that watch over the back office. Details only for those who may."""

import asyncio
import hmac
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from health_check.base import HealthCheckResult
from health_check.views import HealthCheckView

from .checks import all_checks

PERMISSION = "health.view_alert"
TOKEN_HEADER = "Authorization"  # noqa: S105 - the header's name


@method_decorator(login_not_required, name="dispatch")
class HealthView(HealthCheckView):
    """200 where everything works, 503 where something does not; what it is only for those who may see it.

    Those are people with the right to see alerts, and machines that send `Authorization: Bearer` with `HEALTH_TOKEN`.
    `?format=openmetrics` gives them the same as metrics.
    """

    http_method_names = ["get", "head"]

    async def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Run every check and answer."""
        self.results = await asyncio.gather(*(check.get_result() for check in all_checks()))
        is_well = not any(result.error for result in self.results)
        status = 200 if is_well else 503
        summary = {"status": "ok" if is_well else "failing"}
        if not await sync_to_async(_may_see_details)(request):
            return JsonResponse(summary, status=status)
        if request.GET.get("format") == "openmetrics":
            metrics: HttpResponse = self.render_to_response_openmetrics()
            return metrics
        return JsonResponse({**summary, "checks": [_describe(result) for result in self.results]}, status=status)


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

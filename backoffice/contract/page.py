"""The Provider page: every call with what is known of it, from where, and what its answers show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint, Provenance
from backoffice.face.badges import Tone, status_badge
from backoffice.provider import get_catalogue

from .models import Sighting
from .queries import remarks

PERMISSION = "contract.view_sighting"

_PROVENANCES: dict[Provenance, tuple[Any, Tone]] = {
    "documented": (gettext_lazy("documented"), "neutral"),
    "inferred": (gettext_lazy("a guess"), "attention"),
    "confirmed": (gettext_lazy("confirmed"), "good"),
}


@dataclass(frozen=True, kw_only=True)
class CallLine:
    """One call on the page. last_answer_at: of an answer with content; remarks: how many nobody took note of."""

    endpoint: Endpoint
    overridden: list[str]
    answers: int
    last_answer_at: datetime | None
    remarks: int

    @property
    def provenances(self) -> list[tuple[Any, SafeString]]:
        """What each part of the knowledge rests on, as badges."""
        endpoint = self.endpoint
        return [
            (_("path"), provenance_badge(endpoint.path_provenance)),
            (_("request"), provenance_badge(endpoint.request_provenance)),
            (_("answer"), provenance_badge(endpoint.answer_provenance)),
        ]

    @property
    def is_inferred(self) -> bool:
        """Whether any part of it is a guess."""
        endpoint = self.endpoint
        return "inferred" in {endpoint.path_provenance, endpoint.request_provenance, endpoint.answer_provenance}


def provenance_badge(provenance: Provenance) -> SafeString:
    """Where a part of our knowledge comes from, as a word and a colour."""
    word, tone = _PROVENANCES[provenance]
    return status_badge(provenance, word, tone)


def provider_page(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    catalogue = get_catalogue()
    lines = call_lines(catalogue)
    context = {
        **admin.site.each_context(request),
        "title": _("API contract"),
        "lines": lines,
        "inferred": sum(line.is_inferred for line in lines),
        "base_url": settings.CRYPTOPOCKET_BASE_URL,
        "override_file": catalogue.source,
        "overridden": sorted(catalogue.overridden),
        "webhook_provenance": provenance_badge(catalogue.webhook.provenance),
    }
    return render(request, "admin/contract/provider.html", context)


def call_lines(catalogue: Catalogue) -> list[CallLine]:
    """Every call of the catalogue; two queries."""
    answers = {row.call: row for row in Sighting.objects.filter(aspect=Sighting.Aspect.ANSWER)}
    found = remarks().order_by().values("call").annotate(count=Count("pk"), last=Max("last_seen_at"))
    counts = {row["call"]: row["count"] for row in found}
    return [
        CallLine(
            endpoint=endpoint,
            overridden=_overridden_of(catalogue, name),
            answers=answers[name].times_seen if name in answers else 0,
            last_answer_at=answers[name].last_seen_at if name in answers else None,
            remarks=counts.get(name, 0),
        )
        for name, endpoint in catalogue.endpoints.items()
    ]


def _overridden_of(catalogue: Catalogue, name: str) -> list[str]:
    prefix = f"endpoints.{name}."
    return sorted(key.removeprefix(prefix) for key in catalogue.overridden if key.startswith(prefix))

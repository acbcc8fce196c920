"""What holds for every request: sessions that end, a second factor that is demanded, pages that no cache keeps."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.audit.services import record

from .second_factor import REACHABLE_WITHOUT, SETS_ONE_UP, has_second_factor, second_factor_was_used
from .sessions import Reason, note_sign_of_a_person, why_ended

Handler = Callable[[HttpRequest], HttpResponseBase]

WORDS = {
    "idle": _("You were signed out, because you were away for a while. Sign in to go on."),
    "too_long": _("You were signed out, because you signed in long ago. Sign in to go on."),
}


def keep_nothing_in_caches(get_response: Handler) -> Handler:
    """Nearly every page holds personal data: neither a browser nor a proxy keeps one."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Cache-Control"] = "no-store, private"
        return response

    return answer


def end_old_sessions(get_response: Handler) -> Handler:
    """Whoever was away for too long, or signed in too long ago, is signed out before anything is done."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        reason = why_ended(request)
        if reason:
            _end(request, reason)
        else:
            note_sign_of_a_person(request)
        return get_response(request)

    return answer


class DemandSecondFactor:
    """Whoever has not used a second factor reaches only the pages that set one up."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on: what is asked for is known only in `process_view`."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        """A redirect to the page that is missing, or None."""
        if not settings.SECOND_FACTOR_REQUIRED or not isinstance(request.user, User):
            return None
        if second_factor_was_used(request) or _view_name(request) in REACHABLE_WITHOUT - SETS_ONE_UP:
            return None
        if not has_second_factor(request.user):
            return None if _view_name(request) in SETS_ONE_UP else HttpResponseRedirect(reverse("mfa_index"))
        way_back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        query = urlencode({REDIRECT_FIELD_NAME: way_back})
        return HttpResponseRedirect(f"{_page_that_asks_for_it(request.user)}?{query}")


def _end(request: HttpRequest, reason: Reason) -> None:
    person = request.user
    if isinstance(person, User):
        record("session.ended", subject=person, by=person, reason=reason)
        messages.info(request, WORDS[reason])
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)


def _page_that_asks_for_it(person: User) -> str:
    methods = get_adapter().get_reauthentication_methods(person)
    return next(str(method["url"]) for method in methods if method["id"] != "reauthenticate")


def _view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""

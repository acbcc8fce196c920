"""The pages of signing in that django-allauth has not, or not as they are needed here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import PasswordChangeView
from allauth.decorators import rate_limit
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backoffice.audit.services import record

from .recent import ask_to_sign_in_again

View = Callable[..., HttpResponseBase]


def demand_recent_sign_in(view: View) -> View:
    """The view, for those who signed in or confirmed who they are only just now."""

    @login_required
    @wraps(view)
    def answer(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        return ask_to_sign_in_again(request) or view(request, *arguments, **named)

    return answer


@login_required
@rate_limit(action="change_password")
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Change one's own password; whoever signs in elsewhere has none here."""
    if not isinstance(request.user, User) or not request.user.has_usable_password():
        raise PermissionDenied(_("You have no password here: you sign in with your identity provider."))
    response: HttpResponseBase = PasswordChangeView.as_view()(request)
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponseBase:
    """Where one is signed in, each session with a button that ends it."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 - tells the type checker what `login_required` has made sure of
    current = request.session.session_key
    if request.method == "POST":
        _end(request, person, request.POST.get("session", ""), current or "")
        return HttpResponseRedirect(request.path)
    sessions = sorted(UserSession.objects.purge_and_list(person), key=lambda row: row.last_seen_at, reverse=True)
    context = {"sessions": sessions, "current": current, "others": len(sessions) > 1}
    return render(request, "usersessions/usersession_list.html", context)


def _end(request: HttpRequest, person: User, wanted: str, current: str) -> None:
    """End the session with the number `wanted`, or all others where it is "others"; never the one in use."""
    found = UserSession.objects.filter(user=person).exclude(session_key=current)
    # Compared as texts: whatever was made up is then only a number that no session has.
    chosen = [session for session in found if wanted in {"others", str(session.pk)}]
    for session in chosen:
        session.end()
    record("session.ended", subject=person, reason="own wish", sessions_ended=len(chosen))
    messages.success(
        request,
        ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", len(chosen))
        % {"count": len(chosen)},
    )

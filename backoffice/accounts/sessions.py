"""How long a session lasts, and how it is ended.

A session ends `SESSION_IDLE_SECONDS` after its last sign of a person, and `SESSION_SECONDS` after it began. A page that
renews itself (`live.js` marks its requests) is no sign of a person. That sign is written at most once a minute, so a
session can end up to a minute early.
"""

from typing import Any, Literal

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

STARTED = "started_at"
SEEN = "seen_at"
WRITE_SECONDS = 60
LIVE_MARK = "live"

Reason = Literal["idle", "too_long"]


@receiver(user_logged_in)
def begin_session(request: HttpRequest, **_signal: Any) -> None:
    """Note when a session began."""
    now = timezone.now().timestamp()
    request.session[STARTED] = request.session[SEEN] = now


def why_ended(request: HttpRequest) -> Reason | None:
    """Why the session of this request has ended; None while it lasts. A session without a beginning is too old."""
    if SESSION_KEY not in request.session:
        return None
    now = timezone.now().timestamp()
    if now - request.session.get(STARTED, 0) >= settings.SESSION_SECONDS:
        return "too_long"
    if now - request.session.get(SEEN, 0) >= settings.SESSION_IDLE_SECONDS:
        return "idle"
    return None


def note_sign_of_a_person(request: HttpRequest) -> None:
    """Let the session last, where a person sent this request."""
    if SESSION_KEY not in request.session or is_by_itself(request):
        return
    now = timezone.now()
    if now.timestamp() - request.session.get(SEEN, 0) >= WRITE_SECONDS:
        request.session[SEEN] = now.timestamp()
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def is_by_itself(request: HttpRequest) -> bool:
    """Whether a page that renews itself sent this request."""
    return request.headers.get("X-Requested-With") == LIVE_MARK


def end_sessions(person: User, *, but: str | None = None) -> int:
    """End the sessions of a person, all of them or all `but` the one with that key; return how many."""
    ended = 0
    for session in UserSession.objects.filter(user=person).exclude(session_key=but or ""):
        # A row can stand for a session whose key was changed since, as after a change of the password.
        ended += session.exists()
        session.end()
    return ended


def forget_ended_sessions() -> int:
    """Remove every session whose time is over, with its line in its person's list; say how many there were."""
    ended = Session.objects.filter(expire_date__lte=timezone.now())
    UserSession.objects.filter(session_key__in=ended.values("session_key")).delete()
    removed, _by_model = ended.delete()
    return removed

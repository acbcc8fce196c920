"""How long a session lasts, what keeps it alive, and how it is ended."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.accounts.sessions import forget_ended_sessions
from backoffice.audit.models import AuditRecord

from .conftest import PASSWORD, sign_in_by_form

pytestmark = pytest.mark.django_db

PAGE = "/admin/sync/"
MINE = "/account/sessions/"
LIVE = {"X-Requested-With": "live"}
STATIC = Path(__file__).resolve().parent.parent.parent / "backoffice" / "static"


def _is_in(browser: Client, **options: Any) -> bool:
    return browser.get(PAGE, **options).status_code == 200


def _after(**time: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**time))


def test_a_session_ends_after_thirty_idle_minutes_and_says_why(clara: User) -> None:
    browser = sign_in_by_form(clara)
    with _after(minutes=29):
        assert _is_in(browser)
    with _after(minutes=58):
        assert _is_in(browser), "the visit before counted"
    with _after(minutes=89):
        assert not _is_in(browser)
        assert "you were away for a while" in browser.get("/account/login/").content.decode()
    assert AuditRecord.objects.get(action="session.ended").details == {"reason": "idle"}
    assert not UserSession.objects.exists()


def test_a_session_ends_after_twelve_hours_however_busy(clara: User) -> None:
    browser = sign_in_by_form(clara)
    for quarter in range(1, 48):
        with _after(minutes=15 * quarter):
            assert _is_in(browser)
    with _after(hours=12, seconds=1):
        assert not _is_in(browser)
    assert AuditRecord.objects.get(action="session.ended").details == {"reason": "too_long"}


@pytest.mark.parametrize(("variable", "seconds"), [("SESSION_IDLE_SECONDS", 100), ("SESSION_SECONDS", 100)])
def test_both_ends_are_set_from_outside(clara: User, settings: Any, variable: str, seconds: int) -> None:
    setattr(settings, variable, seconds)
    browser = sign_in_by_form(clara)
    with _after(seconds=seconds - 1):
        assert _is_in(browser)
    with _after(seconds=2 * seconds):
        assert not _is_in(browser)


def test_a_page_that_renews_itself_keeps_nobody_signed_in(clara: User) -> None:
    browser = sign_in_by_form(clara)
    for minute in range(1, 30):
        with _after(minutes=minute):
            assert _is_in(browser, headers=LIVE)
    with _after(minutes=31):
        assert not _is_in(browser, headers=LIVE)


def test_every_script_that_reads_by_itself_says_that_no_person_did() -> None:
    """What a script posts was pressed by a person, and counts as that."""
    scripts = [path.read_text() for path in STATIC.rglob("*.js")]
    calls = [(text, call) for text in scripts for call in re.findall(r"\bfetch\([^;]*;", text)]
    reading = [text for text, call in calls if 'method: "POST"' not in call]
    assert len(reading) == 2
    assert all('"X-Requested-With": "live"' in text for text in reading)
    assert not [text for text in scripts if re.search(r"XMLHttpRequest|EventSource|sendBeacon", text)]


def test_a_session_is_written_at_most_once_a_minute(clara: User) -> None:
    browser = sign_in_by_form(clara)
    for seconds, writes in ((10, False), (59, False), (61, True), (62, False)):
        with _after(seconds=seconds), CaptureQueriesContext(connection) as queries:
            assert _is_in(browser)
        written = [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
        assert bool(written) is writes, (seconds, written)
    assert UserSession.objects.get().last_seen_at > timezone.now() + timedelta(seconds=55)


def test_a_session_without_a_beginning_is_over(client: Client, clara: User) -> None:
    client.force_login(clara)
    session = client.session
    del session["started_at"]
    session.save()
    assert not _is_in(client)


def test_clara_sees_her_own_sessions_and_ends_one(clara: User, felix: User) -> None:
    here = sign_in_by_form(clara, user_agent="Firefox at the desk")
    there = sign_in_by_form(clara, user_agent="Safari on the phone")
    sign_in_by_form(felix, user_agent="Felix's")
    page = here.get(MINE).content.decode()
    assert "Firefox at the desk" in page
    assert "Safari on the phone" in page
    assert "Felix" not in page

    here.post(MINE, {"session": UserSession.objects.get(user_agent="Safari on the phone").pk})
    assert (_is_in(here), _is_in(there)) == (True, False)
    assert AuditRecord.objects.get(action="session.ended").details == {"reason": "own wish", "sessions_ended": 1}


def test_clara_ends_all_others_at_once(clara: User, felix: User) -> None:
    here, others = sign_in_by_form(clara), [sign_in_by_form(clara) for _ in range(3)]
    his = sign_in_by_form(felix)
    here.post(MINE, {"session": "others"})
    assert _is_in(here)
    assert [_is_in(other) for other in others] == [False] * 3
    assert _is_in(his)


TOO_MANY_DIGITS_FOR_PYTHON = pytest.param("9" * 5000, id="5000 digits")


@pytest.mark.parametrize("wanted", ["", "0", "x", "99999999999999999999", TOO_MANY_DIGITS_FOR_PYTHON, "-1", "²"])
def test_nonsense_ends_nothing(clara: User, wanted: str) -> None:
    here, there = sign_in_by_form(clara), sign_in_by_form(clara)
    here.post(MINE, {"session": wanted})
    assert (_is_in(here), _is_in(there)) == (True, True)


def test_nobody_ends_the_session_of_somebody_else(clara: User, felix: User) -> None:
    hers, his = sign_in_by_form(clara), sign_in_by_form(felix)
    hers.post(MINE, {"session": UserSession.objects.get(user=felix).pk})
    assert _is_in(his)


def test_a_changed_password_ends_the_other_sessions(clara: User) -> None:
    here, there = sign_in_by_form(clara), sign_in_by_form(clara)
    new = "another horse battery"
    answer = here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.headers["Location"] == "/admin/"
    assert (_is_in(here), _is_in(there)) == (True, False)
    assert Session.objects.count() == 1
    assert AuditRecord.objects.get(action="password.changed").details["sessions_ended"] == 1


def test_a_password_is_not_changed_without_the_present_one(clara: User) -> None:
    here = sign_in_by_form(clara)
    new = "another horse battery"
    answer = here.post("/account/password/", {"oldpassword": "wrong", "password1": new, "password2": new})
    assert "not your present password" in answer.content.decode()
    clara.refresh_from_db()
    assert clara.check_password(PASSWORD)


def test_what_is_kept_of_a_session_goes_after_its_end(clara: User) -> None:
    sign_in_by_form(clara)
    assert forget_ended_sessions() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        sign_in_by_form(clara)
        assert forget_ended_sessions() == 1
    assert Session.objects.count() == UserSession.objects.count() == 1

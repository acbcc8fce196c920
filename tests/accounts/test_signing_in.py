"""Names, passwords and codes: one answer to everything that is wrong, and no endless trying."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.accounts.second_factor import REACHABLE_WITHOUT
from backoffice.audit.models import AuditRecord
from tests.people import sign_in

from .codes import code_of
from .conftest import LOGIN, PASSWORD, sign_in_by_form
from .test_public_pages import ADDRESSES

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTOR = "/account/login/second-factor/"
SET_UP = "/account/second-factor/"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def _second_factor_required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def with_app(clara: User) -> User:
    """Clara, whose authenticator app is set up."""
    TOTP.activate(clara, SECRET)
    return clara


def _said(login: str, password: str = "wrong", browser: Client | None = None, **headers: str) -> str:
    answer = (browser or Client()).post(LOGIN, {"login": login, "password": password}, **headers)  # type: ignore[arg-type]  # REMOTE_ADDR
    return answer.content.decode()


def test_a_wrong_name_a_wrong_password_and_a_closed_account_get_the_same_answer(clara: User, felix: User) -> None:
    User.objects.filter(pk=felix.pk).update(is_active=False)
    answers = {
        _without_token(_said("clara")),
        _without_token(_said("nobody").replace("nobody", "clara")),
        _without_token(_said("felix", PASSWORD).replace("felix", "clara")),
    }
    assert len(answers) == 1
    assert "do not belong together" in answers.pop()


class CountingHasher(PBKDF2PasswordHasher):
    """Counts how often the slow part of checking a password runs."""

    runs = 0

    def encode(self, *arguments: Any, **named: Any) -> str:
        """As slow as ever."""
        CountingHasher.runs += 1
        encoded: str = super().encode(*arguments, **named)
        return encoded


def test_a_wrong_name_takes_as_long_as_a_wrong_password(clara: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    clara.set_password(PASSWORD)
    clara.save()
    User.objects.create_user("from-elsewhere")
    User.objects.create_user("closed", password=PASSWORD, is_active=False)
    runs = {}
    for name in ("clara", "nobody", "from-elsewhere", "closed"):
        CountingHasher.runs = 0
        _said(name)
        runs[name] = CountingHasher.runs
    assert set(runs.values()) == {1}, runs


def test_after_five_failures_a_name_waits_five_minutes_wherever_they_come_from(clara: User) -> None:
    for number in range(5):
        assert "do not belong together" in _said("clara", REMOTE_ADDR=f"10.0.0.{number}")
    assert "Wait up to 5 minutes" in _said("clara", PASSWORD, REMOTE_ADDR="10.0.1.1")
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1), tick=True):
        sign_in_by_form(clara)


def test_a_name_that_nobody_has_is_throttled_the_same(clara: User) -> None:
    for _attempt in range(5):
        _said("nobody")
    assert "Wait up to 5 minutes" in _said("nobody")


def test_one_address_tries_ten_names_a_minute(clara: User) -> None:
    for number in range(10):
        assert "do not belong together" in _said(f"name-{number}")
    assert "Wait up to 5 minutes" in _said("clara", PASSWORD)
    assert "do not belong together" in _said("name-11", REMOTE_ADDR="10.0.0.1"), "another address is not concerned"
    with time_machine.travel(timezone.now() + timedelta(minutes=1, seconds=1), tick=True):
        sign_in_by_form(clara)


def test_signing_in_rightly_costs_no_attempt(clara: User) -> None:
    for _time in range(6):
        sign_in_by_form(clara)


def test_a_flood_is_answered_with_when_to_come_back() -> None:
    answers = [Client().post(LOGIN, {}) for _number in range(31)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"
    assert "Wait a minute" in answers[-1].content.decode()


@pytest.mark.usefixtures("_second_factor_required")
def test_the_password_alone_does_not_sign_in_whoever_has_a_second_factor(with_app: User) -> None:
    browser = Client()
    led = browser.post(LOGIN, {"login": "clara", "password": PASSWORD}).headers["Location"]
    assert led == FACTOR
    assert browser.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert browser.post(FACTOR, {"code": code_of(SECRET)}).status_code == 302
    assert browser.get("/admin/").status_code == 200
    used = AuditRecord.objects.get(action="second_factor.used")
    assert (used.actor_name, used.details) == ("clara", {"type": "totp", "to_confirm": False})


def test_a_code_works_once(with_app: User) -> None:
    moment = time.time()
    with time_machine.travel(moment, tick=False):
        code = code_of(SECRET, at=moment)
        for status in (302, 200):
            browser = Client()
            browser.post(LOGIN, {"login": "clara", "password": PASSWORD})
            answer = browser.post(FACTOR, {"code": code})
            assert answer.status_code == status
    assert "it was used already" in answer.content.decode()
    assert AuditRecord.objects.filter(action="second_factor.refused").count() == 1


def test_codes_cannot_be_tried_without_end(with_app: User) -> None:
    browser = Client()
    browser.post(LOGIN, {"login": "clara", "password": PASSWORD})
    said = [browser.post(FACTOR, {"code": f"{number:06d}"}).content.decode() for number in range(7)]
    assert "Wait up to 5 minutes" in said[-1]


def test_a_recovery_code_signs_in_once(with_app: User) -> None:
    code = RecoveryCodes.activate(with_app).get_unused_codes()[0]
    for status in (302, 200):
        browser = Client()
        browser.post(LOGIN, {"login": "clara", "password": PASSWORD})
        assert browser.post(FACTOR, {"code": code}).status_code == status
    assert AuditRecord.objects.filter(action="recovery_code.used").count() == 1


def test_secrets_of_second_factors_are_encrypted(with_app: User) -> None:
    RecoveryCodes.activate(with_app)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored
    assert "gAAAA" in stored


@pytest.mark.usefixtures("_second_factor_required")
def test_without_a_second_factor_only_the_pages_that_set_one_up_are_reached(clara: User) -> None:
    browser = sign_in_by_form(clara)
    elsewhere = set()
    for address, name in ADDRESSES:
        answer = browser.get(f"/{address}")
        if answer.status_code != 302 or answer.headers["Location"] != SET_UP:
            elsewhere.add(name)
        if name == "account_logout":
            browser = sign_in_by_form(clara)
    # The inbox asks nobody who they are: an event is signed by the provider.
    assert elsewhere - REACHABLE_WITHOUT == {"webhook_inbox"}
    assert browser.get(SET_UP).status_code == 200


@pytest.mark.usefixtures("_second_factor_required")
def test_a_factor_that_was_set_up_elsewhere_must_be_used_here_too(clara: User) -> None:
    browser = sign_in_by_form(clara)
    TOTP.activate(clara, SECRET)
    led = browser.get("/admin/payments/payment/?status=started").headers["Location"]
    assert led == "/account/confirm/code/?next=%2Fadmin%2Fpayments%2Fpayment%2F%3Fstatus%3Dstarted"
    browser.post("/account/confirm/code/", {"code": code_of(SECRET), "next": "/admin/"})
    assert browser.get("/admin/").status_code == 200


@pytest.mark.usefixtures("_second_factor_required")
def test_a_password_alone_adds_no_factor_beside_the_one_that_was_set_up_elsewhere(clara: User) -> None:
    thief = sign_in_by_form(clara)
    assert thief.get("/account/second-factor/app/").status_code == 200
    TOTP.activate(clara, SECRET)
    for address in ("/account/second-factor/passkeys/add/", "/account/second-factor/app/"):
        for answer in (thief.get(address), thief.post(address, {"name": "Mine", "credential": "{}"})):
            assert answer.headers["Location"].startswith("/account/confirm/code/")
    assert Authenticator.objects.filter(user=clara).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_second_factor_required")
def test_setting_up_an_app_opens_the_rest_and_removing_it_closes_it_everywhere(clara: User) -> None:
    here = sign_in_by_form(clara)
    here.get("/account/second-factor/app/")
    secret = here.session["mfa.totp.secret"]
    made = here.post("/account/second-factor/app/", {"code": code_of(secret)})
    assert made.headers["Location"] == "/account/second-factor/recovery-codes/"
    assert "mfa.totp.secret" not in here.session
    assert here.get("/admin/").status_code == 200
    there = sign_in(Client(), clara)

    here.post("/account/second-factor/app/remove/")
    assert here.get("/admin/").headers["Location"] == SET_UP
    assert there.get("/admin/").status_code == 200, "made by the test, not by signing in: it has no row to end"
    actions = list(AuditRecord.objects.filter(action__startswith="second_factor").values_list("action", flat=True))
    assert sorted(actions) == ["second_factor.added", "second_factor.removed"]


@pytest.mark.usefixtures("_second_factor_required")
def test_no_page_asks_the_database_about_the_second_factor(client: Client, clara: User) -> None:
    sign_in(client, clara)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/").status_code == 200
    assert not [query for query in queries if "mfa_authenticator" in query["sql"]]


def test_recovery_codes_are_shown_once(client: Client, with_app: User) -> None:
    sign_in(client, with_app)
    client.post("/account/second-factor/recovery-codes/new/")
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    address = "/account/second-factor/recovery-codes/"
    assert codes[0] in client.get(address).content.decode()
    assert codes[0] not in client.get(address).content.decode()


def test_every_change_of_a_second_factor_needs_a_recent_sign_in(client: Client, with_app: User) -> None:
    client.force_login(with_app)
    for name in ("app/remove/", "passkeys/add/", "recovery-codes/", "recovery-codes/new/"):
        led = client.post(f"{SET_UP}{name}").headers["Location"]
        assert led.startswith("/account/confirm/"), name
    assert Authenticator.objects.filter(type="totp").exists()


def test_confirming_is_recorded_without_the_password(client: Client, clara: User) -> None:
    client.force_login(clara)
    client.post("/account/confirm/", {"password": "not this one"})
    client.post("/account/confirm/", {"password": PASSWORD})
    assert AuditRecord.objects.filter(action="sign_in.confirmed").count() == 1
    assert PASSWORD not in str(list(AuditRecord.objects.values()))


def _without_token(page: str) -> str:
    """The page without what differs every time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)

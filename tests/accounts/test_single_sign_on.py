"""Single sign-on against a real identity provider over HTTP: who comes in, into which groups, and who does not."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponseBase
from django.test import Client

from backoffice.accounts.single_sign_on import check_group_map
from backoffice.audit.models import AuditRecord

from .conftest import LOGIN
from .identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

pytestmark = pytest.mark.django_db

BEGIN = "/account/single-sign-on/sso/"
NINA = {
    "sub": "0001-nina",
    "preferred_username": "nina",
    "email": "nina@example.org",
    "email_verified": True,
    "given_name": "Nina",
    "groups": ["urn:team:kyc"],
}


@pytest.fixture
def identity_provider(settings: Any) -> Iterator[IdentityProvider]:
    """An identity provider that knows Nina, and a back office that knows it."""
    with IdentityProvider(claims=dict(NINA)) as provider:
        settings.OIDC_SERVER_URL = provider.address
        settings.OIDC_CLIENT_ID = CLIENT_ID
        settings.OIDC_CLIENT_SECRET = CLIENT_SECRET
        settings.OIDC_NAME = "Example Login"
        settings.OIDC_GROUP_MAP = {"urn:team:kyc": "Compliance", "money": "Finance", "boss": "Supervisor"}
        yield provider


def _come(browser: Client | None = None, wanted: str = "") -> tuple[Client, HttpResponseBase]:
    """Sign in there: to the identity provider, back with its code, and what we answer."""
    browser = browser or Client()
    there = browser.get(BEGIN, {"next": wanted} if wanted else {}).headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    return browser, browser.get(back.removeprefix("http://testserver"))


def _groups(name: str = "nina") -> set[str]:
    return set(User.objects.get(username=name).groups.values_list("name", flat=True))


def _reasons() -> list[str]:
    return [row.details["reason"] for row in AuditRecord.objects.filter(action="sign_in.refused")]


def test_nina_comes_in_with_the_groups_of_the_claim(identity_provider: IdentityProvider) -> None:
    browser, answer = _come(wanted="/admin/customers/customer/")
    assert answer.headers["Location"] == "/admin/customers/customer/"
    nina = User.objects.get(username="nina")
    assert (nina.is_staff, nina.is_superuser, nina.has_usable_password()) == (True, False, False)
    assert _groups() == {"Compliance"}
    assert browser.get("/admin/").status_code == 200
    assert {"/authorize", "/token", "/userinfo", "/keys"} <= set(identity_provider.seen)


def test_groups_are_exactly_those_of_the_claim_at_every_sign_in(identity_provider: IdentityProvider) -> None:
    _come()
    User.objects.get(username="nina").groups.add(Group.objects.get(name="Administrator"))
    identity_provider.claims["groups"] = ["money", "boss", "nobody maps this"]
    _come()
    assert _groups() == {"Finance", "Supervisor"}
    assert User.objects.filter(username="nina").count() == 1


@pytest.mark.parametrize("groups", [[], ["nobody maps this"], None, "Compliance", {"urn:team:kyc": True}, [["boss"]]])
def test_whoever_is_in_no_group_is_refused_and_told_so(identity_provider: IdentityProvider, groups: Any) -> None:
    identity_provider.claims["groups"] = groups
    browser, answer = _come()
    assert answer.status_code == 403
    assert b"none of the groups" in getattr(answer, "content", b"")
    assert not User.objects.exists()
    assert browser.get("/admin/").status_code == 302
    assert _reasons() == ["no group"]


def test_whoever_loses_the_groups_loses_them_here(identity_provider: IdentityProvider) -> None:
    _come()
    identity_provider.claims["groups"] = []
    assert _come()[1].status_code == 403
    assert _groups() == set()


def test_a_single_value_is_a_group_as_well(identity_provider: IdentityProvider) -> None:
    identity_provider.claims["groups"] = "boss"
    _come()
    assert _groups() == {"Supervisor"}


@pytest.mark.parametrize("claim", ["is_superuser", "admin", "user_permissions"])
def test_nothing_there_makes_a_superuser(identity_provider: IdentityProvider, claim: str) -> None:
    identity_provider.claims[claim] = True
    _come()
    assert not User.objects.get(username="nina").is_superuser


def test_a_superuser_does_not_come_in_this_way(identity_provider: IdentityProvider) -> None:
    _come()
    User.objects.filter(username="nina").update(is_superuser=True)
    assert _come()[1].status_code == 403
    assert _reasons() == ["superuser"]


@pytest.mark.parametrize("theirs", [{"username": "nina"}, {"username": "NINA"}])
def test_an_account_that_was_made_here_is_never_taken_over_by_name(
    identity_provider: IdentityProvider, theirs: dict[str, str]
) -> None:
    User.objects.create_user(**theirs, is_staff=True)
    assert _come()[1].status_code == 403
    assert not SocialAccount.objects.exists()
    assert _reasons() == ["name taken"]


def test_an_account_that_was_made_here_is_never_taken_over_by_address(
    identity_provider: IdentityProvider, ada: User
) -> None:
    User.objects.filter(pk=ada.pk).update(email=NINA["email"])
    browser, _answer = _come()
    assert browser.session["_auth_user_id"] != str(ada.pk)
    assert not SocialAccount.objects.filter(user=ada).exists()


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"auth_time": int(time.time()) - 3600}, "auth_time"),
        ({"auth_time": None}, "auth_time"),
        ({"auth_time": "now"}, "auth_time"),
    ],
)
def test_whoever_proved_it_long_ago_is_refused(
    identity_provider: IdentityProvider, lie: dict[str, Any], reason: str
) -> None:
    identity_provider.token_claims = lie
    assert _come()[1].status_code == 403
    assert _reasons() == [reason]


@pytest.mark.parametrize(
    "lie",
    [{"aud": "somebody else"}, {"iss": "https://evil.example"}, {"exp": 1}],
    ids=["for somebody else", "from somebody else", "too old"],
)
def test_a_token_that_is_not_for_us_is_refused(identity_provider: IdentityProvider, lie: dict[str, Any]) -> None:
    identity_provider.token_claims = lie
    _browser, answer = _come()
    assert b"cannot be trusted" in getattr(answer, "content", b"")
    assert not User.objects.exists()


def test_a_token_with_a_wrong_signature_is_refused(identity_provider: IdentityProvider) -> None:
    identity_provider.wrong_key = True
    _come()
    assert not User.objects.exists()


def test_a_profile_of_somebody_else_is_refused(identity_provider: IdentityProvider) -> None:
    identity_provider.profile = {"sub": "0002-somebody", "groups": ["boss"]}
    assert _come()[1].status_code == 403
    assert _reasons() == ["answer"]


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(identity_provider: IdentityProvider) -> None:
    there = Client().get(BEGIN).headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    browser = Client()
    browser.get(back.removeprefix("http://testserver"))
    assert "_auth_user_id" not in browser.session
    assert not User.objects.exists()


def test_signing_in_there_can_be_cancelled(identity_provider: IdentityProvider) -> None:
    identity_provider.refuses = True
    browser, answer = _come()
    assert "cancelled" in browser.get(answer.headers["Location"]).content.decode()


def test_an_identity_provider_that_is_away_is_said(identity_provider: IdentityProvider, settings: Any) -> None:
    settings.OIDC_SERVER_URL = "http://127.0.0.1:9"
    answer = Client().get(BEGIN)
    assert "did not answer" in answer.content.decode()
    assert "127.0.0.1:9" not in answer.content.decode()


def test_what_stands_in_the_address_changes_nothing(identity_provider: IdentityProvider) -> None:
    there = Client().get(BEGIN, {"auth_params": "max_age=99999", "scope": "everything", "process": "connect"})
    assert "max_age=300" in there.headers["Location"]
    assert "everything" not in there.headers["Location"]


def test_a_second_factor_is_asked_for_here_unless_the_provider_is_trusted(
    identity_provider: IdentityProvider, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    assert _come()[0].get("/admin/").headers["Location"] == "/account/second-factor/"
    settings.OIDC_SECOND_FACTOR_TRUSTED = True
    assert _come()[0].get("/admin/").status_code == 200


def test_somebody_without_a_password_here_confirms_there(identity_provider: IdentityProvider, settings: Any) -> None:
    browser, _answer = _come()
    settings.REAUTHENTICATION_SECONDS = 0
    again = browser.get("/account/second-factor/passkeys/add/").headers["Location"]
    assert again == "/account/single-sign-on/sso/?next=%2Faccount%2Fsecond-factor%2Fpasskeys%2Fadd%2F"
    assert browser.get("/account/password/").status_code == 403


def test_whoever_is_closed_out_here_stays_out(identity_provider: IdentityProvider) -> None:
    _come()
    User.objects.filter(username="nina").update(is_active=False)
    browser, answer = _come()
    assert answer.headers["Location"] == "/account/closed/"
    assert browser.get("/admin/").status_code == 302


def test_no_secret_is_logged(identity_provider: IdentityProvider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _come()
    identity_provider.wrong_key = True
    _come()
    recorded = str(list(AuditRecord.objects.values()))
    for secret in (CLIENT_SECRET, "access-token-canary", "nina@example.org"):
        assert secret not in caplog.text
        assert secret not in recorded


def test_it_is_off_until_it_is_named(settings: Any) -> None:
    SocialApp.objects.create(provider="openid_connect", provider_id="sso", name="From a row", client_id="x")
    assert Client().get(BEGIN).status_code == 404
    assert "single-sign-on" not in Client().get(LOGIN).content.decode()


def test_the_button_says_where_it_leads(identity_provider: IdentityProvider) -> None:
    page = Client().get(LOGIN, {"next": "/admin/sync/"}).content.decode()
    assert "Sign in with Example Login" in page
    assert "/account/single-sign-on/sso/?next=%2Fadmin%2Fsync%2F" in page


def test_a_group_that_there_is_not_is_an_error_at_start() -> None:
    check_group_map({"a": "Compliance"})
    with pytest.raises(ImproperlyConfigured, match="'Bosses'"):
        check_group_map({"a": "Compliance", "b": "Bosses"})

"""An administrator manages people: within the five groups, never for themselves, never above a superuser."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from backoffice.audit.models import AuditRecord
from backoffice.security.groups import GROUPS
from tests.people import sign_in

from .conftest import PASSWORD, sign_in_by_form

pytestmark = pytest.mark.django_db

REASON = {"reason": "The phone is lost."}


def _address(person: User, name: str = "change") -> str:
    return reverse(f"admin:auth_user_{name}", args=[person.pk])


def _form(person: User, *groups: str, **changes: Any) -> dict[str, Any]:
    fields = {"username": person.username, "is_active": "on", "is_staff": "on", **changes}
    return {
        **{name: value for name, value in fields.items() if value},
        "groups": list(Group.objects.filter(name__in=groups).values_list("pk", flat=True)),
    }


def _groups(person: User) -> set[str]:
    return set(person.groups.values_list("name", flat=True))


@pytest.fixture
def desk(client: Client, adam: User) -> Client:
    """Adam's browser, signed in only just now."""
    return sign_in(client, adam)


@pytest.mark.parametrize("group", list(GROUPS))
def test_adam_gives_and_takes_each_of_the_five_groups(desk: Client, clara: User, group: str) -> None:
    assert desk.post(_address(clara), _form(clara, group)).status_code == 302
    assert _groups(clara) == {group}


def test_adam_cannot_change_his_own_groups_and_is_told_why(desk: Client, adam: User) -> None:
    assert "Nobody changes their own groups" in desk.get(_address(adam)).content.decode()
    desk.post(_address(adam), _form(adam, "Administrator", "Supervisor"))
    assert _groups(adam) == {"Administrator"}


def test_adam_cannot_lock_himself_out(desk: Client, adam: User) -> None:
    desk.post(_address(adam), _form(adam, is_active="", is_staff=""))
    adam.refresh_from_db()
    assert (adam.is_active, adam.is_staff) == (True, True)


def test_adam_cannot_give_a_group_that_the_code_does_not_keep(desk: Client, clara: User) -> None:
    Group.objects.create(name="Everything")
    answer = desk.post(_address(clara), _form(clara, "Everything"))
    assert "is not one of the available choices" in answer.content.decode()
    assert _groups(clara) == {"Compliance"}


def test_a_group_that_a_superuser_gave_is_kept(desk: Client, clara: User) -> None:
    clara.groups.add(Group.objects.create(name="Readers of something"))
    desk.post(_address(clara), _form(clara, "Finance"))
    assert _groups(clara) == {"Finance", "Readers of something"}


@pytest.mark.parametrize("right", ["is_superuser", "user_permissions"])
def test_adam_cannot_give_rights_beyond_groups(desk: Client, clara: User, right: str) -> None:
    desk.post(_address(clara), {**_form(clara, "Compliance"), right: ["1"]})
    clara.refresh_from_db()
    assert not clara.is_superuser
    assert not clara.user_permissions.exists()


def test_moments_are_only_read(desk: Client, ada: User, client: Client, clara: User) -> None:
    joined = clara.date_joined
    for person in (None, ada):
        if person:
            sign_in(client, person)
        client.post(
            _address(clara), {**_form(clara, "Compliance"), "date_joined_0": "2001-01-01", "date_joined_1": "00:00"}
        )
        clara.refresh_from_db()
        assert clara.date_joined == joined
        assert clara.last_login is None


@pytest.mark.parametrize("name", ["reset-second-factor", "sign-out-everywhere"])
def test_adam_cannot_touch_a_superuser(desk: Client, ada: User, name: str) -> None:
    assert desk.post(_address(ada), _form(ada, "Finance")).status_code == 403
    assert desk.post(reverse("admin:auth_user_password_change", args=[ada.pk]), {}).status_code == 403
    assert desk.post(_address(ada, name), REASON).status_code == 403


@pytest.mark.parametrize("person", ["clara", "felix", "sofia", "aurelio"])
def test_nobody_else_sees_or_changes_people(
    client: Client, adam: User, request: pytest.FixtureRequest, person: str
) -> None:
    sign_in(client, request.getfixturevalue(person))
    for address in (reverse("admin:auth_user_changelist"), _address(adam), _address(adam, "reset-second-factor")):
        assert client.get(address).status_code == 403
    assert client.post(_address(adam, "sign-out-everywhere"), REASON).status_code == 403


def test_changes_of_people_need_a_recent_sign_in_and_looking_does_not(client: Client, adam: User, clara: User) -> None:
    client.force_login(adam)
    assert "Changes here need a recent sign-in" in client.get(_address(clara)).content.decode()
    for address in (
        _address(clara),
        reverse("admin:auth_user_add"),
        reverse("admin:auth_user_password_change", args=[clara.pk]),
        _address(clara, "reset-second-factor"),
        _address(clara, "sign-out-everywhere"),
    ):
        answer = client.post(address, {**_form(clara, "Supervisor"), **REASON})
        assert answer.headers["Location"].startswith("/account/confirm/"), address
    assert _groups(clara) == {"Compliance"}


def test_a_group_s_rights_need_a_recent_sign_in(client: Client, ada: User) -> None:
    client.force_login(ada)
    group = Group.objects.get(name="Finance")
    rights = group.permissions.count()
    answer = client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "Finance"})
    assert answer.headers["Location"].startswith("/account/confirm/")
    assert group.permissions.count() == rights


def test_a_lost_phone_is_reset_with_a_reason_and_signs_out(desk: Client, clara: User, adam: User) -> None:
    Authenticator.objects.create(user=clara, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=clara, type="recovery_codes", data={"seed": "x"})
    UserSession.objects.create(user=clara, ip="10.0.0.1", session_key="a" * 32, user_agent="Firefox")

    assert "This field is required" in desk.post(_address(clara, "reset-second-factor"), {}).content.decode()
    assert desk.post(_address(clara, "reset-second-factor"), REASON).status_code == 302

    assert not Authenticator.objects.filter(user=clara).exists()
    assert not UserSession.objects.filter(user=clara).exists()
    written = AuditRecord.objects.get(action="second_factor.reset")
    assert (written.actor_name, written.subject_id) == ("adam", str(clara.pk))
    assert written.details["reason"] == "The phone is lost."
    assert written.details["types"] == ["recovery_codes", "totp"]


def test_nobody_resets_their_own_factor_there(desk: Client, adam: User) -> None:
    Authenticator.objects.create(user=adam, type="totp", data={"secret": "x"})
    assert desk.post(_address(adam, "reset-second-factor"), REASON).status_code == 403
    assert Authenticator.objects.filter(user=adam).exists()
    assert "Reset the second factor" not in desk.get(_address(adam)).content.decode()


def test_whoever_is_closed_out_is_signed_out_at_once(desk: Client, clara: User) -> None:
    elsewhere = sign_in_by_form(clara)
    assert elsewhere.get("/admin/").status_code == 200
    desk.post(_address(clara), _form(clara, "Compliance", is_active=""))
    assert elsewhere.get("/admin/").status_code == 302
    assert not UserSession.objects.filter(user=clara).exists()
    assert AuditRecord.objects.filter(action="session.ended", details__reason="account closed").count() == 1


def test_signing_out_somebody_everywhere_ends_the_session(desk: Client, clara: User) -> None:
    elsewhere = sign_in_by_form(clara)
    desk.post(_address(clara, "sign-out-everywhere"), {"reason": "Left the laptop in a train."})
    assert elsewhere.get("/admin/").status_code == 302
    assert AuditRecord.objects.get(action="session.ended").details["sessions_ended"] == 1


def test_a_password_set_by_an_administrator_is_recorded_and_signs_out(desk: Client, clara: User) -> None:
    elsewhere = sign_in_by_form(clara)
    address = reverse("admin:auth_user_password_change", args=[clara.pk])
    new = "another horse battery"
    desk.post(address, {"usable_password": "true", "password1": new, "password2": new})
    clara.refresh_from_db()
    assert clara.check_password(new)
    assert elsewhere.get("/admin/").status_code == 302
    written = AuditRecord.objects.get(action="password.set")
    assert new not in str(vars(written))


@pytest.mark.parametrize("number", ["{}", "0{}"])
def test_nobody_sets_their_own_password_without_the_present_one(desk: Client, adam: User, number: str) -> None:
    typed = {"password1": "another good one", "password2": "another good one", "usable_password": "true"}
    answer = desk.post(f"/admin/auth/user/{number.format(adam.pk)}/password/", typed)
    adam.refresh_from_db()
    assert answer.headers["Location"] == "/account/password/"
    assert adam.check_password("correct horse battery")


def test_a_password_that_was_refused_is_not_recorded(desk: Client, clara: User) -> None:
    address = reverse("admin:auth_user_password_change", args=[clara.pk])
    desk.post(address, {"usable_password": "true", "password1": "short", "password2": "short"})
    assert not AuditRecord.objects.filter(action="password.set").exists()
    clara.refresh_from_db()
    assert clara.check_password(PASSWORD)


def test_the_list_says_and_filters_who_has_a_second_factor(desk: Client, clara: User, felix: User) -> None:
    Authenticator.objects.create(user=clara, type="webauthn", data={})
    Authenticator.objects.create(user=felix, type="recovery_codes", data={})
    address = reverse("admin:auth_user_changelist")
    without = desk.get(address, {"second_factor": "False"}).content.decode()
    having = desk.get(address, {"second_factor": "True"}).content.decode()
    assert (">clara<" in having, ">felix<" in having) == (True, False)
    assert (">clara<" in without, ">felix<" in without) == (False, True)

"""Single sign-on by OpenID Connect: who comes from the identity provider, and into which groups.

A person of the identity provider is known by its lasting id (`sub`) alone. Nobody is ever linked to an account that was
made here, not by name and not by e-mail address: whoever can choose an address there could take over an account here.
At every sign-in the person has exactly the groups that `OIDC_GROUP_MAP` gives for the values of the claim
`OIDC_GROUPS_CLAIM`; whoever has none of them is refused. No superuser is made, and none signs in this way.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from requests import RequestException

from backoffice.audit.services import record
from backoffice.security.groups import GROUPS

CLOCK_TOLERANCE_SECONDS = 60


def check_group_map(group_map: Mapping[str, str]) -> None:
    """Raise `ImproperlyConfigured` where `OIDC_GROUP_MAP` names a group that there is not."""
    unknown = sorted(set(group_map.values()) - set(GROUPS))
    if unknown:
        raise ImproperlyConfigured(
            f"OIDC_GROUP_MAP names {', '.join(map(repr, unknown))}: the groups are {', '.join(GROUPS)}."
        )


@login_not_required
def begin_single_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the identity provider; nothing of the address but `next` is passed on."""
    wanted = QueryDict(mutable=True)
    wanted["next"] = request.GET.get("next", "")
    request.GET = wanted  # type: ignore[assignment]  # a QueryDict can be both
    return _answer(OAuth2LoginView, request, provider_id)


@login_not_required
def end_single_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The way back from the identity provider."""
    return _answer(OAuth2CallbackView, request, provider_id)


class CheckedConnection(OpenIDConnectOAuth2Adapter):
    """Checks the signature of every id token, however it came."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Decides who may come in, and makes the account of whoever comes the first time."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The one identity provider of the environment; a row of the database adds none."""
        return [_identity_provider()] if settings.OIDC_SERVER_URL else []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whoever has passed `pre_social_login`."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse whoever may not come in; give the groups of the claim to whoever was here before."""
        _check_answer(request, sociallogin)
        groups = _groups_of(sociallogin)
        person = sociallogin.user
        if sociallogin.is_existing:
            if person.is_superuser:
                _refuse(request, sociallogin, "superuser", _("Superusers sign in with their password."))
            person.groups.set(groups)
        if not groups:
            _refuse(request, sociallogin, "no group", _("Your account there is in none of the groups that work here."))
        if not sociallogin.is_existing:
            _prepare(request, sociallogin)

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the account: staff, no password, the groups of the claim."""
        person: User = super().save_user(request, sociallogin, form)
        person.groups.set(_groups_of(sociallogin))
        return person


def _identity_provider() -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=settings.OIDC_PROVIDER_ID,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={
            "server_url": settings.OIDC_SERVER_URL,
            "oauth_pkce_enabled": True,
            # Whoever has not proved who they are lately does so now, and the answer says when that was.
            "auth_params": {"max_age": str(settings.REAUTHENTICATION_SECONDS)},
        },
    )


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if not settings.OIDC_SERVER_URL or provider_id != settings.OIDC_PROVIDER_ID:
        raise Http404
    try:
        response: HttpResponse = view.adapter_view(CheckedConnection(request, provider_id))(request)
    except (RequestException, KeyError):
        # Not reached, or it does not describe itself as OpenID Connect says. What it sent is not for a log.
        return render(request, "socialaccount/authentication_error.html", status=503)
    return response


def _check_answer(request: HttpRequest, login: SocialLogin) -> None:
    """What the identity provider must say before anything of it is believed."""
    token, profile = _claims(login)
    if login.state.get("process") != "login" or not token or profile.get("sub", token["sub"]) != token["sub"]:
        _refuse(request, login, "answer", _("The answer of the identity provider does not fit together."))
    proved_at = token.get("auth_time")
    oldest = timezone.now().timestamp() - settings.REAUTHENTICATION_SECONDS - CLOCK_TOLERANCE_SECONDS
    if not isinstance(proved_at, int) or proved_at < oldest:
        _refuse(
            request, login, "auth_time", _("The identity provider does not say that you proved lately who you are.")
        )


def _prepare(request: HttpRequest, login: SocialLogin) -> None:
    """Fill in the account that is about to be made; the name must be free."""
    token, profile = _claims(login)
    name = str(profile.get("preferred_username") or token.get("preferred_username") or token["sub"])
    person = login.user
    person.username = name[: User._meta.get_field("username").max_length]  # noqa: SLF001 - Django's documented way to ask
    if User.objects.filter(username__iexact=person.username).exists():
        _refuse(request, login, "name taken", _("The name “%(name)s” belongs to somebody else here.") % {"name": name})
    person.is_staff, person.is_superuser = True, False
    # django-allauth would look for other people with the same address; here an address links nobody.
    login.email_addresses = []


def _groups_of(login: SocialLogin) -> list[Group]:
    token, profile = _claims(login)
    claim = settings.OIDC_GROUPS_CLAIM
    values = token.get(claim, profile.get(claim, []))
    listed = values if isinstance(values, list) else [values]
    names = {settings.OIDC_GROUP_MAP.get(str(value)) for value in listed} & set(GROUPS)
    return list(Group.objects.filter(name__in=names))


def _claims(login: SocialLogin) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the id token says, and what the page about the person says."""
    data = login.account.extra_data
    return data.get("id_token") or {}, data.get("userinfo") or {}


def _refuse(request: HttpRequest, login: SocialLogin, reason: str, words: str) -> NoReturn:
    person = login.user if login.is_existing else None
    record("sign_in.refused", subject=person, by=person, reason=reason, single_sign_on=True)
    context = {"reason": words, "name": settings.OIDC_NAME}
    raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", context, status=403))

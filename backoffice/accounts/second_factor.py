"""Who has a second factor, and whether this session used it. The answers come from the session, not from a query."""

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

# All that can be reached without a second factor: the pages that set one up, and the way out.
REACHABLE_WITHOUT = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
    }
)

# Of these, what sets a factor up. Whoever has one proves that one first: a password alone must not add another.
SETS_ONE_UP = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})


def has_second_factor(person: User) -> bool:
    """Whether an authenticator app or a passkey is set up; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=person, type__in=FACTORS).exists())


def second_factor_of_row() -> Exists:
    """The same as a column of a query of people."""
    return Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS))


def second_factor_was_used(request: HttpRequest) -> bool:
    """Whether this session's person proved a second factor in it, here or at an identity provider that is trusted."""
    trusted = {"mfa", "socialaccount"} if settings.OIDC_SECOND_FACTOR_TRUSTED else {"mfa"}
    records = get_authentication_records(request, request.user)
    return any(record["method"] in trusted for record in records)


def forget_second_factor(request: HttpRequest) -> None:
    """From now on this session has used none: the last one was removed."""
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [row for row in records if row["method"] != "mfa"]

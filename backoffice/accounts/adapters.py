"""What django-allauth asks us: who may sign up, what it says, how it stores the secrets of second factors."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.audit.context import address_of
from backoffice.security.encryption import decrypt_text, encrypt_text

from .recent import is_signed_in_recently


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, every wrong sign-in gets the same answer, and every redirect stays on this host."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The username and the password do not belong together. Nobody was signed in."),
        "too_many_login_attempts": _(
            "Too many attempts failed. Wait up to 5 minutes, then try again; "
            "until then, not even the right password helps."
        ),
        "rate_limited": _("Too many attempts failed. Wait up to 5 minutes, then try again."),
        "incorrect_code": _("The code is not right, or it was used already. Wait for the next one and try again."),
        "incorrect_password": _("The password is not right. Try again."),
        "enter_current_password": _("This is not your present password. Nothing was changed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by an administrator."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of the host that was asked."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Failed attempts are counted by the address that the audit record shows."""
        address = address_of(request)
        if address is None:
            raise PermissionDenied(_("It is not known where this request comes from."))
        return address

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:
        """A complete sign-in counts as much as a repeated one."""
        return not is_signed_in_recently(context.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to work."""
        return reverse("admin:index")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted; a person is known to authenticator apps by the sign-in name."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        """What is stored of a secret."""
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret that was stored."""
        return decrypt_text(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - as in django-allauth
        """What a passkey is called until it is given a name."""
        return gettext("Passkey %(number)s") % {
            "number": Authenticator.objects.filter(user=user, type=type).count() + 1
        }

    def _get_user_identifier(self, user: User) -> str:
        """E-mail addresses are neither asked for nor checked here."""
        return user.get_username()

"""The app's registration."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """`backoffice.accounts`."""

    name = "backoffice.accounts"
    label = "accounts"
    verbose_name = _("Signing in")

    def ready(self) -> None:
        """Listen to what happens to sign-ins.

        Raises `ImproperlyConfigured` where `OIDC_GROUP_MAP` names a group that there is not.
        """
        from . import recording, sessions, single_sign_on  # noqa: F401, PLC0415 - the first two connect themselves

        single_sign_on.check_group_map(settings.OIDC_GROUP_MAP)

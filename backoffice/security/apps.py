"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SecurityConfig(AppConfig):
    """`backoffice.security`."""

    name = "backoffice.security"
    label = "security"
    verbose_name = _("Security")

"""The app's registration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SecurityConfig(AppConfig):
    """`backoffice.security`."""

    name = "backoffice.security"
    label = "security"
    verbose_name = _("Security")

    def ready(self) -> None:
        """Keep the groups and their permissions up to date at every `migrate`."""
        from .groups import grant_permissions  # noqa: PLC0415 - needs the models

        post_migrate.connect(grant_permissions, dispatch_uid="grant_permissions")

"""The app's registration."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SecurityConfig(AppConfig):
    """`backoffice.security`."""

    name = "backoffice.security"
    label = "security"
    verbose_name = _("Security")

    def ready(self) -> None:
        """At every `migrate`, grant the groups their permissions and prove the key; check it at every start.

        Keep what people search for out of the log.
        """
        from . import request_log  # noqa: PLC0415 - its middleware needs the settings
        from .groups import grant_permissions  # noqa: PLC0415 - needs the models
        from .proof import check_keys_of_command, write_proof  # noqa: PLC0415

        post_migrate.connect(grant_permissions, dispatch_uid="grant_permissions")
        post_migrate.connect(write_proof, sender=self, dispatch_uid="write_key_proof")
        register(check_keys_of_command)
        request_log.connect()

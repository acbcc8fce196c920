"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """`backoffice.audit`."""

    name = "backoffice.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Listen to who signs in, and who may do what."""
        from . import signals  # noqa: PLC0415 - needs the models

        signals.connect()

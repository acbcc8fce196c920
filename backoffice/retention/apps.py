"""The app's registration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    """`backoffice.retention`."""

    name = "backoffice.retention"
    label = "retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        """Give every kind of record its period, at every `migrate`."""
        from .services import keep_policies  # noqa: PLC0415 - needs the models

        post_migrate.connect(keep_policies, sender=self, dispatch_uid="keep_retention_policies")

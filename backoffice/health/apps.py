"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    """`backoffice.health`."""

    name = "backoffice.health"
    label = "health"
    verbose_name = _("Health")

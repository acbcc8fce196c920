"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """`backoffice.operations`."""

    name = "backoffice.operations"
    label = "operations"
    verbose_name = _("Work in progress")

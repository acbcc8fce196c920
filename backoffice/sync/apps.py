"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    """`backoffice.sync`."""

    name = "backoffice.sync"
    label = "sync"
    verbose_name = _("Sync")

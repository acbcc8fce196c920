"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    """`backoffice.calls`."""

    name = "backoffice.calls"
    label = "calls"
    verbose_name = _("Calls")

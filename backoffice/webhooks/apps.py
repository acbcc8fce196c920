"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """`backoffice.webhooks`."""

    name = "backoffice.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")

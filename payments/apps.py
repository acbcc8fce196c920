"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """`payments`."""

    name = "payments"
    label = "payments"
    verbose_name = _("Payments")

"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """`customers`."""

    name = "customers"
    label = "customers"
    verbose_name = _("Customers")

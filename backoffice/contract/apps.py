"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractConfig(AppConfig):
    """`backoffice.contract`."""

    name = "backoffice.contract"
    label = "contract"
    verbose_name = _("Contract")

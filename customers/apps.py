"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """`customers`."""

    name = "customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Tell the shared rooms what is mirrored, what can be asked of the provider, and what needs a person."""
        from backoffice.attention import register_attention  # noqa: PLC0415 - models must be loaded first
        from backoffice.operations import kinds  # noqa: PLC0415
        from backoffice.sync import resources  # noqa: PLC0415

        from .attention import ITEMS  # noqa: PLC0415
        from .operations import KINDS  # noqa: PLC0415
        from .sync import CUSTOMERS  # noqa: PLC0415

        resources.register(CUSTOMERS)
        for kind in KINDS:
            kinds.register(kind)
        for item in ITEMS:
            register_attention(item)

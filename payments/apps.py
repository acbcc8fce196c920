"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """`payments`."""

    name = "payments"
    label = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        """Tell the shared rooms which lists are mirrored, what needs a person, and what belongs to a customer."""
        from backoffice.attention import register_attention  # noqa: PLC0415 - needs the models
        from backoffice.sync.resources import register  # noqa: PLC0415 - needs the models
        from customers.panels import register_customer_panel  # noqa: PLC0415 - needs the models
        from payments import attention, sync, tables  # noqa: PLC0415 - needs the models

        for resource in sync.RESOURCES:
            register(resource)
        register_attention(attention.PAYMENTS_STANDING_STILL)
        register_customer_panel("payments", tables.payments_of_customer)
        register_customer_panel("off-ramps", tables.off_ramps_of_customer)

"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """`payments`."""

    name = "payments"
    label = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        """Tell the shared rooms what is mirrored, what can be asked for, what needs a person, what is a customer's."""
        from backoffice.attention import register_attention  # noqa: PLC0415 - needs the models
        from backoffice.operations import kinds  # noqa: PLC0415 - needs the models
        from backoffice.retention.kinds import register_retention  # noqa: PLC0415 - needs the models
        from backoffice.sync.resources import register  # noqa: PLC0415 - needs the models
        from customers.activity import register_activity  # noqa: PLC0415 - needs the models
        from customers.panels import register_customer_button, register_customer_panel  # noqa: PLC0415
        from payments import attention, buttons, operations, sync, tables  # noqa: PLC0415 - needs the models
        from payments.activity import ACTIVITIES  # noqa: PLC0415 - needs the models
        from payments.retention import KINDS as RETAINED  # noqa: PLC0415 - needs the models

        for name, (rows_since, latest) in ACTIVITIES.items():
            register_activity(name, rows_since, latest=latest)
        for resource in sync.RESOURCES:
            register(resource)
        for kind in operations.KINDS:
            kinds.register(kind)
        for retained in RETAINED:
            register_retention(retained)
        for name, build in buttons.BUTTONS.items():
            register_customer_button(name, build)
        register_attention(attention.PAYMENTS_STANDING_STILL)
        register_customer_panel("payments", tables.payments_of_customer)
        register_customer_panel("off-ramps", tables.off_ramps_of_customer)

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
        from backoffice.operations import kinds, subjects  # noqa: PLC0415
        from backoffice.operations.retention import hold_operations  # noqa: PLC0415
        from backoffice.retention.kinds import register_retention  # noqa: PLC0415
        from backoffice.security.restriction import register_restriction  # noqa: PLC0415
        from backoffice.sync import resources  # noqa: PLC0415

        from .attention import ITEMS  # noqa: PLC0415
        from .deciding import facts_of_customer  # noqa: PLC0415
        from .models import Customer  # noqa: PLC0415
        from .operations import KINDS  # noqa: PLC0415
        from .restrictions import ERASURES, RESTRICTIONS  # noqa: PLC0415
        from .retention import HOLDING  # noqa: PLC0415
        from .retention import KINDS as RETAINED  # noqa: PLC0415
        from .sync import CUSTOMERS  # noqa: PLC0415

        resources.register(CUSTOMERS)
        subjects.register_subject(Customer, facts_of_customer)
        for kind in KINDS:
            kinds.register(kind)
        for model, applies, where, hides in RESTRICTIONS:
            register_restriction(model, applies, where=where, hides=hides)
        for name, rows in HOLDING.items():
            hold_operations(name, rows)
        for retained in (*RETAINED, ERASURES):
            register_retention(retained)
        for item in ITEMS:
            register_attention(item)

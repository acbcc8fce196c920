"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankingConfig(AppConfig):
    """`banking`."""

    name = "banking"
    label = "banking"
    verbose_name = _("Banking")

    def ready(self) -> None:
        """Tell the shared rooms which lists are mirrored, what can be asked, what needs a person, what is activity."""
        from backoffice.attention import register_attention  # noqa: PLC0415 - needs the models
        from backoffice.operations import kinds  # noqa: PLC0415 - needs the models
        from backoffice.sync import resources  # noqa: PLC0415 - needs the models
        from banking import attention, operations, queries, sync, tables  # noqa: PLC0415 - needs the models
        from banking.activity import latest_reconciliation_of, reconciliations_since  # noqa: PLC0415 - needs the models
        from banking.services import forget_payers  # noqa: PLC0415 - needs the models
        from customers.activity import register_activity  # noqa: PLC0415 - needs the models
        from customers.forgetting import register_forgetting  # noqa: PLC0415 - needs the models
        from payments.panels import register_payment_operations, register_payment_panel  # noqa: PLC0415

        for resource in sync.RESOURCES:
            resources.register(resource)
        register_activity("reconciliations", reconciliations_since, latest=latest_reconciliation_of)
        register_forgetting("reconciliations", forget_payers)
        kinds.register(operations.ReconcilePayment())
        register_attention(attention.TRANSFERS_NOT_RECONCILED)
        register_payment_panel("bank-transactions", tables.lines_of_payment)
        register_payment_panel("reconciliations", tables.reconciliations_of_payment)
        register_payment_operations("reconciliations", queries.operations_of_payment)

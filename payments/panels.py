"""What other rooms put on a payment's page: this room must not know them, so they register here.

In the other room's `AppConfig.ready`::

    register_payment_panel("bank_transactions", lines_of_payment)
    register_payment_operations("reconciliations", operations_of_payment)

where `lines_of_payment(request, payment)` gives a `RelatedTable`, whose `permission` decides who sees it, and
`operations_of_payment(payment)` the operations whose steps stand in the payment's history.
"""

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.face.tables import RelatedTable
from backoffice.operations.models import Operation
from payments.models import Payment

BuildPanel = Callable[[HttpRequest, Payment], RelatedTable]
FindOperations = Callable[[Payment], QuerySet[Operation]]

_panels: dict[str, BuildPanel] = {}
_operations: dict[str, FindOperations] = {}


def register_payment_panel(name: str, build: BuildPanel) -> None:
    """Put a table on every payment's page, below those registered before; the same name again replaces it."""
    _panels[name] = build


def panels_of(request: HttpRequest, payment: Payment) -> list[RelatedTable]:
    """The registered tables for that payment."""
    return [build(request, payment) for build in _panels.values()]


def register_payment_operations(name: str, find: FindOperations) -> None:
    """Tell these operations in every payment's history; the same name again replaces them."""
    _operations[name] = find


def operations_of(payment: Payment) -> list[QuerySet[Operation]]:
    """The registered operations of that payment, each kind as rows that are not read yet."""
    return [find(payment) for find in _operations.values()]

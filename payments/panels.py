"""The tables that other rooms put on a payment's page: this room must not know them, so they register here.

In the other room's `AppConfig.ready`::

    register_payment_panel("bank_transactions", lines_of_payment)

where `lines_of_payment(request, payment)` gives a `RelatedTable`; its `permission` decides who sees it.
"""

from collections.abc import Callable

from django.http import HttpRequest

from backoffice.face.tables import RelatedTable
from payments.models import Payment

BuildPanel = Callable[[HttpRequest, Payment], RelatedTable]

_panels: dict[str, BuildPanel] = {}


def register_payment_panel(name: str, build: BuildPanel) -> None:
    """Put a table on every payment's page, below those registered before; the same name again replaces it."""
    _panels[name] = build


def panels_of(request: HttpRequest, payment: Payment) -> list[RelatedTable]:
    """The registered tables for that payment."""
    return [build(request, payment) for build in _panels.values()]

"""The tables that other domains put on a customer's page: this room must not know them, so they register here.

In the other domain's `AppConfig.ready`::

    register_customer_panel("payments", payments_of_customer)

where `payments_of_customer(request, customer)` gives a `RelatedTable`; its `permission` decides who sees it.
"""

from collections.abc import Callable

from django.http import HttpRequest

from backoffice.face.tables import RelatedTable

from .models import Customer

BuildPanel = Callable[[HttpRequest, Customer], RelatedTable]

_panels: dict[str, BuildPanel] = {}


def register_customer_panel(name: str, build: BuildPanel) -> None:
    """Put a table on every customer's page, below those registered before; the same name again replaces it."""
    _panels[name] = build


def panels_of(request: HttpRequest, customer: Customer) -> list[RelatedTable]:
    """The registered tables for that customer."""
    return [build(request, customer) for build in _panels.values()]

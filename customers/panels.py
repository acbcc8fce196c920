"""What other domains put on a customer's page: this room must not know them, so they register here.

In the other domain's `AppConfig.ready`::

    register_customer_panel("payments", payments_of_customer)
    register_customer_button("create-payment", button_to_pay)

where `payments_of_customer(request, customer)` gives a `RelatedTable` (its `permission` decides who sees it), and
`button_to_pay(request, customer)` a `Button`, or None for a reader who may not press it.
"""

from collections.abc import Callable

from django.http import HttpRequest

from backoffice.face.actions import Button
from backoffice.face.tables import RelatedTable

from .models import Customer

BuildPanel = Callable[[HttpRequest, Customer], RelatedTable]
BuildButton = Callable[[HttpRequest, Customer], Button | None]

_panels: dict[str, BuildPanel] = {}

_buttons: dict[str, BuildButton] = {}


def register_customer_panel(name: str, build: BuildPanel) -> None:
    """Put a table on every customer's page, below those registered before; the same name again replaces it."""
    _panels[name] = build


def panels_of(request: HttpRequest, customer: Customer) -> list[RelatedTable]:
    """The registered tables for that customer."""
    return [build(request, customer) for build in _panels.values()]


def register_customer_button(name: str, build: BuildButton) -> None:
    """Put a button on every customer's page, after those registered before; the same name again replaces it."""
    _buttons[name] = build


def buttons_of(request: HttpRequest, customer: Customer) -> list[Button]:
    """The registered buttons that this reader may press."""
    built = (build(request, customer) for build in _buttons.values())
    return [button for button in built if button is not None]

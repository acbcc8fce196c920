"""The buttons that this room puts on a customer's page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.face.actions import Button
from customers.models import Customer


def _button(request: HttpRequest, customer: Customer, *, permission: str, label: Any, view: str) -> Button | None:
    if customer.restricted_at is not None or not request.user.has_perm(permission):
        return None
    return Button(label=label, url=f"{reverse(f'admin:payments_{view}')}?customer={customer.pk}")


BUTTONS: dict[str, Callable[[HttpRequest, Customer], Button | None]] = {
    "create-payment": partial(
        _button, permission="payments.create_payment", label=_("Create a payment"), view="payment_create"
    ),
    "create-guided-payment": partial(
        _button,
        permission="payments.create_guided_payment",
        label=_("Create a guided payment"),
        view="payment_create-guided",
    ),
    "create-off-ramp": partial(
        _button, permission="payments.create_off_ramp", label=_("Create an off-ramp"), view="offramp_create"
    ),
}

"""Payments and off-ramps as tables on the pages of what they belong to."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.badges import coins, link_to, moment, money, status_badge
from backoffice.face.tables import Column, RelatedTable
from customers.models import Customer
from payments.models import OffRamp, Payment


def customer_link(row: Payment | OffRamp) -> SafeString | str:
    """The customer's name with a link, or the bare id where the customer is not mirrored yet."""
    return link_to(row.customer) if row.customer is not None else (row.customer_id or "")


PAYMENT_COLUMNS = (
    Column(label=_("Payment"), value=link_to),
    Column(label=_("Status"), value=lambda payment: status_badge(payment.status, choices=Payment.Status)),
    Column(label=_("Amount"), value=lambda payment: money(payment.fiat_amount, payment.fiat_symbol), numeric=True),
    Column(label=_("Coins"), value=lambda payment: coins(payment.coin_amount, payment.coin_symbol), numeric=True),
    Column(label=_("Concept"), value=lambda payment: payment.transfer_concept),
    Column(label=_("Created"), value=lambda payment: moment(payment.created_at)),
)
OFF_RAMP_COLUMNS = (
    Column(label=_("Off-ramp"), value=link_to),
    Column(label=_("Status"), value=lambda off_ramp: status_badge(off_ramp.status, choices=OffRamp.Status)),
    Column(label=_("Coins"), value=lambda off_ramp: coins(off_ramp.coin_amount, off_ramp.symbol), numeric=True),
    Column(label=_("Paid out"), value=lambda off_ramp: money(off_ramp.fiat_amount), numeric=True),
    Column(label=_("Created"), value=lambda off_ramp: moment(off_ramp.created_at)),
)


def payments_of_customer(request: HttpRequest, customer: Customer) -> RelatedTable:
    """A customer's payments, the newest first."""
    return RelatedTable(
        name="payments",
        title=_("Payments"),
        queryset=Payment.objects.filter(customer=customer).defer("payload").order_by("-created_at", "-pk"),
        columns=PAYMENT_COLUMNS,
        see_all_url=list_of("payment", customer=customer.remote_id),
        permission="payments.view_payment",
        empty_text=_("This customer has bought nothing yet."),
    )


def off_ramps_of_customer(request: HttpRequest, customer: Customer) -> RelatedTable:
    """A customer's off-ramps, the newest first."""
    return RelatedTable(
        name="off-ramps",
        title=_("Off-ramps"),
        queryset=OffRamp.objects.filter(customer=customer).defer("payload").order_by("-created_at", "-pk"),
        columns=OFF_RAMP_COLUMNS,
        see_all_url=list_of("offramp", customer=customer.remote_id),
        permission="payments.view_offramp",
        empty_text=_("This customer has sold nothing yet."),
    )


def list_of(model: str, **parameters: Any) -> str:
    """The address of one of the lists of this room, with those filters."""
    address = reverse(f"admin:payments_{model}_changelist")
    return f"{address}?{urlencode(parameters)}" if parameters else address

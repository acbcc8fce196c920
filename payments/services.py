"""What can be done about payments and off-ramps. Each verb writes down an operation; a worker does it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from backoffice.face.moments import exact_time
from backoffice.face.numbers import significant_digits
from backoffice.operations.services.asking import Asked, ask
from customers.models import Customer

from .operations import CreateGuidedPayment, CreateOffRamp, CreatePayment
from .quoting import Quote


def create_payment(
    *, customer: Customer, order: Mapping[str, Any], quote: Quote | None, requested_by: AbstractBaseUser
) -> Asked:
    """Ask the provider for a payment by a method chosen here.

    order: `PaymentForm.to_request()`. quote: what the asker was shown; None where the provider has none.
    Raises PermissionDenied.
    """
    return _ask_for_purchase(CreatePayment.name, customer, order, quote, requested_by)


def create_guided_payment(
    *, customer: Customer, order: Mapping[str, Any], quote: Quote | None, requested_by: AbstractBaseUser
) -> Asked:
    """Ask the provider for a payment that the customer finishes on its page; as `create_payment` otherwise."""
    return _ask_for_purchase(CreateGuidedPayment.name, customer, order, quote, requested_by)


def create_off_ramp(
    *, customer: Customer, order: Mapping[str, Any], quote: Quote, requested_by: AbstractBaseUser
) -> Asked:
    """Ask the provider for an off-ramp.

    order: `OffRampForm.to_request()`. quote: what the asker was shown: by it the need for approval is decided.
    Raises PermissionDenied.
    """
    quoted = {"quoted_amount": format(quote.amount, "f"), "quoted_currency": quote.unit}
    request = {**_about(customer), **order, **quoted}
    return ask(kind=CreateOffRamp.name, request=request, requested_by=requested_by, subject=customer)


def _ask_for_purchase(
    kind: str, customer: Customer, order: Mapping[str, Any], quote: Quote | None, requested_by: AbstractBaseUser
) -> Asked:
    request = {**_about(customer), **order, "quote": _in_words(quote)}
    return ask(kind=kind, request=request, requested_by=requested_by, subject=customer)


def _about(customer: Customer) -> dict[str, str]:
    return {"user_id": customer.remote_id, "customer": customer.display_name}


def _in_words(quote: Quote | None) -> str:
    return f"{significant_digits(quote.amount)} {quote.unit}, {exact_time(quote.at)}" if quote else ""

"""How a payment is paid, and where the coins of an off-ramp go: what pages show of it."""

from django.core.exceptions import ObjectDoesNotExist

from payments.models import OffRamp, OffRampInstructions, Payment, PaymentInstructions


def instructions_of_payment(payment: Payment) -> PaymentInstructions | None:
    """How it is paid; None where it was not created here."""
    try:
        return payment.instructions
    except ObjectDoesNotExist:
        return None


def instructions_of_off_ramp(off_ramp: OffRamp) -> OffRampInstructions | None:
    """Where its coins go; None where it was not created here."""
    try:
        return off_ramp.instructions
    except ObjectDoesNotExist:
        return None

"""What the customer is given: a page to print for a transfer, and the wallet of an off-ramp as a QR code."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from backoffice.face.moments import day_of
from payments.instructions import instructions_of_off_ramp, instructions_of_payment
from payments.models import OffRamp, Payment
from payments.qr import draw_qr_code


def print_instructions(request: HttpRequest, model_admin: Any, payment: Payment) -> HttpResponseBase:
    """The details of the transfer on a sheet of their own, without anything of the back office."""
    instructions = instructions_of_payment(payment)
    if instructions is None or not instructions.is_transfer:
        raise Http404(_("There are no details of a transfer for this payment."))
    context = {
        "payment": payment,
        "instructions": instructions,
        "day": day_of(instructions.created_at),
        "payment_url": model_admin.url_of("change", payment),
    }
    response = render(request, "admin/payments/transfer_sheet.html", context)
    patch_cache_control(response, no_store=True)
    return response


def show_wallet_code(request: HttpRequest, model_admin: Any, off_ramp: OffRamp) -> HttpResponseBase:
    """The wallet to send to as a QR code."""
    instructions = instructions_of_off_ramp(off_ramp)
    if instructions is None or not instructions.wallet:
        raise Http404(_("There is no wallet for this off-ramp."))
    response = HttpResponse(draw_qr_code(instructions.wallet), content_type="image/svg+xml")
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, no_store=True)
    return response

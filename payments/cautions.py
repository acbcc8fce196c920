"""What should make a person think again before a payment or an off-ramp is created: each is confirmed by a tick."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from stdnum.exceptions import ValidationError

from backoffice.operations.models import LIVE_STATES, Operation, State, model_label
from customers.cautions import Caution
from customers.models import Customer

REPEATED_WITHIN = timedelta(hours=1)
MOST_COMPARED = 20

_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_AMOUNTS = {"create_off_ramp": ("amount", "symbol")}
_USUAL_AMOUNT = ("fiat_amount", "fiat_symbol")


def cautions_for(
    *, kind: str, customer: Customer, cleaned: Mapping[str, Any], request: Mapping[str, Any]
) -> list[Caution]:
    """What speaks against it. cleaned: the form's `cleaned_data`; request: the form's `to_request()`."""
    return [
        *_not_verified(customer),
        *_no_identification(customer, cleaned),
        *_doubt_about_wallet(cleaned),
        *_doubt_about_iban(cleaned),
        *_asked_lately(kind, customer, request),
    ]


def _not_verified(customer: Customer) -> Iterable[Caution]:
    if customer.kyc_status != Customer.KycStatus.VALID:
        text = _("The customer is not verified, as far as we know: the provider will most likely refuse.")
        yield Caution(name="kyc", text=text, customer=customer)


def _no_identification(customer: Customer, cleaned: Mapping[str, Any]) -> Iterable[Caution]:
    """Methods of one country, and payouts to a registered account, are those of Latin America (contract 3.2)."""
    method = cleaned.get("method")
    is_latin_american = bool((method and method.country) or cleaned.get("bank_name"))
    if is_latin_american and not customer.identification_number:
        text = _("For Latin America the provider needs a valid identification number, and none is known here.")
        yield Caution(name="identification", text=text, customer=customer)


def _doubt_about_wallet(cleaned: Mapping[str, Any]) -> Iterable[Caution]:
    wallet = cleaned.get("wallet", "")
    if wallet.lower().startswith("0x") and not _HEXADECIMAL.fullmatch(wallet):
        yield Caution(name="wallet", text=_("The wallet does not look right: 0x and 40 digits were expected."))


def _doubt_about_iban(cleaned: Mapping[str, Any]) -> Iterable[Caution]:
    try:
        if cleaned.get("iban"):
            iban.validate(cleaned["iban"])
    except ValidationError:
        yield Caution(
            name="iban", text=_("The IBAN does not look right: its check digits, length or country do not fit.")
        )


def _asked_lately(kind: str, customer: Customer, request: Mapping[str, Any]) -> Iterable[Caution]:
    """The same amount for the same customer a short while ago can be the same wish, written twice."""
    amount, unit = _AMOUNTS.get(kind, _USUAL_AMOUNT)
    wanted = (Decimal(request[amount]), request[unit])
    lately = Operation.objects.filter(
        kind=kind,
        subject_model=model_label(customer),
        subject_id=str(customer.pk),
        state__in=(*LIVE_STATES, State.SUCCEEDED),
        created_at__gte=timezone.now() - REPEATED_WITHIN,
    ).order_by("-pk")[:MOST_COMPARED]
    for operation in lately:
        # Compared as numbers, since "125.5" and "125.50" are two texts; what was purged has none.
        asked = operation.request
        if amount in asked and (Decimal(asked[amount]), asked.get(unit)) == wanted:
            text = _("The same amount was asked for this customer a short while ago, as number %(number)s.")
            yield Caution(name="repeated", text=text % {"number": operation.pk})
            return

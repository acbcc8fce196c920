"""How long is kept what a customer was told to pay by, or to send coins to."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.operations.models import LIVE_STATES
from backoffice.retention.kinds import RetainedKind

from .models import OffRampInstructions, PaymentInstructions


def payment_instructions_due(moment: datetime) -> QuerySet[PaymentInstructions]:
    """Instructions whose payment has not changed since that moment, and that no live operation needs."""
    kept = PaymentInstructions.objects.filter(purged_at=None, payment__changed_at__lte=moment, created_at__lte=moment)
    return kept.exclude(operation__state__in=LIVE_STATES)


def purge_payment_instructions(rows: list[Any]) -> None:
    """Take the link and the account away; the concept stays on the payment, to match transfers by."""
    emptied = {"url": "", "iban": "", "bic": "", "beneficiary": ""}
    PaymentInstructions.objects.filter(pk__in=[row.pk for row in rows]).update(purged_at=timezone.now(), **emptied)


def off_ramp_instructions_due(moment: datetime) -> QuerySet[OffRampInstructions]:
    """Instructions whose off-ramp has not changed since that moment, and that no live operation needs."""
    kept = OffRampInstructions.objects.filter(purged_at=None, off_ramp__changed_at__lte=moment, created_at__lte=moment)
    return kept.exclude(operation__state__in=LIVE_STATES)


def purge_off_ramp_instructions(rows: list[Any]) -> None:
    """Take the wallet away; what was quoted stays."""
    OffRampInstructions.objects.filter(pk__in=[row.pk for row in rows]).update(purged_at=timezone.now(), wallet="")


KINDS = (
    RetainedKind(
        name="payment_instructions",
        label=_("Links and accounts to pay by"),
        counted_from=_("the last change of the payment"),
        default_days=90,
        least_days=30,
        rows_due=payment_instructions_due,
        purge=purge_payment_instructions,
    ),
    RetainedKind(
        name="off_ramp_instructions",
        label=_("Wallets to send coins to"),
        counted_from=_("the last change of the off-ramp"),
        default_days=90,
        least_days=30,
        rows_due=off_ramp_instructions_due,
        purge=purge_off_ramp_instructions,
    ),
)

"""How long calls are kept."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.retention.kinds import RetainedKind, delete_rows

from .models import ProviderCall


def calls_until(moment: datetime) -> QuerySet[ProviderCall]:
    """Calls made by that moment."""
    return ProviderCall.objects.filter(at__lte=moment).defer("request", "answer")


CALLS = RetainedKind(
    name="provider_calls",
    label=_("Calls to the provider"),
    counted_from=_("when the call was made"),
    default_days=30,
    least_days=1,
    rows_due=calls_until,
    purge=delete_rows,
    rows_a_batch=5_000,
    writes_ids=False,
)

"""Whether the provider accepts our token, as the log of calls shows it: nothing is asked of the provider for this."""

from datetime import timedelta

from django.db.models import Max, Q
from django.utils import timezone

from backoffice.calls.models import ProviderCall

LOOKED_BACK = timedelta(minutes=30)
_ANSWERED = (ProviderCall.Verdict.OK, ProviderCall.Verdict.REFUSED)


def is_token_failing() -> bool:
    """Whether the last word on it was that it is not accepted; one query.

    A token that is given out and then refused is failing too: that is what a missing IP address looks like.
    """
    recent = ProviderCall.objects.filter(at__gte=timezone.now() - LOOKED_BACK).order_by()
    last = recent.aggregate(
        refused=Max("at", filter=Q(verdict=ProviderCall.Verdict.NOT_AUTHORISED)),
        answered=Max("at", filter=Q(verdict__in=_ANSWERED) & ~Q(call="authenticate")),
    )
    return last["refused"] is not None and (last["answered"] is None or last["answered"] < last["refused"])

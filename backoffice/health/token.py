"""Whether the provider accepts our token, as the log of calls shows it: nothing is asked of the provider for this."""

from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from backoffice.calls.models import ProviderCall

LOOKED_BACK = timedelta(minutes=30)

SETTLED_AFTER = timedelta(seconds=15)
"""A refusal is believed after so long: a token that ended is replaced at once, and reads are noted a little late."""

_ANSWERED = (ProviderCall.Verdict.OK, ProviderCall.Verdict.REFUSED)


def is_token_failing() -> bool:
    """Whether it was refused a while ago and nothing was answered since; two queries.

    A token that is given out and then refused is failing too: that is what a missing IP address looks like.
    """
    now = timezone.now()
    recent = ProviderCall.objects.filter(at__gte=now - LOOKED_BACK).order_by()
    answered = recent.filter(verdict__in=_ANSWERED).exclude(call="authenticate").aggregate(last=Max("at"))["last"]
    refused = recent.filter(verdict=ProviderCall.Verdict.NOT_AUTHORISED, at__lte=now - SETTLED_AFTER)
    return refused.filter(at__gt=answered or now - LOOKED_BACK).exists()

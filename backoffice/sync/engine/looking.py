"""Which objects people look at now."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from backoffice.sync.models import Viewing
from backoffice.sync.resources import Resource

LOOKED_AT_FOR = timedelta(minutes=5)
"""An object counts as looked at for this long after the last sign of an open page."""


def looked_at(resource: Resource, now: datetime) -> Q:
    """Which rows of a resource people look at and whose data is old."""
    viewings = Viewing.objects.filter(resource=resource.name, viewed_at__gt=now - LOOKED_AT_FOR)
    return Q(remote_id__in=viewings.values("remote_id"), read_at__lte=now - old_after())


def old_after() -> timedelta:
    """The age from which data is too old for somebody who looks at it."""
    return timedelta(seconds=settings.SYNC_VIEWED_AFTER_SECONDS)

"""Whether background processes live."""

from datetime import timedelta

from django.utils import timezone

from backoffice.operations.models import Heartbeat

_SELDOM = timedelta(seconds=5)


def record_heartbeat(name: str) -> None:
    """Note that the process called `name` is alive; writes at most every five seconds."""
    now = timezone.now()
    beat, created = Heartbeat.objects.get_or_create(name=name, defaults={"at": now})
    if not created and beat.at < now - _SELDOM:
        Heartbeat.objects.filter(name=name).update(at=now)

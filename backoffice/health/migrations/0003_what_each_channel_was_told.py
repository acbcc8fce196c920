"""What stood at the alert for all channels together is noted for each of them, and the other way round."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import migrations

WORDS = {"email": "e-mail: ", "webhook": "webhook: "}


def note_for_each_channel(apps: Any, schema_editor: Any) -> None:
    """A channel was told what the alert was, unless the problem on record names it: then it is told again."""
    alias, telling = schema_editor.connection.alias, apps.get_model("health", "Telling")
    told = apps.get_model("health", "Alert").objects.using(alias).exclude(told_at=None, delivery_error="")
    rows = (row for alert in told.iterator() for row in _rows_of(telling, alert))
    telling.objects.using(alias).bulk_create(list(rows), batch_size=500)


def note_at_the_alert(apps: Any, schema_editor: Any) -> None:
    """The alert was told when any channel last was; what any of them did not take is its problem."""
    alias, telling = schema_editor.connection.alias, apps.get_model("health", "Telling")
    noted = telling.objects.using(alias)
    for alert in apps.get_model("health", "Alert").objects.using(alias).filter(tellings__isnull=False).distinct():
        rows = list(noted.filter(alert_id=alert.pk).order_by("channel"))
        alert.told_at = max((row.told_at for row in rows if row.told_at), default=None)
        alert.recovery_told_at = max((row.recovery_told_at for row in rows if row.recovery_told_at), default=None)
        alert.times_told = max(row.times_told for row in rows)
        alert.delivery_error = "; ".join(WORDS[row.channel] + row.problem for row in rows if row.problem)[:200]
        alert.save()


def _rows_of(telling: Any, alert: Any) -> Iterator[Any]:
    problems = dict(part.split(": ", 1) for part in alert.delivery_error.split("; ") if ": " in part)
    for channel in _channels():
        problem = problems.get(WORDS[channel].removesuffix(": "), "")
        if problem:
            yield telling(alert_id=alert.pk, channel=channel, problem=problem)
        elif alert.told_at is not None:
            yield telling(
                alert_id=alert.pk,
                channel=channel,
                told_at=alert.told_at,
                recovery_told_at=alert.recovery_told_at,
                times_told=alert.times_told,
            )


def _channels() -> list[str]:
    """Those that are set up, as nothing says which were; all where none is, so that nothing is lost."""
    receivers = {"email": settings.ALERT_EMAILS, "webhook": settings.ALERT_WEBHOOK_URL}
    return [channel for channel, receiver in receivers.items() if receiver] or list(receivers)


class Migration(migrations.Migration):
    dependencies = [("health", "0002_tellings")]

    operations = [migrations.RunPython(note_for_each_channel, note_at_the_alert)]

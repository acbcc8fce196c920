"""Read-backs look for what was made since the sending: of operations under way, when that was is in their history."""

from typing import Any

from django.db import migrations, models


def find_first_sending(apps: Any, schema_editor: Any) -> None:
    under_way = apps.get_model("operations", "Operation").objects.filter(
        models.Q(state__in=("sending", "unknown")) | models.Q(state="queued", in_doubt=True)
    )
    events = apps.get_model("operations", "OperationEvent").objects.order_by("pk")
    for operation in under_way.only("pk").iterator():
        before = first = None
        for event in events.filter(operation=operation).only("from_state", "to_state", "at"):
            if event.to_state == "sending":
                before, first = first, first or event.at
            elif (event.from_state, event.to_state) == ("sending", "queued"):
                # Proven not sent: only what was before it counts.
                first = before
        under_way.filter(pk=operation.pk).update(first_sent_at=first)


class Migration(migrations.Migration):

    dependencies = [
        ('operations', '0008_view_every_operation'),
    ]

    operations = [
        migrations.AddField(
            model_name='operation',
            name='first_sent_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(find_first_sending, migrations.RunPython.noop),
    ]

"""An item in quarantine knows the id at the provider by itself: its key has a mark behind the id in two cases."""

from typing import Any

from django.db import migrations, models


def take_from_the_key(apps: Any, schema_editor: Any) -> None:
    """Fill the id of the items that are there: what stands before the mark, nothing where the key is the hash."""
    items = apps.get_model("sync", "Quarantine").objects
    for item in items.only("item_key", "fingerprint").iterator():
        if item.item_key != item.fingerprint:
            key = item.item_key.removesuffix("#single").removesuffix(f"#{item.fingerprint[:12]}")
            items.filter(pk=item.pk).update(remote_id=key)


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0006_recorded_changes_by_time'),
    ]

    operations = [
        migrations.AddField(
            model_name='quarantine',
            name='remote_id',
            field=models.CharField(blank=True, default='', max_length=100, verbose_name='id at the provider'),
        ),
        migrations.RunPython(take_from_the_key, migrations.RunPython.noop),
    ]

"""What was asked for is encrypted; what must be found in it gets a column of its own."""

from typing import Any

from django.db import migrations, models

import backoffice.security.fields
from backoffice.security.migrating import rewrite


def encrypt(apps: Any, schema_editor: Any) -> None:
    def change(operation: Any) -> None:
        asked = operation.request or {}
        operation.encrypted_request = asked
        operation.submission = str(asked.get("submission", ""))[:64]
        operation.reference = str(asked.get("payment_id") or asked.get("user_id") or "")[:100]

    operations = apps.get_model("operations", "Operation").objects.only("pk", "request")
    rewrite(operations, ("encrypted_request", "submission", "reference"), change)


def decrypt(apps: Any, schema_editor: Any) -> None:
    def change(operation: Any) -> None:
        operation.request = operation.encrypted_request

    operations = apps.get_model("operations", "Operation").objects.only("pk", "encrypted_request")
    rewrite(operations, ("request",), change)


class Migration(migrations.Migration):

    dependencies = [
        ('operations', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='operation',
            name='encrypted_request',
            field=backoffice.security.fields.EncryptedJSONField(default=dict, verbose_name='asked for'),
        ),
        migrations.AddField(
            model_name='operation',
            name='submission',
            field=models.CharField(blank=True, db_index=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='operation',
            name='reference',
            field=models.CharField(blank=True, db_index=True, default='', max_length=100, verbose_name='reference'),
        ),
        migrations.RunPython(encrypt, decrypt),
        migrations.RemoveField(model_name='operation', name='request'),
        migrations.RenameField(model_name='operation', old_name='encrypted_request', new_name='request'),
    ]

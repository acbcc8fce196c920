"""The id of a verification's form is encrypted and found by its digest: whoever reads it can make the link of it."""

from typing import Any

from django.db import migrations, models

import backoffice.security.fields
from backoffice.security.encryption import blind_index, encrypt_text
from backoffice.security.migrating import decrypt_stored, rewrite


def encrypt_form_ids(apps: Any, schema_editor: Any) -> None:
    def change(issued: Any) -> None:
        issued.form_digest = blind_index(issued.form_id, purpose="customers.enhancedverification.form_id")
        issued.form_id = encrypt_text(issued.form_id) if issued.form_id else ""

    rows = apps.get_model("customers", "EnhancedVerification").objects.only("pk", "form_id")
    rewrite(rows, ("form_id", "form_digest"), change)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0010_personal_data_revealed'),
    ]

    operations = [
        migrations.AddField(
            model_name='enhancedverification',
            name='form_digest',
            field=backoffice.security.fields.BlindIndexField(of='form_id'),
        ),
        migrations.AlterField(
            model_name='enhancedverification',
            name='form_id',
            field=models.TextField(verbose_name='form id'),
        ),
        migrations.RunPython(encrypt_form_ids, decrypt_stored('customers', 'EnhancedVerification', ('form_id',))),
        migrations.AlterField(
            model_name='enhancedverification',
            name='form_id',
            field=backoffice.security.fields.EncryptedTextField(verbose_name='form id'),
        ),
    ]

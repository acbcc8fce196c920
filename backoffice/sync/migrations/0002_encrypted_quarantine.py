"""Items in quarantine are kept whole, so they are kept encrypted."""

from django.db import migrations

import backoffice.security.fields
from backoffice.security.migrating import decrypt_stored, encrypt_stored

ROWS = ("sync", "Quarantine", ["payload"])


class Migration(migrations.Migration):

    dependencies = [
        ('sync', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(encrypt_stored(*ROWS), decrypt_stored(*ROWS)),
        migrations.AlterField(
            model_name='quarantine',
            name='payload',
            field=backoffice.security.fields.EncryptedTextField(verbose_name='as received'),
        ),
    ]

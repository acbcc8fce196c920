"""What identifies a customer to others is encrypted; the number is found by its digest."""

from typing import Any

from django.db import migrations, models

import backoffice.security.fields
from backoffice.security.encryption import blind_index, encrypt_text
from backoffice.security.masking import Kind, mask
from backoffice.security.migrating import decrypt_stored, rewrite
from customers.identification import normal_form

COLUMNS = ("payload", "identification_number", "kyc_form_url")
MASKED = {"identification_number": Kind.IDENTIFICATION, "kyc_form_url": Kind.SECRET}


def encrypt_customers(apps: Any, schema_editor: Any) -> None:
    def change(customer: Any) -> None:
        customer.identification_digest = blind_index(
            normal_form(customer.identification_number), purpose="customers.customer.identification_number"
        )
        for column in COLUMNS:
            value = getattr(customer, column)
            setattr(customer, column, encrypt_text(value) if value else value)

    rows = apps.get_model("customers", "Customer").objects.only("pk", *COLUMNS)
    rewrite(rows, (*COLUMNS, "identification_digest"), change)


def mask_history(apps: Any, schema_editor: Any) -> None:
    def change(recorded: Any) -> None:
        recorded.columns = {
            name: [mask(str(value or ""), MASKED[name]) for value in values] if name in MASKED else values
            for name, values in recorded.columns.items()
        }

    rewrite(apps.get_model("sync", "RecordedChange").objects.filter(resource="customers"), ("columns",), change)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0004_kyc_refresh'),
        ('sync', '0002_encrypted_quarantine'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='identification_digest',
            field=backoffice.security.fields.BlindIndexField(of='identification_number'),
        ),
        migrations.AlterField(
            model_name='customer',
            name='identification_number',
            field=models.TextField(blank=True, default='', max_length=100, verbose_name='identification number'),
        ),
        migrations.RunPython(encrypt_customers, decrypt_stored('customers', 'Customer', COLUMNS)),
        migrations.RunPython(mask_history, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='customer',
            name='payload',
            field=backoffice.security.fields.EncryptedTextField(default='{}', editable=False, verbose_name='as received'),
        ),
        migrations.AlterField(
            model_name='customer',
            name='identification_number',
            field=backoffice.security.fields.EncryptedTextField(blank=True, default='', max_length=100, verbose_name='identification number'),
        ),
        migrations.AlterField(
            model_name='customer',
            name='kyc_form_url',
            field=backoffice.security.fields.EncryptedTextField(blank=True, default='', verbose_name='KYC link'),
        ),
    ]

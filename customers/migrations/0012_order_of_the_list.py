"""The list begins with who did not ask to be forgotten: an index in its new order."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0011_encrypted_form_id'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['restricted_at', 'registered_at', 'id'], name='customer_in_order_of_list'),
        ),
    ]

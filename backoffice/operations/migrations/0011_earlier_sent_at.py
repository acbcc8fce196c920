"""That an attempt which was read back as not done had gone out is kept: the provider may only have been slow."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('operations', '0010_purged_content'),
    ]

    operations = [
        migrations.AddField(
            model_name='operation',
            name='earlier_sent_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]

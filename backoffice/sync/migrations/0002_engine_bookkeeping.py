from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="quarantine",
            name="partition",
            field=models.CharField(default="", editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="totals",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]

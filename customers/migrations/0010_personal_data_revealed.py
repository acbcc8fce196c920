from typing import Any

from django.db import migrations

NAME = "Can reveal customers' personal data and verification links"


def rename(apps: Any, _schema_editor: Any) -> None:
    """Django names a permission when it makes it, and never again."""
    permissions = apps.get_model("auth", "Permission").objects
    permissions.filter(content_type__app_label="customers", codename="reveal_personal_data").update(name=NAME)


class Migration(migrations.Migration):
    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('customers', '0009_delegated_verification'),
    ]

    operations = [
        migrations.RunPython(rename, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name='customer',
            options={'permissions': [('create_customer_at_provider', 'Can register a customer with the provider'), ('register_company', 'Can register a company with the provider'), ('find_at_provider', 'Can look a customer up at the provider'), ('refresh_kyc_status', "Can read customers' KYC status from the provider"), ('issue_enhanced_verification', 'Can issue an enhanced verification link'), ('upload_customer_document', "Can upload a customer's document to the provider"), ('see_contact_data', "Can see customers' e-mail addresses"), ('reveal_personal_data', "Can reveal customers' personal data and verification links"), ('request_erasure', 'Can restrict a customer who asked for erasure'), ('lift_restriction', 'Can lift the restriction of a customer')], 'verbose_name': 'customer', 'verbose_name_plural': 'customers'},
        ),
    ]

"""The project as an app, so that it carries commands, static files and template tags; and its admin site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class BackofficeConfig(AppConfig):
    """The project's own app."""

    default = True
    name = "backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """Load the Celery application, so that tasks are sent through it from every process."""
        from backoffice import celery  # noqa: F401, PLC0415 - needs the settings


class BackofficeAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our front page, navigation and banner."""

    default = False
    default_site = "backoffice.site.BackofficeSite"

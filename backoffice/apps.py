"""The project as an app, so that it carries commands, static files and template tags; and its admin site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class BackofficeConfig(AppConfig):
    """The project's own app."""

    default = True
    name = "backoffice"
    label = "backoffice"

    def ready(self) -> None:
        """Load the Celery application, so that tasks are sent through it, and the contract's override file.

        Raises `ContractError` with the line at fault: a wrong file is refused at start, not on a page.
        """
        from backoffice import celery, provider  # noqa: F401, PLC0415 - need the settings

        provider.get_catalogue()


class BackofficeAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our front page, navigation and banner."""

    default = False
    default_site = "backoffice.site.BackofficeSite"

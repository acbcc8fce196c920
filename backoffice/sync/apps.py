"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    """`backoffice.sync`."""

    name = "backoffice.sync"
    label = "sync"
    verbose_name = _("Sync")

    def ready(self) -> None:
        """Say how long runs and quarantined items are kept, and that addresses may name a resource."""
        from django.urls import register_converter  # noqa: PLC0415 - only once the app is ready

        from backoffice.retention.kinds import register_retention  # noqa: PLC0415 - models must be loaded first
        from backoffice.sync.converters import ResourceConverter  # noqa: PLC0415 - models must be loaded first

        from .retention import KINDS  # noqa: PLC0415

        for kind in KINDS:
            register_retention(kind)
        register_converter(ResourceConverter, "resource")

"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    """`backoffice.health`."""

    name = "backoffice.health"
    label = "health"
    verbose_name = _("Health")

    def ready(self) -> None:
        """Say what is watched, and how long alerts are kept."""
        from backoffice.retention.kinds import register_retention  # noqa: PLC0415 - models must be loaded first

        from .conditions import register_condition  # noqa: PLC0415
        from .retention import ALERTS  # noqa: PLC0415
        from .watched import CONDITIONS  # noqa: PLC0415

        register_retention(ALERTS)
        for condition in CONDITIONS:
            register_condition(condition)
